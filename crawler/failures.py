"""What Scrapy raises -> our causes. The only place that knows both."""

from __future__ import annotations

import re

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
from scrapy.spidermiddlewares.httperror import HttpError

from crawler.errors import (
    AddressRefused,
    BadUrl,
    BodyTruncated,
    ConnectionFailed,
    DownloadTimeout,
    EmptyPage,
    HttpFailed,
    HttpRefused,
    NameNotResolved,
    PageError,
    PageTooLarge,
    RedirectLoop,
    SchemeRefused,
    TlsFailed,
)
from crawler.urls import shown_url

RETRIED_STATUS = frozenset({403, 408, 425, 429})
"""Client errors that may pass: timeout, too early, too many requests (RFC 9110, 8470, 6585), and 403, which is
what walls against crawlers say of the crawler, not of the page."""

OTHER_SCHEME = re.compile(rb"\s*(?!https?:)([a-z][a-z0-9+.-]{0,30}):", re.IGNORECASE)

TLS_WORDS = re.compile(r"ssl|tls|certificate|handshake", re.IGNORECASE)


def page_error(error: BaseException, refused_hosts: frozenset[str] = frozenset(), host: str = "") -> PageError:
    """Return the page error that an exception of a request stands for, its message one line for a person.

    `refused_hosts` are the names that the resolver found at addresses that may not be reached.
    """
    if isinstance(error, PageError):
        return error
    if isinstance(error, HttpError):
        return http_error(error.response.status, error.response.headers.get("Location"))
    if host in refused_hosts:
        return AddressRefused(f"{host} is at an address that is not public; allow it with --allow-address CIDR[:port]")
    if isinstance(error, CannotResolveHostError):
        return NameNotResolved(f"the name {host} does not resolve; check the URL or the network")
    if isinstance(error, DownloadTimeoutError):
        return DownloadTimeout("no whole answer within the time allowed")
    if isinstance(error, ResponseDataLossError):
        return BodyTruncated("the answer broke off before its end")
    if isinstance(error, DownloadCancelledError):
        return PageTooLarge("the answer is over the cap on bytes")
    if isinstance(error, UnsupportedURLSchemeError):
        return SchemeRefused("only http and https are fetched")
    return _by_words(error)


def http_error(status: int, location: bytes | None = None) -> PageError:
    """Return the error of an HTTP status that is not 2xx or 304; `location` is where a redirect wants to lead."""
    if 300 <= status < 400 and location is not None:
        scheme = OTHER_SCHEME.match(location)
        if scheme:
            return SchemeRefused(f"leads to {scheme[1].decode('latin-1').lower()}:, only http and https are fetched")
        return HttpFailed(f"HTTP {status} to {shown_url(location[:150].decode('latin-1'))}, which is not followed")
    passing = status >= 500 or status in RETRIED_STATUS or status < 400
    return HttpFailed(f"HTTP {status}") if passing else HttpRefused(f"HTTP {status}")


def unusable(status: int) -> PageError | None:
    """Return why an answer with a 2xx status is no page, None where it is one."""
    if status in {200, 203}:
        return None
    if status in {204, 205}:
        return EmptyPage(f"HTTP {status}: an answer without content")
    if status == 206:
        return BodyTruncated("HTTP 206: a part of the page, which was asked for whole")
    return HttpFailed(f"HTTP {status}: not the page itself")


def _by_words(error: BaseException) -> PageError:
    words = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    if isinstance(error, IgnoreRequest):
        return RedirectLoop("too many redirects") if "redirect" in words.lower() else BadUrl(words)
    if isinstance(error, DownloadConnectionRefusedError):
        return ConnectionFailed("the connection was refused")
    if TLS_WORDS.search(words):
        return TlsFailed(f"no secure connection ({_reasons(error)})")
    if isinstance(error, DownloadFailedError | OSError):
        return ConnectionFailed(f"the connection failed ({_reasons(error)})")
    if isinstance(error, ValueError):
        # Scrapy's words for a scheme without slashes, such as javascript:
        return SchemeRefused("only http and https are fetched") if "Missing scheme in" in words else BadUrl(words)
    return ConnectionFailed(words)


def _reasons(error: BaseException) -> str:
    """Return what Twisted says went wrong, without the names of its classes."""
    causes = [reason.value for reason in getattr(error.__cause__, "reasons", ())] or [error]
    return "; ".join(dict.fromkeys(_sentence(cause) for cause in causes))[:200]


def _sentence(cause: BaseException) -> str:
    parts = cause.args[0] if cause.args else ""
    if isinstance(parts, list):  # OpenSSL: library, function, reason
        return ", ".join(str(part[-1]) if isinstance(part, tuple) and part else str(part) for part in parts)
    return " ".join(str(cause).split()).rstrip(".") or type(cause).__name__
