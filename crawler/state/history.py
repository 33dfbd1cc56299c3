"""The figures of finished runs, by site, out of their reports."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

_KEEP = """
INSERT INTO run_sites (run_id, site, new, found, failed, median_text_chars)
SELECT :run_id, key, coalesce(CAST(json_extract(value, '$.states.new') AS INTEGER), 0),
    coalesce(CAST(json_extract(value, '$.found') AS INTEGER), 0),
    coalesce(CAST(json_extract(value, '$.states.failed') AS INTEGER), 0),
    CAST(json_extract(value, '$.median_text_chars') AS REAL)
FROM json_each(:report, '$.sites') WHERE type = 'object'
"""
_LAST = """
SELECT run_sites.run_id, finished_at, new, found, failed, median_text_chars FROM run_sites JOIN runs USING (run_id)
WHERE site = ? ORDER BY run_sites.rowid DESC LIMIT ?
"""
_LAST_RUNS = """
SELECT runs.run_id, started_at, finished_at, coalesce(sum(new), 0), coalesce(sum(found), 0), coalesce(sum(failed), 0)
FROM runs LEFT JOIN run_sites ON run_sites.run_id = runs.run_id AND :site IN (site, '')
WHERE :site = '' OR site IS NOT NULL GROUP BY runs.run_id ORDER BY runs.rowid DESC LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What one finished run did at one site."""

    run_id: str
    finished_at: str
    new: int
    """Records that were written as new."""
    found: int
    failed: int
    median_text_chars: float | None
    """Of the records that were written; None where the report does not have it."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    run_id: str
    started_at: str
    finished_at: str | None
    """None: at work, or dead."""
    new: int
    found: int
    failed: int


def keep_figures(connection: sqlite3.Connection, run_id: str, report: str) -> None:
    """Keep what the report says under `sites` -> name: `found`, `states`, `median_text_chars`."""
    connection.execute(_KEEP, {"run_id": run_id, "report": report})


def load_history(connection: sqlite3.Connection, site: str, limit: int) -> list[RunFigures]:
    """Return the site's last finished runs, newest first."""
    return [RunFigures(*row) for row in connection.execute(_LAST, (site, limit))]


def last_runs(connection: sqlite3.Connection, site: str | None, limit: int) -> list[RunSummary]:
    """Return the last runs, newest first; of a site those that had to do with it, with its figures."""
    return [RunSummary(*row) for row in connection.execute(_LAST_RUNS, {"site": site or "", "limit": limit})]
