"""The rows of found URLs, and how they change. The caller holds the transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.errors import CAUSES
from crawler.items import DiscoveredVia, Link
from crawler.state.values import Candidate, Waiting

RETRIED_CAUSES = tuple(cause for cause, error in CAUSES.items() if error.retried and error.state == "failed")

_ADD = """
INSERT INTO ledger (normalized_url, url, site, state, discovered_via, source_url, title, published, modified,
    newest_at, first_seen, found_run)
VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?)
"""
_REOPEN = f"""
UPDATE ledger SET state = 'waiting', cause = NULL, detail = ''
WHERE state = 'failed' AND site = ? AND attempts < ? AND cause IN ({", ".join("?" * len(RETRIED_CAUSES))})
    AND settled_run IS NOT ?
"""  # noqa: S608
_SETTLE = """
UPDATE ledger SET state = ?, cause = ?, detail = ?, record_id = coalesce(?, record_id), original_id = ?,
    text_hash = coalesce(?, text_hash), title = coalesce(title, ?), attempts = attempts + ?,
    settled_run = ?, found_run = ?
WHERE normalized_url = ?
"""
_TAKE = "SELECT normalized_url, url, site, discovered_via, source_url, title, published, modified, attempts"
# A row that was settled as waiting in this run has had its turn.
_TAKABLE = """
FROM ledger WHERE state = 'waiting' AND settled_run IS NOT :run_id
    AND normalized_url NOT IN (SELECT value FROM json_each(:busy))
"""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is written into a row when its URL is done with in a run."""

    normalized_url: str
    url: str
    site: str
    state: str
    cause: str | None = None
    detail: str = ""
    record_id: str | None = None
    original_id: str | None = None
    text_hash: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Which waiting rows can be taken: of the site or of all, not busy, not settled in the run."""

    run_id: str
    site: str | None
    busy: Collection[str]

    def parameters(self) -> dict[str, str | int | None]:
        return {"run_id": self.run_id, "site": self.site, "busy": json.dumps(list(self.busy))}


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a row decides how it is counted."""

    site: str
    state: str
    found_run: str
    attempts: int


def load_standing(connection: sqlite3.Connection, normalized_url: str) -> Standing | None:
    row = connection.execute(
        "SELECT site, state, found_run, attempts FROM ledger WHERE normalized_url = ?", (normalized_url,)
    ).fetchone()
    return None if row is None else Standing(*row)


def add_row(connection: sqlite3.Connection, candidate: Candidate, run_id: str, first_seen: str) -> None:
    link = candidate.link
    connection.execute(
        _ADD,
        (
            candidate.normalized_url,
            link.url,
            candidate.site,
            str(link.discovered_via),
            link.source_url,
            link.title,
            link.published,
            link.modified,
            newest_at(link, first_seen),
            first_seen,
            run_id,
        ),
    )


def mark_found(connection: sqlite3.Connection, normalized_url: str, site: str, run_id: str) -> None:
    """Count the row as found in this run, for the site that found it."""
    connection.execute(
        "UPDATE ledger SET found_run = ?, site = ? WHERE normalized_url = ?", (run_id, site, normalized_url)
    )


def reopen_failed(connection: sqlite3.Connection, site: str, max_attempts: int, run_id: str) -> None:
    """Let failed rows of earlier runs wait again, where the cause may pass and attempts are left."""
    connection.execute(_REOPEN, (site, max_attempts, *RETRIED_CAUSES, run_id))


def settle_row(connection: sqlite3.Connection, settlement: Settlement, run_id: str) -> None:
    s = settlement
    failed = int(s.state == "failed")
    ids = (s.record_id, s.original_id, s.text_hash, s.title)
    connection.execute(_SETTLE, (s.state, s.cause, s.detail, *ids, failed, run_id, run_id, s.normalized_url))


def sites_with_work(connection: sqlite3.Connection) -> list[str]:
    """Sites that have rows which wait, or failed ones, which may have to."""
    rows = connection.execute(
        "SELECT site FROM ledger WHERE state = 'waiting' UNION SELECT site FROM ledger WHERE state = 'failed'"
    )
    return [site for (site,) in rows]


def count_waiting(connection: sqlite3.Connection, site: str) -> int:
    row = connection.execute("SELECT count(*) FROM ledger WHERE state = 'waiting' AND site = ?", (site,)).fetchone()
    return int(row[0])


def count_takable(connection: sqlite3.Connection, turn: Turn) -> int:
    query = f"SELECT count(*) {_TAKABLE} {_of_site(turn)}"
    return int(connection.execute(query, turn.parameters()).fetchone()[0])


def takable_rows(connection: sqlite3.Connection, turn: Turn, limit: int) -> list[Waiting]:
    """Return at most `limit` rows to fetch, newest first."""
    query = f"{_TAKE} {_TAKABLE} {_of_site(turn)} ORDER BY newest_at DESC LIMIT :limit"
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return [_waiting(row) for row in cursor.execute(query, {**turn.parameters(), "limit": limit})]


def _waiting(row: sqlite3.Row) -> Waiting:
    link = Link(
        row["url"],
        DiscoveredVia(row["discovered_via"]),
        row["source_url"],
        row["title"],
        row["published"],
        row["modified"],
    )
    return Waiting(row["url"], row["normalized_url"], row["site"], link, row["attempts"])


def _of_site(turn: Turn) -> str:
    return "" if turn.site is None else "AND site = :site"


def newest_at(link: Link, first_seen: str) -> int:
    """Return seconds since 1970 to order by: published, else modified, else first seen.

    A date in the future counts as first seen: otherwise one wrong clock would stay ahead of all news.
    """
    seen = _seconds(first_seen)
    assert seen is not None
    said = _seconds(link.published) or _seconds(link.modified) or seen
    return min(said, seen)


def _seconds(text: str | None) -> int | None:
    try:
        moment = datetime.fromisoformat(text or "")
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
