"""Which sources of a site a run asks, and in which order."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from crawler.config import Site
from crawler.items import DiscoveredVia, Link
from crawler.spiders.asked_sources import MAX_DEPTH, MAX_OF_KIND, AskedSources
from crawler.spiders.sources import GONE_POLLS, MOST_FRUITFUL, Source, newest_first, sources_of, sources_of_index
from crawler.state.values import SourceState

INDEX = "https://news.example/index.xml"


def sitemap(number: int, **fields: Any) -> Source:
    return Source(f"https://news.example/{number}.xml", DiscoveredVia.SITEMAP, **({"found": True} | fields))


def state(number: int, **fields: Any) -> SourceState:
    known = {
        "url": f"https://news.example/{number}.xml", "site": "a", "kind": "sitemap", "etag": None,
        "last_modified": None, "body_hash": None, "http_status": 200, "cause": None, "failures": 0, "polls": 1,
        "polled_at": "2026-11-01T00:00:00Z", "last_new_at": None,
    }  # fmt: skip
    return SourceState(**(known | fields))


@pytest.fixture
def asked() -> AskedSources:
    return AskedSources("a", logging.LoggerAdapter(logging.getLogger("asked")))


def test_known_sources_take_no_place_from_new_ones(asked: AskedSources, caplog: pytest.LogCaptureFixture) -> None:
    known = [asked.admit(sitemap(number, known=True)) for number in range(MAX_OF_KIND + 1)]
    new = [asked.admit(sitemap(1000 + number)) for number in range(MAX_OF_KIND + 2)]
    assert known == [True] * MAX_OF_KIND + [False]
    assert new == [True] * MAX_OF_KIND + [False] * 2
    assert caplog.text.count("more than 50 new sitemaps") == 1


def test_a_known_source_over_the_bound_is_asked_when_it_is_named(asked: AskedSources) -> None:
    for number in range(MAX_OF_KIND + 1):
        asked.admit(sitemap(number, known=True))
    assert asked.admit(sitemap(MAX_OF_KIND))


def test_each_is_asked_once_and_none_too_deep(asked: AskedSources) -> None:
    assert [asked.admit(sitemap(1)) for _ in range(2)] == [True, False]
    assert not asked.admit(sitemap(2, depth=MAX_DEPTH + 1))


def test_what_sites_toml_names_is_not_bounded(asked: AskedSources) -> None:
    assert all(asked.admit(sitemap(number, found=False)) for number in range(2 * MAX_OF_KIND))


def test_what_is_gone_is_asked_no_more_by_itself() -> None:
    site = Site(name="a", url="https://news.example/", sitemaps=(INDEX,))
    known = [
        state(1, http_status=404, failures=GONE_POLLS),
        state(2, http_status=404, failures=GONE_POLLS - 1),
        state(3, http_status=503, failures=9),
        state(4, last_new_at="2026-11-02T00:00:00Z"),
    ]
    assert [source.url.rpartition("/")[2] for source in sources_of(site, known)] == [
        "index.xml", "4.xml", "2.xml", "3.xml",
    ]  # fmt: skip


def test_what_was_taken_out_of_sites_toml_is_asked_no_more() -> None:
    site = Site(name="a", url="https://news.example/", sitemaps=(INDEX,))
    known = [state(1, found=False), state(2)]
    assert [source.url.rpartition("/")[2] for source in sources_of(site, known)] == ["index.xml", "2.xml"]


def test_the_newest_sitemaps_of_an_index_come_first() -> None:
    told = (None, "2026-10-31", "2026-11-22T10:00:00+01:00", None, "2026-11-22T08:00:00Z")
    children = [
        Link(f"https://news.example/{n}.xml", DiscoveredVia.SITEMAP, INDEX, modified=at) for n, at in enumerate(told)
    ]
    assert [child.url[-5] for child in newest_first(children)] == ["2", "4", "1", "0", "3"]


def test_of_many_known_sources_all_have_their_turn() -> None:
    """An index of 160 sitemaps without dates: in each run those longest ago come before, and new ones."""
    site = Site(name="a", url="https://news.example/", sitemaps=(INDEX,))
    children = [Link(f"https://news.example/{number}.xml", DiscoveredVia.SITEMAP) for number in range(160)]
    known: dict[str, SourceState] = {}
    for run in range(8):
        asked = AskedSources("a", logging.LoggerAdapter(logging.getLogger("asked")))
        begun = [source for source in sources_of(site, known.values()) if asked.admit(source)]
        named = [source for source in sources_of_index(children, 1, known.get) if asked.admit(source)]
        for source in (*begun, *named):
            known[source.url] = replace(state(0), url=source.url, polled_at=f"2026-11-0{run + 1}T00:00:00Z")
    assert len({url for url in known if url != INDEX}) == 160
    asked_in = Counter(source.polled_at for source in known.values())
    assert all(moment >= "2026-11-04" for moment in asked_in), "each within the last five runs"
    assert MOST_FRUITFUL < MAX_OF_KIND


@pytest.mark.parametrize(
    ("fields", "modified", "found"),
    [
        (None, "2026-11-05T00:00:00Z", (False, False)),
        ({}, "2026-11-05T00:00:00Z", (False, True)),
        ({}, "2026-10-05T00:00:00Z", None),
        ({}, None, (True, False)),
        ({"failures": 1}, "2026-10-05T00:00:00Z", (True, False)),
    ],
    ids=["new", "changed", "unchanged", "no date", "failed"],
)
def test_sitemaps_that_an_index_names(
    fields: dict[str, Any] | None, modified: str | None, found: tuple[bool, bool] | None
) -> None:
    others = [Link(f"https://news.example/{n}.xml", DiscoveredVia.SITEMAP, modified=f"2026-09-0{n}") for n in (2, 3)]
    child = Link("https://news.example/1.xml", DiscoveredVia.SITEMAP, modified=modified)
    known = {} if fields is None else {child.url: state(1, **fields)}
    sources = [source for source in sources_of_index([child, *others], 1, known.get) if source.url == child.url]
    assert [(source.known, source.changed) for source in sources] == ([] if found is None else [found])
