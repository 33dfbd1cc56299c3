"""Statuses told apart on pages of their kind."""

from __future__ import annotations

from traceback import format_exception

import pytest

import crawler
from crawler.errors import BadUrl, PageError, SchemeRefused
from crawler.items import Status

SENTENCE = "The council opened the old bridge over the river again on Monday, two years after the flood had closed it. "
ARTICLE = "".join(f"<p>In part {n} of the report: {SENTENCE * 4}</p>" for n in range(5))
NAV = "<nav>" + "".join(f'<a href="/s{n}">Section {n}</a> ' for n in range(8)) + "</nav>"


def status_of(body: str, head: str = "<title>Bridge open again</title>") -> Status:
    return crawler.extract(
        f"<html><head>{head}</head><body>{body}</body></html>", "https://example.org/a"
    ).extraction.status


def teasers(number: int) -> str:
    return "".join(
        f'<div><h2><a href="/story-{n}">A headline of the day, number {n}</a></h2><p>{SENTENCE}</p></div>'
        for n in range(number)
    )


CONSENT = (
    "<h1>We value your privacy</h1><p>We and our 842 partners store and access cookies on your device to process "
    "personal data. With your consent we and our partners may use precise location data.</p><p>Please accept cookies "
    "or choose which purposes you consent to. You can withdraw your consent at any time.</p><button>Accept all</button>"
)
PROMPT = (
    '<div class="paywall"><p>Subscribe now to continue reading this article. Already a subscriber? Log in.</p></div>'
)

NOT_FREE = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Bridge", '
    '"isAccessibleForFree": false}</script>'
)
NOT_FOUND = "<h1>404</h1><p>The page you asked for was not found. Please try the search or go to the front page.</p>"


@pytest.mark.parametrize(
    ("body", "head", "expected"),
    [
        (f"{NAV}<article><h1>Bridge open again</h1>{ARTICLE}</article>", "", Status.OK),
        (
            f"{NAV}<article><h1>Bridge open again</h1><p>{SENTENCE}</p></article>",
            '<meta property="og:type" content="article"><meta property="article:published_time" content="2026-11-20">',
            Status.SHORT,
        ),
        ("", "", Status.EMPTY),
        ("<script>var x = 'only a script'</script>", "", Status.EMPTY),
        (CONSENT, "<title>Your privacy</title>", Status.CONSENT_PAGE),
        (f"{NAV}<main><h1>Politics</h1>{teasers(8)}</main>", "<title>Politics</title>", Status.NOT_ARTICLE),
        (
            f"{NAV}{NOT_FOUND}",
            "<title>404 - Not found</title>",
            Status.NOT_ARTICLE,
        ),
        (
            f"<h1>Log in</h1><form><label>Name</label><input><label>Password</label><input></form>{NAV}",
            "",
            Status.NOT_ARTICLE,
        ),
        (
            f"{NAV}<article><h1>Bridge</h1><p>{SENTENCE * 3}</p>{PROMPT}</article>",
            NOT_FREE,
            Status.PAYWALL,
        ),
        (
            f"{NAV}<article><h1>Bridge</h1>{ARTICLE}</article>",
            NOT_FREE,
            Status.OK,
        ),
    ],
    ids=[
        "article",
        "short",
        "nothing",
        "script only",
        "consent",
        "listing",
        "error page",
        "log-in",
        "cut by a paywall",
        "not free but whole",
    ],
)
def test_status(body: str, head: str, expected: Status) -> None:
    assert status_of(body, head) is expected


def test_news_about_consent_under_a_banner_is_no_wall() -> None:
    story = (
        "The court ruled that a cookie banner must ask for consent before tracking begins, as privacy groups had said. "
    )
    paragraphs = "".join(f"<p>{story * 2}Firm number {number} must change it.</p>" for number in range(12))
    banner = "<div role=dialog><p>We and our partners use cookies, if you consent.</p><button>Accept all</button></div>"
    dated = '<meta property="article:published_time" content="2026-11-20T08:00:00Z">'
    body = f"{NAV}<article><h1>Court rules on cookie banners</h1>{paragraphs}</article>{banner}"
    assert status_of(body, dated) is Status.OK


def test_not_html_is_named_and_does_not_raise() -> None:
    record = crawler.extract(b"%PDF-1.7 binary")
    assert record.extraction.status is Status.NOT_ARTICLE
    assert "not_html" in record.extraction.method


def test_too_large_is_named_and_does_not_raise() -> None:
    record = crawler.extract("<p>word</p>" * 250_000)
    assert record.extraction.status is Status.CRASHED
    assert "page_too_large" in record.extraction.method


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("hard::x", SchemeRefused, "hard::x: scheme hard: is not http or https"),
        ("story", BadUrl, "story: not a URL: it has no https:// or http://"),
    ],
)
def test_a_url_that_is_none_is_told_in_one_line(url: str, error: type[PageError], words: str) -> None:
    with pytest.raises(error) as raised:
        crawler.extract("<p>A page.</p>", url=url)
    assert str(raised.value) == words
    assert "".join(format_exception(raised.value)).count("Traceback") == 1
