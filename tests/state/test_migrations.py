"""A state file of version 1, as the program of that version left it, goes on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler import errors
from crawler.items import Verdict
from crawler.state.bodies import KnownBody
from crawler.state.clusters import clusters
from crawler.state.database import open_read_only
from crawler.state.migrations import APPLICATION_ID, MIGRATIONS
from crawler.state.store import CrawlStore

if TYPE_CHECKING:
    from tests.state.conftest import LocalDesk as Desk

DUMP = Path(__file__).with_name("version_1.sql")
NOW = datetime(2026, 11, 22, 10, 45, 1, tzinfo=UTC)


@pytest.fixture
def old(desk: Desk) -> Desk:
    """A run of version 1: of four URLs two were written, one failed, one was left waiting."""
    desk.folder.mkdir()
    with closing(sqlite3.connect(desk.folder / "state.sqlite")) as connection:
        connection.executescript(DUMP.read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("PRAGMA journal_mode = WAL")
    return desk


@pytest.fixture
def written(old: Desk) -> set[int]:
    with closing(sqlite3.connect(old.folder / "state.sqlite")) as connection:
        return {int(name, 16) for (name,) in connection.execute("SELECT record_id FROM seen_records")}


def test_it_opens_and_goes_on(old: Desk, written: set[int]) -> None:
    with pytest.raises(errors.StateError, match="use a new run id"):
        old.open()
    run = CrawlStore.open(old.folder, "20261122T120000Z-0000", NOW)
    old.runs.append(run)
    source = run.source("https://news.example/feed")
    assert source is not None
    assert (source.etag, source.interval_seconds, source.due_at, source.ask_whole) == ('"1"', 3600, None, False)
    front = run.source("https://news.example/")
    assert front is not None
    assert (front.interval_seconds, front.failures) == (1800, 1)
    assert run.is_due(source.url, NOW)

    assert run.record_poll(old.poll(), [old.candidate(n) for n in range(5)]).known == 2
    rows = run.take_waiting("news", 9)
    assert {int(row.normalized_url.rpartition("/")[2]) for row in rows} == set(range(5)) - written
    assert [row.revisit for row in rows] == [False] * 3
    assert run.schedule_revisits("news", (3600,), NOW + timedelta(hours=2)) == 2
    (first, second) = run.take_waiting("news", 9)
    assert first.record_id == old.record(int(first.normalized_url.rpartition("/")[2])).id
    changed = old.record(int(first.normalized_url.rpartition("/")[2]), text=99)
    assert run.claim(changed, first) == Verdict("changed", version=2, previous_text_hash=first.text_hash)
    run.write(changed, "news", first.normalized_url)
    assert run.claim(old.record(int(second.normalized_url.rpartition("/")[2])), second) == Verdict("unchanged")
    account = run.account()["news"]
    assert account.holds
    assert (account.states["changed"], account.states["waiting"]) == (1, 4)
    (figures,) = run.site_history("news")
    assert (figures.new, figures.found, figures.failed, figures.median_text_chars) == (2, 4, 1, None)
    run.finish({})


def test_it_is_not_read_in_passing(old: Desk) -> None:
    with pytest.raises(errors.StateError, match="the next `winnow crawl` brings it up to date"):
        open_read_only(old.folder / "state.sqlite", 1.0)


def test_a_broken_migration_changes_nothing(old: Desk) -> None:
    path = old.folder / "state.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE hosts (in_the_way TEXT)")
    with pytest.raises(sqlite3.OperationalError, match="hosts already exists"):
        old.open()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(ledger)")}
    assert "revisit" not in columns


@pytest.fixture
def second(old: Desk) -> Desk:
    """The same file, as version 2 left it."""
    with closing(sqlite3.connect(old.folder / "state.sqlite")) as connection:
        connection.executescript(f"BEGIN; {MIGRATIONS[1]}; PRAGMA user_version = 2; COMMIT;")
    return old


def test_from_version_2_copies_are_told_from_now_on(second: Desk, written: set[int]) -> None:
    run = CrawlStore.open(second.folder, "20261122T120000Z-0000", NOW)
    second.runs.append(run)
    text = " ".join(f"word{n}" for n in range(80))
    near = [replace(second.record(n, text=n), text=f"{text} {n}", fetched_at="2026-11-22T12:00:00Z") for n in (50, 51)]
    assert [run.claim(record).duplicate_of for record in near] == [None, near[0].id]
    for record in near:
        run.write(record, "news", record.normalized_url, f"{record.id} body")
    assert run.body_holder(f"{near[0].id} body") == KnownBody(near[0].id)
    run.flush()
    assert run.body_holder(f"{near[1].id} body") == KnownBody(near[1].id)
    assert run.body_holder("another") is None
    # What was written before has no signature, but its id and text are known as they were.
    known = second.record(min(written))
    assert run.claim(known) == Verdict("duplicate", known.id)
    run.finish({})
    (cluster,) = clusters(second.folder)
    assert {member.id for member in cluster.members} == {record.id for record in near}
