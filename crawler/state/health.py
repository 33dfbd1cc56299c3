"""Whether a folder's state can be used, looked at without the lock and without a change."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import StateError
from crawler.state.database import CHOICE, STATE_NAME, open_read_only, state_errors
from crawler.state.migrations import MIGRATIONS
from crawler.state.values import DEFAULT_STORE_OPTIONS

_NEWEST = """
SELECT max(at) FROM (
    SELECT max(started_at) AS at FROM runs UNION ALL SELECT max(finished_at) FROM runs
    UNION ALL SELECT max(polled_at) FROM sources
)
"""
_FINISHED = "SELECT path, committed_bytes FROM files WHERE state = 'finished'"


@dataclass(frozen=True, slots=True)
class StateHealth:
    urls: int
    runs: int
    newest_at: str | None
    """Latest time that a run noted, UTC, ISO 8601."""
    changed_files: tuple[str, ...]
    """Finished files that have another size than the run left them; those that were moved away are not among them."""


def is_earlier_version(folder: Path) -> bool:
    """Whether the state was written by an earlier version of this program, so that the next run migrates it."""
    path = folder / STATE_NAME
    with state_errors(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    return 0 < int(version) < len(MIGRATIONS)


def state_health(folder: Path) -> StateHealth:
    """Read all of the state file. Raises StateError for one that is damaged, foreign or of another version."""
    path = folder / STATE_NAME
    with state_errors(path), closing(open_read_only(path, DEFAULT_STORE_OPTIONS.busy_timeout_s)) as connection:
        (fault,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if fault != "ok":
            raise StateError(f"{path} is damaged ({fault}): {CHOICE}")
        (urls,) = connection.execute("SELECT count(*) FROM ledger").fetchone()
        (runs,) = connection.execute("SELECT count(*) FROM runs").fetchone()
        (newest_at,) = connection.execute(_NEWEST).fetchone()
        files = connection.execute(_FINISHED).fetchall()
    changed = [name for name, size in files if (folder / name).exists() and (folder / name).stat().st_size != size]
    return StateHealth(urls, runs, newest_at, tuple(changed))
