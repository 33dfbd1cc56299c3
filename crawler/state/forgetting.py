"""Forget URLs on purpose: what a source gives of them again is fetched and written anew."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawler.dedup.sqlite_bands import forget_signature
from crawler.state.database import STATE_NAME, open_state, state_errors, transaction
from crawler.state.lock import RunLock
from crawler.state.overview import check_site
from crawler.state.runs import utc_text
from crawler.state.site_memory import forget_site_memory
from crawler.state.values import DEFAULT_STORE_OPTIONS

_CHOOSE = """
CREATE TEMP TABLE forgotten AS SELECT normalized_url, record_id, site FROM ledger
WHERE (:site IS NULL OR site = :site) AND (:url IS NULL OR normalized_url = :key OR url = :url)
    AND (:before IS NULL OR settled_at < :before)
"""
_FORGET = (
    """INSERT INTO forgotten_records SELECT record_id, max(version), text_hash FROM ledger
    WHERE record_id IS NOT NULL AND normalized_url IN (SELECT normalized_url FROM forgotten) GROUP BY record_id
    ON CONFLICT (record_id) DO UPDATE SET version = excluded.version, text_hash = excluded.text_hash""",
    "DELETE FROM ledger WHERE normalized_url IN (SELECT normalized_url FROM forgotten)",
    "DELETE FROM seen_records WHERE record_id IN (SELECT record_id FROM forgotten)",
    "DELETE FROM seen_texts WHERE record_id IN (SELECT record_id FROM forgotten)",
    "DELETE FROM near_duplicates WHERE record_id IN (SELECT record_id FROM forgotten)",
    "DELETE FROM near_duplicates WHERE other_id IN (SELECT record_id FROM forgotten)",
    # A source that answers 304 would never name them again.
    """UPDATE sources SET etag = NULL, last_modified = NULL, body_hash = NULL, due_at = NULL, not_modified = 0
    WHERE site IN (SELECT site FROM forgotten)""",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows of the ledger: those for which all that is given holds."""

    site: str | None = None
    url: str | None = None
    key: str | None = None
    """The normalized URL of `url`."""
    before: datetime | None = None
    """With offset; rows whose last settlement is older."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    urls: int
    records: int
    """Those of the URLs that had a record; the output still has it."""


def forget(folder: Path, choice: Choice) -> Forgotten:
    """Remove rows from the ledger and their records from the seen index.

    Raises LockHeld while a run is at work, OutputError or StateError for a state file that cannot be used,
    UsageError for a site that it does not know.
    """
    path = folder / STATE_NAME
    with RunLock(folder, "winnow state forget", datetime.now(UTC)), state_errors(path):
        connection = open_state(path, DEFAULT_STORE_OPTIONS.busy_timeout_s)
        try:
            if choice.site is not None:
                check_site(connection, folder, choice.site)
            return _forget(connection, choice)
        finally:
            connection.close()


def _forget(connection: sqlite3.Connection, choice: Choice) -> Forgotten:
    before = None if choice.before is None else utc_text(choice.before)
    named = {"site": choice.site, "url": choice.url, "key": choice.key, "before": before}
    with transaction(connection):
        connection.execute(_CHOOSE, named)
        urls, records = connection.execute("SELECT count(*), count(record_id) FROM forgotten").fetchone()
        for (record_id,) in connection.execute(
            "SELECT record_id FROM forgotten WHERE record_id IS NOT NULL"
        ).fetchall():
            forget_signature(connection, record_id)
        for statement in _FORGET:
            connection.execute(statement)
        connection.execute("DROP TABLE forgotten")
        if choice.site is not None and choice.url is None and choice.before is None:
            forget_site_memory(connection, choice.site)
    return Forgotten(urls, records)
