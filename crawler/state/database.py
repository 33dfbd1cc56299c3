"""Open `state.sqlite`: made whole where it is missing, checked where it is there, never replaced."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from crawler import errors
from crawler.records.files import fsync_folder, output_errors
from crawler.state.migrations import APPLICATION_ID, MIGRATIONS

STATE_NAME = "state.sqlite"
REBUILD = "`winnow state rebuild --output FOLDER`"
CHOICE = f"restore it from a copy, or move it away and run {REBUILD}, or begin anew in another output folder"
LOST = f"restore it from a copy, or run {REBUILD}, or begin anew in another output folder"

CACHE_KIB = 32_768
CHECKPOINT_PAGES = 8_192
"""Of 4 KiB. A record's bands go to 36 places of their table: with SQLite's own 2 MB and 1,000 pages every commit would
read most of them anew and write them twice. Chosen; its effect on a disk was not measured."""

_UNWRITABLE = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space and run again",
    sqlite3.SQLITE_IOERR: "the disk could not be read or written; check it and run again",
    sqlite3.SQLITE_READONLY: "no permission to write; change it or choose another folder",
    sqlite3.SQLITE_PERM: "no permission to write; change it or choose another folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check folder and permissions",
    sqlite3.SQLITE_BUSY: "another program holds it locked; close that and run again",
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PRIMARY_CODE = 0xFF


@contextmanager
def state_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite says of disk and file into OutputError or StateError; our own mistakes pass on."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
        if code in _DAMAGED:
            raise errors.StateError(f"{path} is damaged or no state file ({error}): {CHOICE}") from error
        if code in _UNWRITABLE:
            raise errors.OutputError(f"{path} cannot be used ({error}): {_UNWRITABLE[code]}") from error
        raise


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, durable at the end of the block."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:  # something was raised, by COMMIT itself perhaps
            connection.execute("ROLLBACK")


def open_state(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    """Return a connection that commits only through `transaction`.

    Raises StateError for a file that is damaged, not ours or of a newer version, and for one that is missing
    though the folder has output: without it every article would be written a second time.
    """
    if not path.exists():
        refuse_orphans(path)
        create_state(path, busy_timeout_s)
    with state_errors(path):
        connection = sqlite3.connect(
            path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
        )  # one thread opens it, another makes the changes
        with ExitStack() as undo:
            undo.callback(connection.close)
            _check(connection, path)
            _migrate(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            undo.pop_all()
    return connection


def open_beside(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    """Return a connection that reads what `open_state` made ready, as of the last commit: none keeps it waiting."""
    with state_errors(path):
        connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None)
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return connection


def refuse_orphans(path: Path) -> None:
    """Raise StateError where the state file is missing though the folder has output."""
    leftovers = [path.with_name(path.name + "-wal"), *(path.parent / "records").rglob("*.jsonl*")]
    found = next((leftover for leftover in leftovers if leftover.exists()), None)
    if found is not None:
        raise errors.StateError(f"{path} is missing, but {found.relative_to(path.parent)} is there: {LOST}")


def open_read_only(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    """Return a connection that changes no row, also while a run is at work. Raises StateError as `open_state` does."""
    with state_errors(path):
        uri = f"{path.absolute().as_uri()}?{_way_to_read(path)}"
        connection = sqlite3.connect(uri, timeout=busy_timeout_s, isolation_level=None, uri=True)
        with ExitStack() as undo:
            undo.callback(connection.close)
            connection.execute("PRAGMA query_only = ON")
            _check_version(connection, path)
            if int(_pragma(connection, "user_version")) < len(MIGRATIONS):
                raise errors.StateError(
                    f"{path} is of an earlier version: the next `winnow crawl` brings it up to date"
                )
            undo.pop_all()
    return connection


def _way_to_read(path: Path) -> str:
    """Return the parameters with which SQLite reads the file: it wants to write -wal and -shm beside it."""
    if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK):
        return "mode=rw"  # with mode=ro it could not clear away these files in the end
    # Where they stand a run is at work or was killed, and they are read too; else nothing changes the file.
    return "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"


def create_state(
    path: Path, busy_timeout_s: float, fill: Callable[[sqlite3.Connection], None] = lambda _: None
) -> None:
    """Make the file, filled, under another name first: a file of this name always has its tables and rows."""
    fresh = path.with_name(path.name + ".new")
    with output_errors(path), state_errors(path), ExitStack() as undo:
        for leftover in (fresh, fresh.with_name(fresh.name + "-journal")):
            leftover.unlink(missing_ok=True)
            undo.callback(leftover.unlink, missing_ok=True)
        with closing(sqlite3.connect(fresh, timeout=busy_timeout_s, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _migrate(connection)
            with transaction(connection):
                fill(connection)
        fresh.replace(path)
        undo.pop_all()
        fsync_folder(path.parent)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    _check_version(connection, path)
    fault = _pragma(connection, "quick_check")
    if fault != "ok":
        raise errors.StateError(f"{path} is damaged ({fault}): {CHOICE}")


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    if path.is_file() and path.stat().st_size == 0:
        raise errors.StateError(f"{path} is empty, so it is damaged: {CHOICE}")
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise errors.StateError(f"{path} is a SQLite file of another program: {CHOICE}")
    version = _pragma(connection, "user_version")
    if not 0 < int(version) <= len(MIGRATIONS):
        raise errors.StateError(
            f"{path} has version {version}, this program knows 1 to {len(MIGRATIONS)}: "
            "use the newer program, or another output folder"
        )


def _pragma(connection: sqlite3.Connection, name: str) -> int | str:
    value: int | str = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _migrate(connection: sqlite3.Connection) -> None:
    done = int(_pragma(connection, "user_version"))
    for number, script in enumerate(MIGRATIONS[done:], done + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
