"""Which dates lie in the time that is asked for: none is refused that may be in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.items import DiscoveredVia, Link
from crawler.spiders.window import Window

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
LAST_DAY = Window(since=NOW - timedelta(hours=24))
TO_THE_20TH = Window(until=datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC))


def link(published: str | None = None, modified: str | None = None) -> Link:
    return Link("https://news.example/1", DiscoveredVia.SITEMAP, published=published, modified=modified)


@pytest.mark.parametrize(
    ("told", "zone", "inside"),
    [
        pytest.param("2026-11-21", None, True, id="yesterday, some hour of it"),
        pytest.param("2026-11-21", "Europe/Berlin", True, id="yesterday there"),
        pytest.param("2026-11-20", None, True, id="the 20th where it ends last"),
        pytest.param("2026-11-20", "Europe/Berlin", False, id="the 20th there"),
        pytest.param("2026-11-19", None, False, id="before, everywhere"),
        pytest.param("2026-11-21T05:59:00Z", None, False, id="a minute too old"),
        pytest.param("2026-11-21T06:00:00Z", None, True, id="the first moment"),
        pytest.param("2026-11-21T02:00:00", None, True, id="no offset: 02:00 in America"),
        pytest.param("2026-11-21T02:00:00", "America/New_York", True, id="02:00 in New York"),
        pytest.param("2026-11-21T02:00:00", "Europe/Berlin", False, id="02:00 in Berlin"),
        pytest.param("9999-12-31", None, True, id="the last day of all"),
        pytest.param("0001-01-01", None, False, id="the first day of all"),
    ],
)
def test_since(told: str, zone: str | None, inside: bool) -> None:
    assert LAST_DAY.has(link(told), zone) is inside


@pytest.mark.parametrize(
    ("told", "inside"),
    [("2026-11-20", True), ("2026-11-20T23:00:00Z", True), ("2026-11-21T00:00:00Z", False), ("2026-11-22", False)],
)
def test_until(told: str, inside: bool) -> None:
    assert TO_THE_20TH.has(link(told)) is inside


def test_publication_counts_before_lastmod_and_without_either_it_is_of_now() -> None:
    assert not LAST_DAY.has(link("2026-11-01", "2026-11-22"))
    assert LAST_DAY.has(link(None, "2026-11-22"))
    assert LAST_DAY.has(link())


def test_a_day_of_25_hours_is_whole() -> None:
    """Clocks went back in Berlin on 25 October 2026: the day ended at 23:00 UTC."""
    window = Window(since=datetime(2026, 10, 25, 22, 30, tzinfo=UTC))
    assert window.has(link("2026-10-25"), "Europe/Berlin")
    assert not window.has(link("2026-10-24"), "Europe/Berlin")
