from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.flow import record_of
from crawler.items import Page, Record
from crawler.view.viewed import PageSource, Viewed

HOSTILE = "</script><img src=x onerror=alert(1)> & \" ' \u202e\u2028"
PARAGRAPH = (
    "The ferry carried two thousand passengers in its first week, the harbour office said on Monday, and ran late "
    "only once, when a seal lay on the slipway and would not be moved. "
)


def page_html(title: str = "Ferry carries two thousand in a week", *, more: str = "") -> bytes:
    """An article between a menu, an advertisement and a newsletter prompt."""
    paragraphs = "".join(f"<p>{number}. {PARAGRAPH}</p>" for number in range(4))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        "<nav><ul><li><a href='/'>Home</a></li><li><a href='/town'>Town</a></li></ul></nav>"
        f"<article><h1>{title}</h1>{paragraphs}{more}<ul><li>First sailing at six</li><li>Last at ten</li></ul>"
        "</article><aside class='ad'><p>Advertisement</p></aside>"
        "<div class='newsletter'><p>Subscribe to our newsletter</p></div></body></html>"
    ).encode()


def _viewed(html: bytes | None = None, *, url: str | None = "https://news.example/ferry", whole: bool = True) -> Viewed:
    body = page_html() if html is None else html
    record = record_of(Page(body=body, url=url, content_type="text/html; charset=utf-8"))
    return Viewed(record, PageSource("ferry.html", body, plain_text=False) if whole else None)


@pytest.fixture(scope="session")
def make_viewed() -> Callable[..., Viewed]:
    """A page, read and ready to be looked at."""
    return _viewed


@pytest.fixture(scope="session")
def make_page() -> Callable[..., bytes]:
    return page_html


@pytest.fixture(scope="session")
def hostile() -> str:
    """Text that would leave its place in the document if it could."""
    return HOSTILE


@pytest.fixture(scope="session")
def ferry() -> Record:
    return _viewed().record
