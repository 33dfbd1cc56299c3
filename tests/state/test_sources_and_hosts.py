"""Hosts and earlier runs: kept at once, whatever becomes of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.state.history import RunFigures

if TYPE_CHECKING:
    from crawler.items import JsonValue
    from tests.state.conftest import Desk

LATER = "2026-11-22T11:00:00Z"


@pytest.fixture
def desk(any_desk: Desk) -> Desk:
    """The contract, on each engine."""
    return any_desk


def test_a_host_outlives_a_run_that_dies(desk: Desk) -> None:
    run = desk.open()
    assert run.host("news.example") is None
    run.keep_robots("news.example", 200, b"User-agent: *\n", LATER)
    run.park("news.example", LATER, "http_failed")
    run.abort()
    host = desk.open().host("news.example")
    assert host is not None
    assert (host.robots_status, host.robots_body, host.robots_at) == (200, b"User-agent: *\n", LATER)
    assert (host.parked_until, host.parked_cause, host.failures) == (LATER, "http_failed", 1)
    assert host.retry_after_until is None


def test_what_was_learned_of_a_site_outlives_the_run(desk: Desk) -> None:
    run = desk.open()
    assert run.site_memory("news") is None
    run.keep_site_memories({"news": b"one" * 1000, "paper": b""})
    run.keep_site_memories({"news": b"two"})
    run.abort()
    run = desk.open()
    assert (run.site_memory("news"), run.site_memory("paper"), run.site_memory("wire")) == (b"two", b"", None)


def test_robots_are_replaced_and_leave_the_rest(desk: Desk) -> None:
    run = desk.open()
    run.park("news.example", LATER, "http_failed")
    run.keep_robots("news.example", 200, b"x", LATER)
    run.keep_robots("news.example", None, None, "2026-11-22T12:00:00Z")
    host = run.host("news.example")
    assert host is not None
    assert (host.robots_status, host.robots_body, host.robots_at) == (None, None, "2026-11-22T12:00:00Z")
    assert (host.parked_until, host.failures) == (LATER, 1)


def test_parking_counts_until_the_host_is_set_free(desk: Desk) -> None:
    run = desk.open()
    run.park("news.example", None, None)
    assert run.host("news.example") is None
    for failures in (1, 2):
        run.park("news.example", LATER, "http_failed")
        host = run.host("news.example")
        assert host is not None
        assert host.failures == failures
    run.park("news.example", LATER, "retry_after")
    host = run.host("news.example")
    assert host is not None
    assert (host.retry_after_until, host.failures) == (LATER, 2)
    run.park("news.example", None, None)
    host = run.host("news.example")
    assert host is not None
    assert (host.parked_until, host.parked_cause, host.retry_after_until, host.failures) == (None, None, None, 0)


def _report(new: int, median: float | None = None) -> dict[str, JsonValue]:
    figures = {"found": new + 3, "states": {"new": new, "failed": 1}, "median_text_chars": median}
    return {"sites": {"news": figures, 'a.b "c" \' d': {"states": {}}}}


def test_the_history_of_a_site_is_newest_first(desk: Desk) -> None:
    for new in range(4):
        desk.open().finish(_report(new, 1500.5))
    run = desk.open()
    history = run.site_history("news", 3)
    assert [(figures.new, figures.found, figures.failed) for figures in history] == [(3, 6, 1), (2, 5, 1), (1, 4, 1)]
    assert history[0].median_text_chars == 1500.5
    assert history[0].run_id.endswith("-0003")
    assert len(run.site_history('a.b "c" \' d')) == 4
    assert run.site_history("paper") == []


@pytest.mark.parametrize(
    "report",
    [{}, {"sites": {}}, {"sites": 1}, {"sites": {"news": 1}}, {"sites": [1]}],
    ids=["none", "empty", "number", "site-is-a-number", "list"],
)
def test_a_report_without_figures_gives_no_history(desk: Desk, report: dict[str, JsonValue]) -> None:
    desk.open().finish(report)
    assert desk.open().site_history("news") == []


def test_a_run_that_died_has_no_figures(desk: Desk) -> None:
    desk.open().abort()
    desk.open().finish({"sites": {"news": {}}})
    (figures,) = desk.open().site_history("news")
    assert figures == RunFigures(figures.run_id, figures.finished_at, 0, 0, 0, None)
