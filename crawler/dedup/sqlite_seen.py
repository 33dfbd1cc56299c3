"""A seen index that lasts over runs: the tables `seen_records` and `seen_texts` of the state file, and those of
`sqlite_bands`.
"""

from __future__ import annotations

import sqlite3

from crawler.dedup.near import DEFAULT_NEAR_OPTIONS, NearOptions
from crawler.dedup.seen import ClaimingIndex, WrittenVersion
from crawler.dedup.sqlite_bands import SqliteBands
from crawler.items import Record


class SqliteSeen(ClaimingIndex):
    """Confirmed records are rows, claims are in memory.

    `confirm` belongs into the transaction that commits the record's place in the output: if that is rolled
    back, the row goes with it, and the claim has gone already. The connection's owner opens and ends it.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        options: NearOptions = DEFAULT_NEAR_OPTIONS,
        reading: sqlite3.Connection | None = None,
    ) -> None:
        """With `reading`, claims are judged by what that connection sees, while `keep` runs in another thread."""
        super().__init__(SqliteBands(connection, options, reading), options)
        self._connection = connection
        self._reading = reading or connection

    def _has_record(self, record_id: str) -> bool:
        query = "SELECT 1 FROM seen_records WHERE record_id = ?"
        return self._reading.execute(query, (record_id,)).fetchone() is not None

    def _confirmed_text_holder(self, text_hash: str) -> str | None:
        query = "SELECT record_id FROM seen_texts WHERE text_hash = ?"
        found = self._reading.execute(query, (text_hash,)).fetchone()
        return None if found is None else str(found[0])

    def _forgotten(self, record_id: str) -> WrittenVersion | None:
        query = "SELECT version, text_hash FROM forgotten_records WHERE record_id = ?"
        found = self._reading.execute(query, (record_id,)).fetchone()
        return None if found is None else WrittenVersion(record_id, text_hash=found[1], version=found[0])

    def _remember(self, record: Record, *, is_known: bool) -> None:
        # A new record that is there already would be a fault of ours, which must be heard.
        insert = "INSERT OR IGNORE" if is_known else "INSERT"
        self._connection.execute(f"{insert} INTO seen_records (record_id) VALUES (?)", (record.id,))
        if record.text_hash:
            query = f"{insert} INTO seen_texts (text_hash, record_id) VALUES (?, ?)"
            self._connection.execute(query, (record.text_hash, record.id))
