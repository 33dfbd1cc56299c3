"""Take possession of an output folder: writable, locked, its state checked, a dead run's files in order."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler import errors
from crawler.dedup.near import DEFAULT_NEAR_OPTIONS
from crawler.dedup.near_claims import week_of
from crawler.dedup.sqlite_bands import SqliteBands
from crawler.records.files import check_writable
from crawler.state.database import STATE_NAME, open_beside, open_state, state_errors, transaction
from crawler.state.lock import RunLock
from crawler.state.recovery import recover
from crawler.state.runs import add_run
from crawler.state.values import Recovered, StoreOptions


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """An output folder that is ours until the lock is released."""

    path: Path
    run_id: str
    started_at: datetime
    lock: RunLock
    connection: sqlite3.Connection
    """By which the state is changed."""
    reading: sqlite3.Connection
    """That sees what is committed."""
    recovered: tuple[Recovered, ...]


def open_folder(folder: Path, run_id: str, started_at: datetime, options: StoreOptions) -> OpenFolder:
    """Raises OutputError, LockHeld or StateError, and then holds nothing."""
    check_writable(folder)
    with ExitStack() as undo:
        lock = undo.enter_context(RunLock(folder, run_id, started_at))
        path = folder / STATE_NAME
        connection = open_state(path, options.busy_timeout_s)
        undo.callback(connection.close)
        with state_errors(path):
            recovered = recover(folder, connection)
            with transaction(connection):
                SqliteBands(connection, DEFAULT_NEAR_OPTIONS).expire(week_of(started_at))
            try:
                with transaction(connection):
                    add_run(connection, run_id, started_at)
            except sqlite3.IntegrityError:
                raise errors.StateError(f"{path} has a run {run_id} already: use a new run id") from None
        reading = open_beside(path, options.busy_timeout_s)
        undo.pop_all()
    return OpenFolder(folder, run_id, started_at, lock, connection, reading, recovered)
