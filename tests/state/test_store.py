from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crawler import errors
from crawler.items import DiscoveredVia, Verdict
from crawler.records.manifest import read_manifest
from crawler.state.values import FoundCounts, Outcome, Poll, StoreOptions

if TYPE_CHECKING:
    from tests.state.conftest import Desk


@pytest.fixture
def desk(any_desk: Desk) -> Desk:
    """The contract, on each engine."""
    return any_desk


def _row(desk: Desk, number: int, site: str = "news") -> dict[str, Any]:
    with closing(sqlite3.connect(desk.folder / "state.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        query = "SELECT * FROM ledger WHERE normalized_url = ?"
        return dict(connection.execute(query, (f"{site}.example/{number}",)).fetchone())


def _failed(number: int, cause: str = "http_failed") -> Outcome:
    return Outcome(f"news.example/{number}", f"https://news.example/{number}?x", "news", "failed", cause, "HTTP 503")


def test_a_run_from_poll_to_report(desk: Desk) -> None:
    run = desk.open()
    assert run.record_poll(desk.poll(etag='"1"'), [desk.candidate(1), desk.candidate(2)]) == FoundCounts(2, 0, 0)
    first, second = sorted(run.take_waiting("news", 10), key=lambda row: row.url)
    assert run.take_waiting("news", 10) == []
    assert (first.url, first.site, first.attempts) == ("https://news.example/1?x", "news", 0)
    assert first.link == desk.candidate(1).link

    assert run.claim(desk.record(1)) == Verdict("new")
    run.write(desk.record(1), "news", first.normalized_url)
    copy = desk.record(2, text=1)
    assert run.claim(copy) == Verdict("duplicate", desk.record(1).id)
    run.settle(Outcome(second.normalized_url, second.url, "news", "duplicate", original_id=desk.record(1).id))
    account = run.account()["news"]
    assert account.holds
    assert (account.found, account.states["new"], account.states["duplicate"]) == (2, 1, 1)
    report = run.finish({"sites": {"news": 1}})

    assert report == desk.place / "runs" / "20261122T104501Z-0000.json"
    assert json.loads(report.read_text(encoding="utf-8"))["sites"] == {"news": 1}
    (file,) = read_manifest(desk.place)
    assert (file.path, file.records) == ("records/2026-11-22/20261122T104501Z-0000-001.jsonl", 1)
    assert desk.written() == [1]
    if not desk.is_local:
        return
    assert _row(desk, 1) | {"state": "new", "record_id": desk.record(1).id} == _row(desk, 1)
    assert _row(desk, 2) | {"state": "duplicate", "original_id": desk.record(1).id} == _row(desk, 2)


def test_a_written_url_is_known_and_never_given_again(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(1)])
    run.claim(desk.record(1))
    run.write(desk.record(1), "news")
    run.finish({})
    run = desk.open()
    assert run.record_poll(desk.poll(), [desk.candidate(1)]) == FoundCounts(0, 1, 0)
    assert run.take_waiting("news", 10) == []
    assert run.claim(desk.record(1)) == Verdict("duplicate", desk.record(1).id)
    assert run.claim(desk.record(2, text=1)) == Verdict("duplicate", desk.record(1).id)
    account = run.account()["news"]
    assert (account.found, account.states["known"], account.holds) == (1, 1, True)


def test_a_redirected_record_settles_the_row_that_was_taken(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(1), desk.candidate(2)])
    for row in run.take_waiting("news", 2):
        record = desk.record(9)
        if run.claim(record) == Verdict("new"):
            run.write(record, "news", row.normalized_url)
        else:
            run.settle(Outcome(row.normalized_url, row.url, "news", "duplicate", original_id=record.id))
    account = run.account()["news"]
    assert account.holds
    assert {state: n for state, n in account.states.items() if n} == {"new": 1, "duplicate": 1}


