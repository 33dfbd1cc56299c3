from __future__ import annotations

import pytest

from crawler.addresses import parse_allowed
from crawler.config import Site
from crawler.contact import has_contact, sites_without_contact


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("MyCrawler/1.0 (+https://news.uni-x.edu/crawler)", True),
        ("MyCrawler/1.0 (me@uni-x.edu)", True),
        ("MyCrawler/1.0 (+mailto:me@uni-x.edu)", True),
        (None, False),
        ("", False),
        ("MyCrawler/1.0", False),
        ("Mozilla/5.0 (X11; Linux x86_64)", False),
        ("MyCrawler (+https://localhost)", False),
        ("MyCrawler (me@localhost)", False),
        ("MyCrawler/1.0 (+https://example.org/crawler; crawler@example.org)", False),
    ],
)
def test_a_contact_is_a_url_or_an_address(user_agent: str | None, expected: bool) -> None:
    assert has_contact(user_agent) is expected


@pytest.mark.parametrize(
    ("url", "allowed", "may"),
    [
        ("http://127.0.0.1:8000/", "127.0.0.1:8000", True),
        ("http://127.0.0.1:8000/", "127.0.0.0/8", True),
        ("http://localhost:8000/", "127.0.0.1:8000", True),
        ("http://[::1]:8000/", "[::1]:8000", True),
        ("http://127.0.0.1/", "127.0.0.1:80", True),
        ("https://127.0.0.1/", "127.0.0.1:443", True),
        ("http://127.0.0.1:8000/", "127.0.0.1:8001", False),
        ("http://127.0.0.1:8000/", "10.0.0.0/8", False),
        ("https://news.example.net/", "0.0.0.0/0", False),
    ],
)
def test_allowed_addresses_need_none(url: str, allowed: str, may: bool) -> None:
    site = Site(name="a", url=url)
    assert sites_without_contact((site,), [parse_allowed(allowed)]) == (() if may else (site,))


def test_only_sites_without_are_named() -> None:
    good = Site(name="good", url="https://a.test/", user_agent="X (+https://x.test/bot)")
    bad = Site(name="bad", url="https://b.test/")
    assert sites_without_contact((good, bad), ()) == (bad,)
