"""Changes that are made while the caller goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from crawler.errors import OutputError
from crawler.records.files import output_errors
from crawler.state.store import CrawlStore
from crawler.state.values import StoreOptions
from tests.state.conftest import STARTED_AT, Desk


class SlowDisk:
    """A store whose next batch waits in its thread until `let_go`."""

    def __init__(self, folder: Path) -> None:
        self.run = CrawlStore.open(folder, "run", STARTED_AT, StoreOptions(batch_records=1))
        self._gate = Event()
        self.run._changes.begin(self._gate.wait)

    def let_go(self) -> None:
        self._gate.set()


@pytest.fixture
def disk(desk: Desk) -> Iterator[SlowDisk]:
    disk = SlowDisk(desk.folder)
    yield disk
    disk.let_go()
    disk.run.abort()


def test_the_caller_goes_on_while_a_batch_is_made_durable(disk: SlowDisk, desk: Desk) -> None:
    run = disk.run
    run.claim(desk.record(1))
    run.write(desk.record(1), "news", body_hash="b")
    assert run.due_for_flush()
    flush = run.aside.flush()
    assert not flush.done()
    assert run.claim(desk.record(1)).state == "duplicate"
    assert run.claim(desk.record(2, text=1)).original_id == desk.record(1).id
    held = run.body_holder("b")
    assert held is not None
    assert held.record_id == desk.record(1).id
    assert run.claim(desk.record(3)).state == "new"
    run.write(desk.record(3), "news")
    assert not run.due_for_flush()  # one at a time
    disk.let_go()
    flush.result()
    assert run.due_for_flush()
    assert run.claim(desk.record(1)).state == "duplicate"
    run.finish({})
    assert desk.written() == [1, 3]


def test_changes_are_made_in_the_order_given(disk: SlowDisk, desk: Desk) -> None:
    run = disk.run
    parked = run.aside.park("news.example", "2026-11-23T00:00:00Z", "failing")
    free = run.aside.park("news.example", None, None)
    poll = run.aside.record_poll(desk.poll(), [desk.candidate(1)])
    assert run.host("news.example") is None
    disk.let_go()
    assert poll.result().new == 1
    assert parked.done()
    assert free.done()
    host = run.host("news.example")
    assert host is not None
    assert host.parked_until is None
    assert [row.url for row in run.take_waiting("news", 9)] == [desk.candidate(1).link.url]


def test_what_was_given_is_done_before_the_store_closes(disk: SlowDisk, desk: Desk) -> None:
    kept = disk.run.aside.keep_site_memories({"news": b"learned"})
    disk.let_go()
    disk.run.abort()
    assert kept.result() is None
    assert desk.open().site_memory("news") == b"learned"


def test_a_batch_that_fails_beside_ends_the_writing(
    disk: SlowDisk, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        with output_errors(desk.folder):
            raise OSError(28, "No space left on device")

    run = disk.run
    monkeypatch.setattr("crawler.records.writer.write_all", full)
    run.claim(desk.record(1))
    run.write(desk.record(1), "news")
    flush = run.aside.flush()
    disk.let_go()
    with pytest.raises(OutputError, match="space"):
        flush.result()
    assert run.claim(desk.record(1)).state == "duplicate"  # until it is known here
    with pytest.raises(OutputError, match="space"):
        run.flush()
    assert run.claim(desk.record(1)).state == "new"
    with pytest.raises(OutputError, match="earlier write failed"):
        run.flush()
