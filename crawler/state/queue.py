"""Records that are claimed and outcomes that are told wait in a batch until it is made durable, whatever the engine."""

from __future__ import annotations

from crawler.dedup.seen import NEW, ClaimingIndex, WrittenVersion
from crawler.items import JsonValue, Record, Verdict
from crawler.records.lines import json_line
from crawler.state.batch import Batch
from crawler.state.bodies import KnownBody
from crawler.state.settlements import as_written, settlement_of_outcome, settlement_of_record
from crawler.state.values import Outcome, Waiting


class RecordQueue:
    """The part of a store that decides on a record in one step, and queues what was decided."""

    def __init__(self, seen: ClaimingIndex) -> None:
        self._claims = seen
        self._batch = Batch()
        self._bodies: dict[str, KnownBody] = {}
        """sha256 of a body -> its record, of those that are queued."""

    def claim(self, record: Record, waiting: Waiting | None = None) -> Verdict:
        """Say whether to `write` the record, or to settle its URL as unchanged or a duplicate.

        After "new" or "changed", call `write` before anything else can call `claim` or `flush`. `waiting` is
        the row that was fetched: of a re-visit it says what was written before.
        """
        written = None
        if waiting is not None and waiting.revisit and waiting.record_id is not None:
            written = WrittenVersion(waiting.record_id, waiting.text_hash, waiting.version)
        return self._claims.claim(record, written)

    def write(
        self, record: Record, site: str, normalized_url: str | None = None, body_hash: str | None = None
    ) -> dict[str, JsonValue]:
        """Queue a claimed record for the next flush, as the version that its claim says; return its JSON object.

        `normalized_url` is the ledger's key, as it was taken; after a redirect the record's own differs.
        `body_hash` is the sha256 of the raw body, kept for the next visit as the record's validators are.
        Raises ValueError or TypeError for a record that is no JSON, whose claim is then given up.
        """
        key = normalized_url or record.normalized_url
        verdict = self._claims.held(record) or NEW
        written = as_written(record, verdict)
        try:
            if key is None:
                raise ValueError(f"record {record.id} has no URL, so it has no place in the ledger")
            content = written.to_dict()
            line = json_line(content)
        except (ValueError, TypeError):
            self._claims.release(record)
            raise
        self._batch.add_record(written, line, settlement_of_record(written, verdict, key, site, body_hash))
        if body_hash is not None:
            self._bodies[body_hash] = KnownBody(record.id, record.date_published)
        return content

    def leave_out(self, record: Record) -> None:
        """Give up a claim that is not to be written after all; `settle` its URL."""
        self._claims.release(record)

    def settle(self, outcome: Outcome) -> None:
        """Queue for the next flush how a URL ended that gave no record."""
        self._batch.add(settlement_of_outcome(outcome))
