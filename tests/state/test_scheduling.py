"""When sources are asked again, and how far their 304 is believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import DiscoveredVia
from crawler.state.scheduling import DEFAULT_OPTIONS, Entries, is_due, schedule
from crawler.state.values import Poll, SourceState

if TYPE_CHECKING:
    from crawler.state.protocol import Store
    from tests.state.conftest import Desk

NOW = datetime(2026, 11, 22, 10, 45, 1, tzinfo=UTC)
URL = "https://news.example/feed"
HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture
def desk(any_desk: Desk) -> Desk:
    """The contract, on each engine."""
    return any_desk


def _poll(status: int | None = 200, etag: str | None = None, body: str | None = None, cause: str | None = None) -> Poll:
    return Poll(URL, "news", "feed", status, etag, None, body, "2026-11-22T10:45:01Z", cause)


def _known(interval: int = HOUR, polls: int = 1, failures: int = 0, body: str | None = None) -> SourceState:
    return SourceState(
        URL, "news", "feed", None, None, body, 200, None, failures, polls, "2026-11-22T09:45:01Z", None, interval
    )


def _source(run: Store) -> SourceState:
    source = run.source(URL)
    assert source is not None
    return source


@pytest.mark.parametrize(
    ("kind", "minutes"),
    [
        (DiscoveredVia.FEED, 60),
        (DiscoveredVia.FRONT_PAGE, 30),
        (DiscoveredVia.NEWS_SITEMAP, 30),
        (DiscoveredVia.SITEMAP, 720),
        ("another", 60),
    ],
)
def test_the_first_interval_follows_from_the_kind(desk: Desk, kind: DiscoveredVia, minutes: int) -> None:
    run = desk.open()
    run.record_poll(desk.poll(kind=kind), [desk.candidate(n) for n in range(9)])
    assert _source(run).interval_seconds == minutes * 60


@pytest.mark.parametrize(
    ("poll", "entries", "interval", "gap"),
    [
        pytest.param(_poll(), Entries(20, 1), HOUR * 0.7, False, id="news"),
        pytest.param(_poll(), Entries(20, 0), HOUR * 1.5, False, id="no-news"),
        pytest.param(_poll(304), Entries(), HOUR * 1.5, False, id="not-modified"),
        pytest.param(_poll(body="same"), Entries(9, 9), HOUR * 1.5, False, id="equal-body"),
        pytest.param(_poll(body="other"), Entries(5, 5), HOUR * 0.5, True, id="all-new"),
        pytest.param(_poll(), Entries(4, 4), HOUR * 0.7, False, id="all-of-few-new"),
        pytest.param(_poll(), Entries(6, 5), HOUR * 0.7, False, id="one-known"),
    ],
)
def test_the_interval_follows_the_news(poll: Poll, entries: Entries, interval: float, gap: bool) -> None:
    plan = schedule(poll, _known(body="same"), entries)
    assert (plan.interval_seconds, plan.possible_gap) == (round(interval), gap)


@pytest.mark.parametrize(
    ("known", "entries", "interval"),
    [
        pytest.param(_known(700), Entries(9, 9), 600, id="least"),
        pytest.param(_known(20 * HOUR), Entries(), DAY, id="most"),
    ],
)
def test_the_interval_has_bounds(known: SourceState, entries: Entries, interval: int) -> None:
    assert schedule(_poll(), known, entries).interval_seconds == interval


def test_failures_put_off_the_next_poll_and_leave_the_interval() -> None:
    pauses = []
    for failures in range(6):
        plan = schedule(_poll(503, cause="http_failed"), _known(polls=9, failures=failures), Entries())
        assert plan.interval_seconds == HOUR
        pauses.append((datetime.fromisoformat(plan.due_at) - NOW).total_seconds())
    shares = [pause / hours / HOUR for pause, hours in zip(pauses, (2, 4, 8, 16, 24, 24), strict=True)]
    assert max(shares) - min(shares) < 0.001
    assert 0.9 <= shares[0] <= 1.1


def test_a_source_that_only_failed_was_not_read_yet(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(replace(desk.poll(), cause="http_failed"), [])
    run.record_poll(desk.poll(), [desk.candidate(n) for n in range(9)])
    assert _source(run).interval_seconds == HOUR


@given(st.text(min_size=1), st.integers(600, DAY), st.booleans())
def test_jitter_is_small_and_the_same_for_a_url(url: str, interval: int, fails: bool) -> None:
    poll = replace(_poll(cause="http_failed" if fails else None), url=url)
    known = replace(_known(), interval_seconds=interval)
    plan = schedule(poll, known, Entries())
    assert plan == schedule(poll, known, Entries())
    plain = min(DAY, interval * 2) if fails else plan.interval_seconds
    wait = (datetime.fromisoformat(plan.due_at) - NOW).total_seconds()
    assert plain * (1 - DEFAULT_OPTIONS.jitter) - 1 <= wait <= plain * (1 + DEFAULT_OPTIONS.jitter)


def test_jitter_spreads() -> None:
    polls = [replace(_poll(), url=f"https://news.example/{n}") for n in range(50)]
    assert len({schedule(poll, None, Entries()).due_at for poll in polls}) > 40


def test_when_a_source_is_due(desk: Desk) -> None:
    run = desk.open()
    assert run.is_due(URL, NOW)
    run.record_poll(desk.poll(), [])
    assert not run.is_due(URL, NOW + timedelta(minutes=53))
    assert run.is_due(URL, NOW + timedelta(minutes=67))
    assert is_due(replace(_known(), due_at=None), NOW)


def test_a_gap_is_told_and_halves_the_interval(desk: Desk) -> None:
    run = desk.open()
    assert not run.record_poll(desk.poll(), [desk.candidate(n) for n in range(6)]).possible_gap
    run.finish({})
    run = desk.open()
    assert run.record_poll(desk.poll(), [desk.candidate(n) for n in range(6, 12)]).possible_gap
    assert _source(run).interval_seconds == HOUR / 2
    run.finish({})
    run = desk.open()
    assert not run.record_poll(desk.poll(), [desk.candidate(n) for n in range(11, 17)]).possible_gap


def test_news_that_another_source_gave_first_in_the_same_run_is_news(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll(), [])
    front = replace(desk.poll(kind=DiscoveredVia.FRONT_PAGE), url="https://news.example/")
    run.record_poll(front, [desk.candidate(1)])
    assert run.record_poll(desk.poll(), [desk.candidate(1)]).repeated == 1
    assert _source(run).interval_seconds == HOUR * 0.7


def test_every_sixth_poll_is_whole(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(_poll(200, '"1"'), [])
    asked = []
    for _ in range(12):
        asked.append(_source(run).ask_whole)
        whole = asked[-1]
        run.record_poll(_poll(200, '"1"', "same") if whole else _poll(304), [])
    assert asked == [False] * 5 + [True] + [False] * 5 + [True]
    assert not _source(run).validators_broken


def test_news_under_known_validators_proves_them_broken(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(_poll(200, '"1"', "a"), [desk.candidate(1)])
    for _ in range(5):
        run.record_poll(_poll(304), [])
    run.record_poll(_poll(200, '"1"', "b"), [desk.candidate(2)])
    assert _source(run).ask_whole
    run.record_poll(_poll(200, '"2"', "c"), [desk.candidate(3)])
    assert _source(run).ask_whole


@pytest.mark.parametrize(
    ("between", "broken"), [pytest.param(304, True, id="always-304"), pytest.param(200, False, id="a-200-between")]
)
def test_news_in_two_whole_polls_after_304s(desk: Desk, between: int, broken: bool) -> None:
    """One alone may be chance: any poll may be the first after the news."""
    run = desk.open()
    run.record_poll(_poll(200, '"0"', "0"), [desk.candidate(0)])
    for number in (1, 2):
        for _ in range(5):
            run.record_poll(_poll(304), [])
        assert _source(run).ask_whole
        run.record_poll(_poll(200, f'"{number}"', str(number)), [desk.candidate(number)])
        assert _source(run).validators_broken is (broken and number == 2)
        run.record_poll(_poll(between, f'"{number}b"', f"{number}b"), [])