def test_what_waits_is_taken_newest_first_over_offsets_and_missing_dates(desk: Desk) -> None:
    run = desk.open()
    dates = [
        "2026-11-22T09:00:00+02:00",
        "2026-11-22T08:00:00Z",
        "2026-11-20",
        "2099-01-01",
        "rubbish",
        "2026-11-22T08:30:00",
    ]
    run.record_poll(desk.poll(), [desk.candidate(n, published=date) for n, date in enumerate(dates)])
    order = [int(row.normalized_url.rpartition("/")[2]) for row in run.take_waiting("news", 10)]
    assert sorted(order[:2]) == [3, 4]
    assert order[2:] == [5, 1, 0, 2]


def test_taking_by_site_and_over_all(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(n) for n in range(3)])
    run.record_poll(desk.poll("paper"), [desk.candidate(n, "paper") for n in range(3)])
    assert [row.site for row in run.take_waiting("paper", 2)] == ["paper", "paper"]
    assert (run.waiting_count("news"), run.waiting_count("paper"), run.waiting_count(None)) == (3, 1, 4)
    assert sorted(row.site for row in run.take_waiting(None, 10)) == ["news", "news", "news", "paper"]
    assert run.waiting_count(None) == 0


def test_a_row_settled_as_waiting_has_had_its_turn_in_this_run(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(1)])
    (row,) = run.take_waiting("news", 1)
    run.settle(Outcome(row.normalized_url, row.url, "news", "waiting", "robots_unavailable"))
    for _ in range(2):
        assert run.take_waiting("news", 1) == []
        assert run.waiting_count("news") == 0
        run.flush()
    account = run.account()["news"]
    assert (account.states["waiting"], account.causes, account.holds) == (1, {"robots_unavailable": 1}, True)
    run.finish({})
    assert len(desk.open().take_waiting("news", 1)) == 1


def test_what_waited_at_the_end_of_a_run_begins_the_next(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(n) for n in range(5)])
    run.take_waiting("news", 2)
    run.explain_waiting("news", "budget_reached")
    assert run.account()["news"].causes == {"budget_reached": 5}
    run.abort()
    run = desk.open()
    assert run.record_poll(desk.poll(), [desk.candidate(4), desk.candidate(5)]) == FoundCounts(1, 0, 0, 1)
    assert len(run.take_waiting("news", 10)) == 6
    account = run.account()["news"]
    assert (account.found, account.states["waiting"], account.causes) == (6, 6, {"run_stopped": 6})
    assert account.holds


def test_a_failure_that_may_pass_is_tried_again_three_times_even_if_no_source_names_it(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(1)])
    for attempt in range(3):
        (row,) = run.take_waiting("news", 1)
        assert row.attempts == attempt
        run.settle(_failed(1))
        run.flush()
        assert run.take_waiting("news", 1) == []
        account = run.account()["news"]
        assert (account.found, account.states["failed"], account.causes) == (1, 1, {"http_failed": 1})
        assert account.holds
        run.finish({})
        run = desk.open()
    assert run.take_waiting("news", 1) == []
    assert run.record_poll(desk.poll(), [desk.candidate(1)]) == FoundCounts(0, 1, 0)
    if desk.is_local:
        assert (_row(desk, 1)["cause"], _row(desk, 1)["detail"]) == ("http_failed", "HTTP 503")


@pytest.mark.parametrize(
    ("cause", "counts"),
    [
        pytest.param("http_failed", FoundCounts(0, 0, 1), id="may-pass"),
        pytest.param("http_refused", FoundCounts(0, 1, 0), id="stays"),
        pytest.param("extraction_crashed", FoundCounts(0, 1, 0), id="crash"),
    ],
)
def test_a_failed_url_found_again(desk: Desk, cause: str, counts: FoundCounts) -> None:
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(1)])
    run.settle(_failed(1, cause))
    run.finish({})
    run = desk.open()
    assert run.record_poll(desk.poll(), [desk.candidate(1)]) == counts
    assert run.record_poll(desk.poll(), [desk.candidate(1)]) == FoundCounts(0, 0, 0, 1)
    assert run.account()["news"].holds


