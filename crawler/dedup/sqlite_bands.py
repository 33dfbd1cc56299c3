"""Signatures, bands and pairs in the state file: tables `signatures`, `bands`, `near_duplicates`.

The bands of a week lie together in their table, so that new rows go to one place and old ones go in one piece.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from crawler.dedup.minhash import Signature
from crawler.dedup.near import Entry, Match, NearOptions, bands_of

_COLUMNS = "record_id, canonical_id, week, signature"
# `document` as a tie-break keeps the choice the same from run to run.
_CANDIDATES = """
SELECT {columns} FROM signatures JOIN (
    SELECT document, count(*) AS shared FROM bands WHERE week IN ({weeks}) AND band IN ({bands})
    GROUP BY document ORDER BY shared DESC, document LIMIT ?
) USING (document) WHERE record_id != ?
"""
_DECLARED = f"SELECT {_COLUMNS} FROM signatures WHERE record_id = ? OR canonical_id = ? ORDER BY record_id"  # noqa: S608
_PARTNERS = """
SELECT other_id FROM near_duplicates WHERE record_id = :id
UNION SELECT record_id FROM near_duplicates WHERE other_id = :id
"""
_ADD = "INSERT INTO signatures (record_id, canonical_id, week, signature) VALUES (?, ?, ?, ?)"


class SqliteBands:
    """The caller holds the transaction in which rows are added or removed.

    With `reading`, that connection is asked for what is there, while another thread adds and removes.
    """

    def __init__(
        self, connection: sqlite3.Connection, options: NearOptions, reading: sqlite3.Connection | None = None
    ) -> None:
        self._connection = connection
        self._reading = reading or connection
        self._options = options
        self._weeks = {week for (week,) in connection.execute("SELECT DISTINCT week FROM signatures")}

    def candidates(self, entry: Entry) -> list[Entry]:
        weeks = [week for week in self._weeks if abs(week - entry.week) < self._options.weeks]
        bands = bands_of(entry.signature)
        query = _CANDIDATES.format(columns=_COLUMNS, weeks=_marks(weeks), bands=_marks(bands))
        # One more than wanted: a version before of the same record may be among them.
        limit = self._options.max_candidates + 1
        return _entries(self._reading.execute(query, (*weeks, *bands, limit, entry.record_id)))

    def declared(self, entry: Entry) -> list[Entry]:
        rows = self._reading.execute(_DECLARED, (entry.canonical_id, entry.record_id))
        return [found for found in _entries(rows) if found.record_id != entry.record_id]

    def partners(self, record_id: str) -> set[str]:
        return {other for (other,) in self._reading.execute(_PARTNERS, {"id": record_id})}

    def add(self, entry: Entry, matches: Sequence[Match]) -> None:
        self.remove(entry.record_id)
        row = (entry.record_id, entry.canonical_id, entry.week, entry.signature.to_bytes())
        document = self._connection.execute(_ADD, row).lastrowid
        self._weeks = self._weeks | {entry.week}  # a new set: the other thread may be going through this one
        # Sorted, neighbours in the table are written one after the other.
        rows = [(entry.week, band, document) for band in sorted(set(bands_of(entry.signature)))]
        self._connection.executemany("INSERT INTO bands (week, band, document) VALUES (?, ?, ?)", rows)
        pairs = [(entry.record_id, match.record_id, match.similarity) for match in matches]
        self._connection.executemany("INSERT OR REPLACE INTO near_duplicates VALUES (?, ?, ?)", pairs)

    def remove(self, record_id: str) -> None:
        forget_signature(self._connection, record_id)
        self._connection.execute(
            "DELETE FROM near_duplicates WHERE record_id = :id OR other_id = :id", {"id": record_id}
        )

    def expire(self, week: int) -> None:
        """Drop signatures and bands of weeks that none of `week` or later is compared with; pairs stay."""
        oldest = week - self._options.weeks + 1
        self._connection.execute("DELETE FROM bands WHERE week < ?", (oldest,))
        self._connection.execute("DELETE FROM signatures WHERE week < ?", (oldest,))
        self._weeks = {known for known in self._weeks if known >= oldest}


def forget_signature(connection: sqlite3.Connection, record_id: str) -> None:
    """Remove the record's signature and bands; its pairs stay."""
    row = connection.execute(
        "SELECT document, week, signature FROM signatures WHERE record_id = ?", (record_id,)
    ).fetchone()
    if row is None:
        return
    document, week, stored = row
    signature = Signature.from_bytes(stored)
    if signature is None:  # of another version: its bands are not known
        connection.execute("DELETE FROM bands WHERE week = ? AND document = ?", (week, document))
    else:
        rows = [(week, band, document) for band in bands_of(signature)]
        connection.executemany("DELETE FROM bands WHERE week = ? AND band = ? AND document = ?", rows)
    connection.execute("DELETE FROM signatures WHERE document = ?", (document,))


def _entries(rows: Iterable[tuple[str, str | None, int, bytes]]) -> list[Entry]:
    entries = []
    for record_id, canonical_id, week, stored in rows:
        signature = Signature.from_bytes(stored)
        if signature is not None:
            entries.append(Entry(record_id, signature, week, canonical_id))
    return entries


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
