"""What Scrapy raises, as causes."""

from __future__ import annotations

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from crawler.errors import CAUSES, NotArticle
from crawler.failures import http_error, page_error


def failed_by(*causes: BaseException) -> DownloadFailedError:
    """A failure as Scrapy wraps it."""
    error = DownloadFailedError("[<twisted.python.failure.Failure ...>]")
    error.__cause__ = ResponseFailed([Failure(cause) for cause in causes])  # type: ignore[no-untyped-call]
    return error


class Error(Exception):
    """Named as OpenSSL.SSL.Error is."""


@pytest.mark.parametrize(
    ("error", "cause", "words"),
    [
        (CannotResolveHostError("x"), "name_not_resolved", "the name news.example does not resolve"),
        (DownloadTimeoutError("x"), "download_timeout", "no whole answer"),
        (ResponseDataLossError(), "body_truncated", "broke off"),
        (DownloadCancelledError("x"), "page_too_large", "cap on bytes"),
        (UnsupportedURLSchemeError("x"), "scheme_refused", "only http and https"),
        (DownloadConnectionRefusedError("x"), "connection_failed", "was refused"),
        (IgnoreRequest("max redirections reached"), "redirect_loop", "too many redirects"),
        (failed_by(ConnectionDone("Connection was closed cleanly.")), "connection_failed", "closed cleanly"),
        (failed_by(Error([("SSL routines", "", "wrong version number")])), "connection_failed", "wrong version number"),
        (DownloadFailedError("certificate verify failed"), "tls_failed", "certificate verify failed"),
        (OSError("No route to host"), "connection_failed", "No route to host"),
        (ValueError("invalid hostname: -"), "bad_url", "invalid hostname"),
        (KeyError("odd"), "connection_failed", "odd"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_causes(error: BaseException, cause: str, words: str) -> None:
    found = page_error(error, frozenset(), "news.example")
    assert found.cause == cause
    assert words in str(found)
    assert "\n" not in str(found)
    assert "twisted" not in str(found)


def test_ours_stay_ours() -> None:
    error = NotArticle("x")
    assert page_error(error) is error


def test_a_name_that_the_guard_refused() -> None:
    found = page_error(CannotResolveHostError("x"), frozenset({"inside.example"}), "inside.example")
    assert found.cause == "address_refused"
    assert "--allow-address" in str(found)


@pytest.mark.parametrize(
    ("status", "cause", "retried"),
    [
        (400, "http_refused", False), (401, "http_refused", False), (403, "http_failed", True),
        (404, "http_refused", False), (410, "http_refused", False), (451, "http_refused", False),
        (408, "http_failed", True), (425, "http_failed", True), (429, "http_failed", True),
        (500, "http_failed", True), (503, "http_failed", True), (300, "http_failed", True),
    ],
)  # fmt: skip
def test_http_statuses(status: int, cause: str, retried: bool) -> None:
    found = page_error(HttpError(Response("https://a.example/", status=status)))
    assert (found.cause, found.retried, str(found)) == (cause, retried, f"HTTP {status}")


def test_a_redirect_that_is_not_followed_says_where() -> None:
    response = Response("https://a.example/", status=302, headers={"Location": "ftp://a.example/x"})
    assert page_error(HttpError(response)).cause == "scheme_refused"
    assert str(http_error(302, b"https://a.example/x")) == "HTTP 302 to https://a.example/x, which is not followed"
    assert len(str(http_error(301, b"/" * 5000))) < 200


def test_every_cause_here_is_of_the_closed_set() -> None:
    assert {page_error(RuntimeError(word)).cause for word in ("tls", "x")} <= CAUSES.keys()
