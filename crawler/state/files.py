"""The rows of output files: what is committed of a part file, and what is finished."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from crawler.records.manifest import FinishedFile, Measure
from crawler.state.runs import utc_now

_FINISH = """
UPDATE files SET state = 'finished', committed_bytes = ?, records = ?, sha256 = ?, finished_at = ?
WHERE path = ?
"""
_FINISHED = """
SELECT path, run_id, records, committed_bytes, sha256, finished_at FROM files WHERE state = 'finished'
ORDER BY rowid
"""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is not finished, as far as it is committed."""

    path: str
    """Final name, relative to the output folder."""
    run_id: str
    committed_bytes: int
    records: int


def add_file(connection: sqlite3.Connection, path: str, run_id: str) -> None:
    connection.execute(
        "INSERT INTO files (path, run_id, state, committed_bytes, records) VALUES (?, ?, 'open', 0, 0)",
        (path, run_id),
    )


def commit_file(connection: sqlite3.Connection, path: str, committed_bytes: int, records: int) -> None:
    """Say that the file holds `records` whole records in its first `committed_bytes`."""
    connection.execute(
        "UPDATE files SET committed_bytes = ?, records = ? WHERE path = ?", (committed_bytes, records, path)
    )


def finish_file(connection: sqlite3.Connection, path: str, measured: Measure) -> None:
    connection.execute(_FINISH, (measured.bytes, measured.records, measured.sha256, utc_now(), path))


def remove_file(connection: sqlite3.Connection, path: str) -> None:
    connection.execute("DELETE FROM files WHERE path = ?", (path,))


def open_files(connection: sqlite3.Connection) -> list[OpenFile]:
    rows = connection.execute("SELECT path, run_id, committed_bytes, records FROM files WHERE state = 'open'")
    return [OpenFile(*row) for row in rows]


def finished_files(connection: sqlite3.Connection) -> list[FinishedFile]:
    """Return them in the order in which they were begun."""
    return [FinishedFile(*row) for row in connection.execute(_FINISHED)]
