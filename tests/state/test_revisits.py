"""Articles that we have are fetched again, and nothing that is known of them is lost by it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crawler.items import Record, Verdict
from crawler.state.revisits import _REOPEN_DUE
from crawler.state.values import Candidate, Outcome, Waiting

if TYPE_CHECKING:
    from crawler.state.protocol import Store
    from tests.state.conftest import Desk

SEEN_AT = datetime(2026, 11, 22, 10, 45, 1, tzinfo=UTC)
FETCHED_AT = "2026-11-22T10:46:00Z"
HOUR = 3600
AGES = (HOUR, 6 * HOUR, 24 * HOUR)


@pytest.fixture
def desk(any_desk: Desk) -> Desk:
    """The contract, on each engine."""
    return any_desk


def _after(hours: float) -> datetime:
    return SEEN_AT + timedelta(hours=hours)


def _fetched(desk: Desk, number: int, text: int | None = None) -> Record:
    record = desk.record(number, text=text)
    return replace(record, etag='"1"', last_modified="Sun", fetched_at=FETCHED_AT)


def _first_run(desk: Desk, articles: int = 1) -> None:
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(n) for n in range(articles)])
    for row in run.take_waiting("news", articles):
        number = int(row.normalized_url.rpartition("/")[2])
        run.claim(_fetched(desk, number), row)
        run.write(_fetched(desk, number), "news", row.normalized_url, "body-1")
    run.finish({})


def _revisit(desk: Desk, hours: float = 2) -> tuple[Store, Waiting]:
    run = desk.open()
    assert run.schedule_revisits("news", AGES, _after(hours)) == 1
    (row,) = run.take_waiting("news", 5)
    return run, row


def _end(row: Waiting, state: str, cause: str | None = None, **more: Any) -> Outcome:
    return Outcome(row.normalized_url, row.url, row.site, state, cause, **more)


def _revised(desk: Desk, modified: str | None) -> Candidate:
    candidate = desk.candidate(0)
    return replace(candidate, link=replace(candidate.link, modified=modified))


def _states(run: Store) -> dict[str, int]:
    account = run.account()["news"]
    assert account.holds
    assert account.found == account.accepted
    return {state: rows for state, rows in account.states.items() if rows}


def _lines(desk: Desk) -> list[dict[str, Any]]:
    files = sorted(desk.place.glob("records/*/*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def test_an_article_comes_back_with_what_we_have_of_it(desk: Desk) -> None:
    _first_run(desk)
    _, row = _revisit(desk)
    record = desk.record(0)
    assert (row.revisit, row.etag, row.last_modified, row.body_hash) == (True, '"1"', "Sun", "body-1")
    assert (row.record_id, row.text_hash, row.version, row.attempts) == (record.id, record.text_hash, 1, 0)


def test_a_row_that_waits_for_its_first_fetch_is_no_revisit(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(0)])
    assert run.schedule_revisits("news", AGES, _after(99)) == 0
    (row,) = run.take_waiting("news", 1)
    assert (row.revisit, row.record_id, row.version) == (False, None, 1)


@pytest.mark.parametrize(
    ("hours", "visits"),
    [
        pytest.param([0.5], [0], id="too-young"),
        pytest.param([1], [1], id="first-age"),
        pytest.param([1, 2, 5], [1, 0, 0], id="once-an-age"),
        pytest.param([1, 6, 24, 999], [1, 1, 1, 0], id="every-age"),
        pytest.param([7, 8, 25], [1, 0, 1], id="two-ages-at-once"),
        pytest.param([999, 999], [1, 0], id="all-ages-at-once"),
    ],
)
def test_ages(desk: Desk, hours: list[float], visits: list[int]) -> None:
    _first_run(desk)
    for moment, rows in zip(hours, visits, strict=True):
        run = desk.open()
        assert run.schedule_revisits("news", AGES, _after(moment)) == rows
        assert run.schedule_revisits("news", AGES, _after(moment)) == 0
        for row in run.take_waiting("news", 5):
            run.settle(_end(row, "unchanged"))
        assert _states(run) == ({"unchanged": 1} if rows else {})
        run.finish({})


def test_no_ages_and_other_sites(desk: Desk) -> None:
    _first_run(desk)
    run = desk.open()
    assert run.schedule_revisits("news", (), _after(99)) == 0
    assert run.schedule_revisits("paper", AGES, _after(99)) == 0
    assert _states(run) == {}


def test_a_changed_text_is_a_new_version(desk: Desk) -> None:
    _first_run(desk)
    before = desk.record(0).text_hash
    for version, hours in ((2, 2), (3, 7)):
        run, row = _revisit(desk, hours)
        record = replace(_fetched(desk, 0, text=100 * version), etag=f'"{version}"')
        verdict = run.claim(record, row)
        assert verdict == Verdict("changed", version=version, previous_text_hash=before)
        before = record.text_hash
        run.write(record, "news", row.normalized_url, f"body-{version}")
        assert _states(run) == {"changed": 1}
        run.finish({})
    assert [(line["version"], line["previous_text_hash"]) for line in _lines(desk)] == [
        (1, None),
        (2, f"sha256:{0:064x}"),
        (3, f"sha256:{200:064x}"),
    ]
    run = desk.open()
    for text in (0, 200, 300):
        assert run.claim(desk.record(9, text=text)) == Verdict("duplicate", desk.record(0).id)
    run.schedule_revisits("news", (*AGES, 40 * HOUR), _after(50))
    (row,) = run.take_waiting("news", 1)
    assert (row.version, row.etag, row.body_hash) == (3, '"3"', "body-3")


def test_the_same_text_is_unchanged_and_renews_validators(desk: Desk) -> None:
    _first_run(desk)
    run, row = _revisit(desk)
    assert run.claim(_fetched(desk, 0), row) == Verdict("unchanged")
    run.settle(_end(row, "unchanged", etag='"2"', body_hash="body-2"))
    assert _states(run) == {"unchanged": 1}
    run.finish({})
    _, row = _revisit(desk, 7)
    assert (row.etag, row.last_modified, row.body_hash) == ('"2"', "Sun", "body-2")
    assert len(_lines(desk)) == 1


def test_the_text_of_another_article_is_a_duplicate_and_changes_nothing(desk: Desk) -> None:
    _first_run(desk, articles=2)
    run = desk.open()
    run.schedule_revisits("news", AGES, _after(2))
    first, second = sorted(run.take_waiting("news", 5), key=lambda row: row.normalized_url)
    assert run.claim(_fetched(desk, 0, text=1), first) == Verdict("duplicate", desk.record(1).id)
    run.settle(_end(first, "duplicate", original_id=desk.record(1).id, etag='"of another page"'))
    run.settle(_end(second, "unchanged"))
    assert _states(run) == {"duplicate": 1, "unchanged": 1}
    run.finish({})
    run = desk.open()
    assert run.schedule_revisits("news", AGES, _after(7)) == 2
    row = min(run.take_waiting("news", 5), key=lambda row: row.normalized_url)
    assert (row.record_id, row.text_hash, row.etag) == (desk.record(0).id, desk.record(0).text_hash, '"1"')


@pytest.mark.parametrize("cause", ["http_failed", "http_refused", "extraction_timeout"])
def test_a_failed_revisit_loses_nothing_and_waits_for_the_next_age(desk: Desk, cause: str) -> None:
    _first_run(desk)
    run, row = _revisit(desk)
    run.settle(_end(row, "failed", cause))
    assert _states(run) == {"failed": 1}
    run.finish({})
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(0)])
    assert run.take_waiting("news", 5) == []
    assert _states(run) == {"known": 1}
    run.finish({})
    run, row = _revisit(desk, 7)
    assert (row.revisit, row.attempts, row.record_id) == (True, 1, desk.record(0).id)
    assert (row.text_hash, row.version, row.etag) == (desk.record(0).text_hash, 1, '"1"')
    run.settle(_end(row, "unchanged"))
    run.finish({})
    _, row = _revisit(desk, 25)
    assert row.attempts == 0


def test_what_is_gone_is_never_fetched_again(desk: Desk) -> None:
    _first_run(desk)
    run, row = _revisit(desk)
    run.settle(_end(row, "skipped", "gone"))
    account = run.account()["news"]
    assert (account.states["skipped"], account.causes, account.holds) == (1, {"gone": 1}, True)
    run.finish({})
    run = desk.open()
    assert run.schedule_revisits("news", AGES, _after(999)) == 0
    poll = replace(desk.poll(), trusts_modified=True)
    assert run.record_poll(poll, [_revised(desk, "2099-01-01")]).revised == 0
    assert run.take_waiting("news", 5) == []
    assert _states(run) == {"known": 1}


def test_an_article_behind_a_wall_keeps_its_ages(desk: Desk) -> None:
    _first_run(desk)
    run, row = _revisit(desk)
    run.settle(_end(row, "skipped", "consent_page"))
    assert _states(run) == {"skipped": 1}
    run.finish({})
    run, row = _revisit(desk, 7)
    assert (row.revisit, row.record_id, row.etag) == (True, desk.record(0).id, '"1"')
    run.settle(_end(row, "skipped", "not_article"))
    run.finish({})
    run = desk.open()
    poll = replace(desk.poll(), trusts_modified=True)
    assert run.record_poll(poll, [_revised(desk, "2099-01-01")]).revised == 1


def test_a_revisit_left_over_is_one_in_the_next_run(desk: Desk) -> None:
    _first_run(desk)
    run, row = _revisit(desk)
    assert _states(run) == {"waiting": 1}
    run.abort()
    run = desk.open()
    (row,) = run.take_waiting("news", 5)
    assert row.revisit
    run.settle(_end(row, "waiting", "robots_unavailable"))
    assert _states(run) == {"waiting": 1}
    run.finish({})
    run = desk.open()
    assert run.schedule_revisits("news", AGES, _after(2)) == 0
    assert [row.revisit for row in run.take_waiting("news", 5)] == [True]
    assert _states(run) == {"waiting": 1}


def test_an_article_found_and_due_in_one_run_is_counted_once(desk: Desk) -> None:
    _first_run(desk)
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(0)])
    assert run.schedule_revisits("news", AGES, _after(2)) == 1
    run.record_poll(desk.poll(), [desk.candidate(0)])
    (row,) = run.take_waiting("news", 5)
    run.settle(_end(row, "unchanged"))
    assert run.account()["news"].found == 1
    assert _states(run) == {"unchanged": 1}


@pytest.mark.parametrize(
    ("modified", "trusted", "revised"),
    [
        pytest.param("2026-11-22T10:47:01Z", True, 1, id="later"),
        pytest.param("2026-11-22T11:47:01+01:00", True, 1, id="later-with-offset"),
        pytest.param("2026-11-23", True, 1, id="a-later-day"),
        pytest.param("2026-11-22T10:47:01Z", False, 0, id="not-trusted"),
        pytest.param("2026-11-22T10:46:00Z", True, 0, id="at-the-fetch"),
        pytest.param("2026-11-22", True, 0, id="the-same-day"),
        pytest.param("yesterday", True, 0, id="no-date"),
        pytest.param(None, True, 0, id="none"),
    ],
)
def test_a_later_lastmod_brings_an_article_back(desk: Desk, modified: str | None, trusted: bool, revised: int) -> None:
    _first_run(desk)
    for expected in (revised, 0):
        run = desk.open()
        poll = replace(desk.poll(), trusts_modified=trusted)
        counts = run.record_poll(poll, [_revised(desk, modified)])
        assert (counts.known, counts.revised) == (1, expected)
        assert run.record_poll(poll, [_revised(desk, modified)]).revised == 0
        rows = run.take_waiting("news", 5)
        assert [row.revisit for row in rows] == [True] * expected
        for row in rows:
            run.settle(_end(row, "unchanged"))
        assert _states(run) == {"unchanged" if expected else "known": 1}
        run.finish({})


def test_a_date_in_the_future_brings_an_article_back_once(desk: Desk) -> None:
    _first_run(desk)
    poll = replace(desk.poll(), trusts_modified=True)
    revised = []
    for _ in range(3):
        run = desk.open()
        revised.append(run.record_poll(poll, [_revised(desk, "2099-01-01")]).revised)
        for row in run.take_waiting("news", 5):
            run.settle(_end(row, "unchanged"))
        run.finish({})
    assert revised == [1, 0, 0]


def test_a_revision_that_could_not_be_fetched_is_tried_three_times(desk: Desk) -> None:
    _first_run(desk)
    poll = replace(desk.poll(), trusts_modified=True)
    revised = []
    for _ in range(5):
        run = desk.open()
        revised.append(run.record_poll(poll, [_revised(desk, "2099-01-01")]).revised)
        for row in run.take_waiting("news", 5):
            run.settle(_end(row, "failed", "http_failed"))
        assert run.account()["news"].holds
        run.finish({})
    assert revised == [1, 1, 1, 0, 0]


def test_a_page_that_was_just_fetched_is_not_brought_back_in_the_same_run(desk: Desk) -> None:
    run = desk.open()
    poll = replace(desk.poll(), trusts_modified=True)
    run.record_poll(poll, [desk.candidate(0)])
    (row,) = run.take_waiting("news", 1)
    run.claim(_fetched(desk, 0), row)
    run.write(_fetched(desk, 0), "news", row.normalized_url)
    run.flush()
    assert run.record_poll(poll, [_revised(desk, "2099-01-01")]).revised == 0
    assert run.schedule_revisits("news", (0,), _after(99)) == 0
    assert _states(run) == {"new": 1}


def test_ages_use_an_index(local_desk: Desk) -> None:
    _first_run(local_desk)
    with closing(sqlite3.connect(local_desk.folder / "state.sqlite")) as connection:
        named = {"site": "news", "visits": 1, "seen_by": "x", "run_id": "x"}
        plan = str(connection.execute(f"EXPLAIN QUERY PLAN {_REOPEN_DUE}", named).fetchall())
    assert "ledger_articles (site=? AND revisits<?)" in plan