def test_a_url_of_several_sources_is_counted_once(desk: Desk) -> None:
    run = desk.open()
    assert run.record_poll(desk.poll(), [desk.candidate(1), desk.candidate(1)]) == FoundCounts(1, 0, 0, 1)
    run.settle(_failed(1))
    assert run.record_poll(desk.poll(), [desk.candidate(1)]) == FoundCounts(0, 0, 0, 1)
    run.flush()
    assert run.record_poll(desk.poll(), [desk.candidate(1)]) == FoundCounts(0, 0, 0, 1)
    account = run.account()["news"]
    assert (account.found, account.states["failed"], account.holds) == (1, 1, True)


def test_refused_links_are_found_and_refused(desk: Desk) -> None:
    run = desk.open()
    run.count_refused("news", "off_site", 3)
    run.count_refused("news", "denied", 1)
    account = run.account()["news"]
    assert (account.found, account.refused, account.accepted, account.holds) == (4, 4, 0, True)
    assert account.refusals == {"denied": 1, "off_site": 3}


def test_a_url_settled_without_having_been_found_is_counted(desk: Desk) -> None:
    run = desk.open()
    run.settle(_failed(1))
    run.claim(desk.record(2))
    run.write(desk.record(2), "news")
    account = run.account()["news"]
    assert (account.found, account.states["failed"], account.states["new"], account.holds) == (2, 1, 1, True)


def test_a_site_that_the_run_does_not_touch_is_not_in_its_account(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll("paper"), [desk.candidate(1, "paper")])
    run.finish({})
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(1)])
    assert set(run.account()) == {"news"}


def test_a_url_of_another_site_goes_to_the_one_that_fetches_it(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll("paper"), [desk.candidate(1, "paper")])
    run.finish({})
    run = desk.open()
    shared = replace(desk.candidate(1, "paper"), site="news")
    assert run.record_poll(desk.poll(), [shared]) == FoundCounts(0, 1, 0)
    assert [row.site for row in run.take_waiting("news", 5)] == ["news"]
    assert run.take_waiting("paper", 5) == []
    assert [account.holds for account in run.account().values()] == [True, True]


def test_a_source_keeps_validators_over_304_and_failure(desk: Desk) -> None:
    run = desk.open()
    url = desk.poll().url
    assert run.source(url) is None
    first = Poll(url, "news", "feed", 200, '"1"', "Mon", "sha256:1", "2026-11-22T10:00:00Z")
    run.record_poll(first, [desk.candidate(1)])
    run.record_poll(Poll(url, "news", "feed", 304, None, "Tue", None, "2026-11-22T11:00:00Z"), [])
    failed = Poll(url, "news", "feed", 503, None, None, None, "2026-11-22T12:00:00Z", "http_failed")
    run.record_poll(failed, [])
    run.record_poll(failed, [])
    source = run.source(url)
    assert source is not None
    assert (source.etag, source.last_modified, source.body_hash) == ('"1"', "Tue", "sha256:1")
    assert (source.cause, source.failures, source.polls) == ("http_failed", 2, 4)
    assert (source.polled_at, source.last_new_at) == ("2026-11-22T12:00:00Z", "2026-11-22T10:00:00Z")
    run.record_poll(Poll(url, "news", "feed", 200, None, None, "sha256:2", "2026-11-22T13:00:00Z"), [])
    source = run.source(url)
    assert source is not None
    assert (source.etag, source.last_modified, source.body_hash) == (None, None, "sha256:2")
    assert (source.cause, source.failures) == (None, 0)


def test_urls_given_by_hand_have_no_source(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll(kind=DiscoveredVia.GIVEN), [desk.candidate(1)])
    assert run.source(desk.poll().url) is None
    assert run.waiting_count("news") == 1


