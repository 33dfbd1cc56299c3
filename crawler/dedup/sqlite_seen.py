"""A seen index that lasts over runs: the tables `seen_records` and `seen_texts` of the state file."""

from __future__ import annotations

import sqlite3

from crawler.dedup.seen import NEW, Claims
from crawler.items import Record, Verdict


class SqliteSeen:
    """Confirmed records are rows, claims are in memory.

    `confirm` belongs into the transaction that commits the record's place in the output: if that is rolled
    back, the row goes with it, and the claim has gone already. The connection's owner opens and ends it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._claims = Claims()

    def claim(self, record: Record) -> Verdict:
        original_id = self._claims.holder(record) or self._confirmed(record)
        if original_id is not None:
            return Verdict("duplicate", original_id)
        self._claims.add(record)
        return NEW

    def confirm(self, record: Record) -> None:
        self._claims.remove(record)
        self._connection.execute("INSERT INTO seen_records (record_id) VALUES (?)", (record.id,))
        if record.text_hash:
            self._connection.execute(
                "INSERT INTO seen_texts (text_hash, record_id) VALUES (?, ?)", (record.text_hash, record.id)
            )

    def release(self, record: Record) -> None:
        self._claims.remove(record)

    def _confirmed(self, record: Record) -> str | None:
        query, key = "SELECT record_id FROM seen_records WHERE record_id = ?", record.id
        found = self._connection.execute(query, (key,)).fetchone()
        if found is None and record.text_hash:
            query, key = "SELECT record_id FROM seen_texts WHERE text_hash = ?", record.text_hash
            found = self._connection.execute(query, (key,)).fetchone()
        return None if found is None else str(found[0])
