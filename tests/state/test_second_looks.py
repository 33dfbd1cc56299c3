"""What was no article at its first fetch is asked for once more."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.errors import CAUSES
from crawler.items import Verdict
from crawler.state import second_looks
from crawler.state.values import Outcome, Waiting

if TYPE_CHECKING:
    from crawler.state.protocol import Store
    from tests.state.conftest import Desk

NO_AGES = ()


@pytest.fixture
def desk(any_desk: Desk) -> Desk:
    """The contract, on each engine."""
    return any_desk


def _after(minutes: float) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def _end(row: Waiting, state: str, cause: str | None = None, original: str | None = None) -> Outcome:
    return Outcome(row.normalized_url, row.url, row.site, state, cause, original_id=original)


def _first_run(desk: Desk, *endings: tuple[str, str | None, str | None]) -> None:
    """A run in which URL 0 ends as the first one says, URL 1 as the second, and so on."""
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(n) for n in range(len(endings))])
    for row in run.take_waiting("news", len(endings)):
        run.settle(_end(row, *endings[int(row.normalized_url.rpartition("/")[2])]))
    run.finish({})


def _looked_at(desk: Desk, minutes: float) -> tuple[Store, list[Waiting]]:
    run = desk.open()
    due = run.schedule_revisits("news", NO_AGES, _after(minutes))
    rows = run.take_waiting("news", 9)
    assert len(rows) == due
    return run, sorted(rows, key=lambda row: row.url)


def _states(run: Store) -> dict[str, int]:
    account = run.account()["news"]
    assert account.holds
    assert account.found == account.accepted
    return {state: rows for state, rows in account.states.items() if rows}


@pytest.mark.parametrize("cause", sorted(cause for cause, error in CAUSES.items() if error.may_pass))
def test_a_page_without_an_article_is_asked_for_once_more(desk: Desk, cause: str) -> None:
    state = CAUSES[cause].state
    _first_run(desk, (state, cause, None))
    run, rows = _looked_at(desk, 10)
    assert rows == []
    run.finish({})
    run, (row,) = _looked_at(desk, 60)
    assert not row.revisit
    assert _states(run) == {"waiting": 1}
    run.settle(_end(row, state, cause))
    assert _states(run) == {state: 1}
    run.finish({})
    assert _looked_at(desk, 600)[1] == []


def test_an_article_of_the_second_look_is_new(desk: Desk) -> None:
    _first_run(desk, ("skipped", "not_article", None))
    run, (row,) = _looked_at(desk, 60)
    assert run.claim(desk.record(0), row) == Verdict("new")
    run.write(desk.record(0), "news", row.normalized_url)
    run.flush()
    assert _states(run) == {"new": 1}


@pytest.mark.parametrize(
    "ending",
    [
        ("skipped", "not_html", None),
        ("failed", "page_too_large", None),
        ("duplicate", None, "a"),
    ],
)
def test_what_will_not_pass_is_left(desk: Desk, ending: tuple[str, str | None, str | None]) -> None:
    _first_run(desk, ending)
    assert _looked_at(desk, 60)[1] == []


def test_what_robots_txt_forbade_is_looked_at_when_that_has_been_asked_again(desk: Desk) -> None:
    _first_run(desk, ("skipped", "robots_disallowed", None), ("skipped", "not_article", None))
    run, (row,) = _looked_at(desk, 60)
    assert row.normalized_url.endswith("1")
    run.settle(_end(row, "skipped", "not_article"))
    run.finish({})
    run, (row,) = _looked_at(desk, 26 * 60)
    assert row.normalized_url.endswith("0")
    run.settle(_end(row, "skipped", "robots_disallowed"))
    run.finish({})
    assert _looked_at(desk, 60 * 60)[1] == []


def test_a_text_that_three_addresses_gave_may_be_of_a_bad_hour(desk: Desk) -> None:
    _first_run(desk, *[("duplicate", None, name) for name in "aabaab"])
    run, rows = _looked_at(desk, 60)
    assert [row.normalized_url[-1] for row in rows] == ["0", "1", "3", "4"]
    assert _states(run) == {"waiting": 4}


def test_a_look_that_was_stopped_is_taken_in_the_next_run(desk: Desk) -> None:
    _first_run(desk, ("skipped", "not_article", None))
    run, rows = _looked_at(desk, 60)
    assert len(rows) == 1
    run.abort()
    run = desk.open()
    assert run.schedule_revisits("news", NO_AGES, _after(60)) == 0
    assert len(run.take_waiting("news", 9)) == 1


def test_long_after_it_is_left(desk: Desk) -> None:
    _first_run(desk, ("skipped", "not_article", None))
    assert _looked_at(desk, 9 * 24 * 60)[1] == []


def test_one_that_a_source_names_again_is_counted_once(desk: Desk) -> None:
    _first_run(desk, ("skipped", "not_article", None))
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(0)])
    assert run.schedule_revisits("news", NO_AGES, _after(60)) == 1
    assert _states(run) == {"waiting": 1}


def test_the_query_uses_its_index(local_desk: Desk) -> None:
    _first_run(local_desk, ("skipped", "not_article", None))
    named = {"site": "news", "run_id": "x", "earliest": "a", "latest": "b", "latest_forbidden": "b", "least_copies": 3}
    with closing(sqlite3.connect(local_desk.folder / "state.sqlite")) as connection:
        plan = str(connection.execute(f"EXPLAIN QUERY PLAN {second_looks._REOPEN}", named).fetchall())
    assert plan.count("ledger_second_looks (site=? AND settled_at>? AND settled_at<?)") == 2