def test_when_a_flush_is_due(desk: Desk) -> None:
    run = desk.open(StoreOptions(batch_records=2, flush_seconds=3600))
    assert not run.due_for_flush()
    run.settle(_failed(1))
    assert not run.due_for_flush()
    run.settle(_failed(2))
    assert run.due_for_flush()
    run.flush()
    assert not run.due_for_flush()
    run.abort()
    run = desk.open(StoreOptions(flush_seconds=0))
    run.settle(_failed(1))
    assert run.due_for_flush()


def test_full_files_are_finished_while_the_run_goes_on(desk: Desk, small_files: StoreOptions) -> None:
    run = desk.open(small_files)
    for number in range(3):
        run.claim(desk.record(number))
        run.write(desk.record(number), "news")
        run.flush()
        assert desk.written() == list(range(number + 1))
    run.finish({})
    assert [Path(file.path).stem[-3:] for file in read_manifest(desk.place)] == ["001", "002", "003"]


def test_a_run_without_records_makes_no_file(desk: Desk) -> None:
    desk.open().finish({})
    assert not (desk.place / "records").exists()
    assert read_manifest(desk.place) == ()
    assert (desk.place / "manifest.json").exists()


def test_a_record_that_is_no_json_gives_up_its_claim(desk: Desk) -> None:
    run = desk.open()
    broken = replace(desk.record(1), language_score=math.nan)
    run.claim(broken)
    with pytest.raises(ValueError, match="JSON"):
        run.write(broken, "news")
    assert run.claim(desk.record(1)) == Verdict("new")
    with pytest.raises(ValueError, match="no URL"):
        run.write(replace(desk.record(1), normalized_url=None), "news")


def test_a_report_that_is_no_json_changes_nothing(desk: Desk) -> None:
    run = desk.open()
    with pytest.raises(TypeError):
        run.finish({"when": object()})
    run.finish({})


def test_a_second_run_at_the_same_time_is_refused(local_desk: Desk) -> None:
    local_desk.open()
    with pytest.raises(errors.LockHeld, match="run 20261122T104501Z-0000"):
        local_desk.open()


def test_a_run_id_is_used_once(desk: Desk) -> None:
    desk.open().finish({})
    desk.runs.clear()
    with pytest.raises(errors.StateError, match="use a new run id"):
        desk.open()


def test_a_refused_opening_holds_no_lock(local_desk: Desk) -> None:
    local_desk.folder.mkdir()
    (local_desk.folder / "state.sqlite").write_bytes(b"")
    for _ in range(2):
        with pytest.raises(errors.StateError):
            local_desk.open()
    (local_desk.folder / "state.sqlite").unlink()
    local_desk.open().finish({})


def test_a_file_in_place_of_the_folder(desk: Desk) -> None:
    desk.folder.touch()
    with pytest.raises(errors.OutputError, match="a file stands where a folder is needed"):
        desk.open()


def test_after_a_failed_write_nothing_counts_and_the_next_run_writes_it(desk: Desk) -> None:
    run = desk.open()
    run.record_poll(desk.poll(), [desk.candidate(1)])
    run.take_waiting("news", 1)
    run.claim(desk.record(1))
    run.write(desk.record(1), "news")
    (desk.place / "records").touch()
    with pytest.raises(errors.OutputError, match="a file stands where a folder is needed"):
        run.flush()
    with pytest.raises(errors.OutputError, match="run again"):
        run.flush()
    assert run.claim(desk.record(2, text=1)) == Verdict("new")
    account = run.account()["news"]
    assert (account.states["waiting"], account.states["new"], account.holds) == (1, 0, True)
    with pytest.raises(errors.OutputError):
        run.finish({})
    (desk.place / "records").unlink()
    run = desk.open(run_id="next")
    (row,) = run.take_waiting("news", 1)
    assert run.claim(desk.record(1)) == Verdict("new")
    run.write(desk.record(1), "news", row.normalized_url)
    run.finish({})
    assert desk.written() == [1]
