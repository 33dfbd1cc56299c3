"""A seen index that workers share: of copies that arrive at the same time anywhere, one worker is told "new".

records   table: digest of a record's id -> nothing     texts    table: digest of a text -> id of the record
forgotten table: digest of a record's id -> "version text", of records that were forgotten on purpose
bodies:W  table: digest of a page's bytes -> id of the record, of pages written in the week W; it expires
claim:id:D, claim:text:D   "worker|id" while a record is claimed; they expire after two leases
"""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.dedup.near import DEFAULT_NEAR_OPTIONS, NearOptions
from crawler.dedup.near_claims import SECONDS_PER_WEEK, week_of
from crawler.dedup.seen import ClaimingIndex, WrittenVersion
from crawler.engines.bands import RedisBands, pack_id, unpack_id
from crawler.engines.changes import Changes
from crawler.engines.connection import RedisServer
from crawler.engines.ledger import digest_of
from crawler.items import Record, Verdict


class RedisSeen(ClaimingIndex):
    """Claims of this worker are in memory and on the server, those of others on the server.

    `confirm` belongs into the changes that commit the record's place in the output.
    """

    def __init__(
        self, server: RedisServer, changes: Changes, worker: str, options: NearOptions = DEFAULT_NEAR_OPTIONS
    ) -> None:
        self._bands = RedisBands(server, changes, options)
        super().__init__(self._bands, options)
        self._server = server
        self._changes = changes
        self._worker = worker
        self._milliseconds = round(2000 * server.options.lease_seconds)
        self._weeks = options.weeks

    def claim(self, record: Record, written: WrittenVersion | None = None) -> Verdict:
        verdict = super().claim(record, written)
        if verdict.state == "duplicate" and verdict.similarity is not None:
            # It was judged new, and then a copy by its canonical URL.
            self._withdraw(record)
        return verdict

    def release(self, record: Record) -> None:
        if self.held(record) is not None:
            self._withdraw(record)
        super().release(record)

    def forget_claim(self, record: Record) -> None:
        """Give up a claim without a word to the server, where it runs out by itself."""
        super().release(record)

    def body_holder(self, body_hash: str) -> str | None:
        """Return the id of the record that came of a page with these bytes within the weeks that are compared.

        Older ones are read once more, and their text is found.
        """
        week = week_of(datetime.now(UTC))
        tables = (f"bodies:{week - age}" for age in range(self._weeks))
        packed = self._server.run("latest", digest_of(body_hash), *tables)
        return None if packed is None else unpack_id(packed)

    def add_body(self, body_hash: str, record_id: str) -> None:
        """Add to the open changes which record came of a page with these bytes."""
        week = week_of(datetime.now(UTC))
        expires = (week + self._weeks) * SECONDS_PER_WEEK
        self._changes.add("@put", f"bodies:{week}", digest_of(body_hash), pack_id(record_id), expires)

    def forget(self, last: WrittenVersion, body_hash: str | None) -> None:
        """Add to the open changes that the record was never written, but for the number of its last version."""
        record_id, text_hash = last.record_id, last.text_hash
        packed = pack_id(record_id)
        self._changes.add("@put", "forgotten", digest_of(record_id), f"{last.version} {text_hash or ''}")
        self._changes.add("@del", "records", digest_of(record_id))
        if text_hash:
            self._changes.add("@del_if", "texts", digest_of(text_hash), packed)
        if body_hash:
            week = week_of(datetime.now(UTC))
            for age in range(self._weeks):
                self._changes.add("@del_if", f"bodies:{week - age}", digest_of(body_hash), packed)
        self._bands.remove(record_id)

    def _judge(self, record: Record, written: WrittenVersion | None) -> Verdict:
        verdict = super()._judge(record, written)
        if verdict.state not in {"new", "changed"}:
            return verdict
        holder = self._server.run(
            "claim", self._worker, self._milliseconds, digest_of(record.id), pack_id(record.id),
            digest_of(record.text_hash) if record.text_hash else b"", "1" if verdict.state == "changed" else "0",
        )  # fmt: skip
        return verdict if holder is None else Verdict("duplicate", unpack_id(holder))

    def _withdraw(self, record: Record) -> None:
        for key in self._claim_keys(record):
            self._changes.add("@unclaim", key, self._claim_of(record))

    def _claim_of(self, record: Record) -> bytes:
        return self._worker.encode() + b"|" + pack_id(record.id)

    def _claim_keys(self, record: Record) -> list[bytes]:
        prefix = self._server.prefix.encode() + b"claim:"
        keys = [prefix + b"id:" + digest_of(record.id)]
        return keys + ([prefix + b"text:" + digest_of(record.text_hash)] if record.text_hash else [])

    def _has_record(self, record_id: str) -> bool:
        return False  # the script of the claim looks, in one step with the claim itself

    def _confirmed_text_holder(self, text_hash: str) -> str | None:
        return None

    def _forgotten(self, record_id: str) -> WrittenVersion | None:
        (found,) = self._server.run("known", "forgotten", digest_of(record_id))
        if found is None:
            return None
        version, _, text_hash = found.decode().partition(" ")
        return WrittenVersion(record_id, text_hash or None, int(version))

    def _remember(self, record: Record, *, is_known: bool) -> None:
        self._changes.add("@put", "records", digest_of(record.id), "")
        if record.text_hash and not (is_known and self._is_text_kept(record.text_hash)):
            self._changes.add("@put", "texts", digest_of(record.text_hash), pack_id(record.id))
        self._withdraw(record)

    def _is_text_kept(self, text_hash: str) -> bool:
        (holder,) = self._server.run("known", "texts", digest_of(text_hash))
        return holder is not None
