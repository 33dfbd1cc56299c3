"""Which record came of given bytes, so that the same bytes are not read a second time."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

_HOLDER = """
SELECT record_id, page_published FROM ledger WHERE body_hash = ? AND record_id IS NOT NULL ORDER BY rowid LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class KnownBody:
    record_id: str
    published: str | None = None
    """What the page says of its publication, ISO 8601."""


def known_body(connection: sqlite3.Connection, body_hash: str) -> KnownBody | None:
    """Return the record of a page with this sha256 of its raw body."""
    row = connection.execute(_HOLDER, (body_hash,)).fetchone()
    return None if row is None else KnownBody(*row)
