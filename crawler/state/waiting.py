"""The rows that wait to be fetched."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from crawler.items import DiscoveredVia, Link
from crawler.state.values import Waiting

_TAKE = """
SELECT normalized_url, url, site, discovered_via, source_url, title, published, modified, attempts, revisit, etag,
    last_modified, body_hash, record_id, text_hash, version
"""
# A row that was settled as waiting in this run has had its turn.
_TAKABLE = """
FROM ledger WHERE state = 'waiting' AND settled_run IS NOT :run_id
    AND normalized_url NOT IN (SELECT value FROM json_each(:busy))
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """Which waiting rows can be taken: of the site or of all, not busy, not settled in the run."""

    run_id: str
    site: str | None
    busy: Collection[str]

    def parameters(self) -> dict[str, str | int | None]:
        return {"run_id": self.run_id, "site": self.site, "busy": json.dumps(list(self.busy))}


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
    return Waiting(
        row["url"],
        row["normalized_url"],
        row["site"],
        link,
        row["attempts"],
        revisit=bool(row["revisit"]),
        etag=row["etag"],
        last_modified=row["last_modified"],
        body_hash=row["body_hash"],
        record_id=row["record_id"],
        text_hash=row["text_hash"],
        version=row["version"],
    )


def _of_site(turn: Turn) -> str:
    return "" if turn.site is None else "AND site = :site"
