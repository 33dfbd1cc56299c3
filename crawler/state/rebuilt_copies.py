"""Signatures, bands and pairs of records that stand in the output."""

from __future__ import annotations

import sqlite3

from crawler.dedup.near import DEFAULT_NEAR_OPTIONS
from crawler.dedup.near_claims import NearClaims
from crawler.dedup.sqlite_bands import SqliteBands
from crawler.items import Record

_ADD_PAIR = "INSERT OR IGNORE INTO near_duplicates (record_id, other_id, similarity) VALUES (?, ?, ?)"


class RebuiltCopies:
    """Compares each record with those before it, as a crawl did; give it the records oldest first."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._bands = SqliteBands(connection, DEFAULT_NEAR_OPTIONS)
        self._near = NearClaims(self._bands)
        self._week = 0

    def add(self, record: Record) -> None:
        nearness = self._near.compare(record)
        self._near.hold(record, nearness)
        self._near.confirm(record)
        if record.duplicate_of is not None:
            # What the crawl saw, it may have seen in a text that is no longer the latest.
            self._connection.execute(_ADD_PAIR, (record.id, record.duplicate_of, record.similarity or 0.0))
        if nearness.entry is not None and nearness.entry.week > self._week:
            self._week = nearness.entry.week
            self._bands.expire(self._week)
