"""Signatures and bands on Redis: a band index in 7 bytes a band, signatures in 8 bits a number, by weeks.

Of each number of a signature the lowest eight bits are kept (b-bit minwise hashing, Li and König 2010): two that differ
agree in them once in 256 times, which raises a similarity of 0.5 by 0.002 where its standard error is 0.044.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from crawler.dedup.minhash import HEAD_PERMUTATIONS, PERMUTATIONS, Minima, Signature
from crawler.dedup.near import Entry, Match, NearOptions, bands_of
from crawler.dedup.near_claims import MAX_CLUSTER, SECONDS_PER_WEEK, week_of
from crawler.engines.changes import Changes
from crawler.engines.connection import RedisServer
from crawler.engines.ledger import digest_of

BAND_BYTES = 5
MARGIN_SECONDS = 86_400
"""For so long over the last moment at which anything is compared with a week its bands are kept. Chosen."""
PAIR_WEEKS = 10
"""For so long pairs are remembered, which name the cluster of a new copy. Chosen: twice the weeks compared."""
_HEADER = struct.Struct("<B16sI")
"""Length and text of the record's id, number of shingles."""
_ID_BYTES = 16
RECORD_BYTES = _HEADER.size + PERMUTATIONS + HEAD_PERMUTATIONS
_LOW = 0xFF


def pack_id(record_id: str) -> bytes:
    """Return 16 bytes for 32 hex digits; another id, which our own records never have, as text in quotes."""
    try:
        packed = bytes.fromhex(record_id)
    except ValueError:
        packed = b""
    return packed if len(packed) == _ID_BYTES and packed.hex() == record_id else f"“{record_id}”".encode()


def unpack_id(packed: bytes) -> str:
    text = packed.decode("utf-8", "replace")
    return text[1:-1] if text[:1] == "“" and text[-1:] == "”" else packed.hex()


class RedisBands:
    """The bands of a week expire when nothing is compared with them any more."""

    def __init__(self, server: RedisServer, changes: Changes, options: NearOptions) -> None:
        self._server = server
        self._changes = changes
        self._options = options
        self._linked: dict[str, set[str]] = {}
        """Records with their partners, of the clusters that were asked for: each is asked for as a whole."""

    def candidates(self, entry: Entry) -> list[Entry]:
        self._linked = {}
        # One more than wanted: a version before of the same record may be among them.
        words = (*self._weeks(entry.week), RECORD_BYTES, self._options.max_candidates + 1)
        found = self._server.run("near", *words, *_band_digests(entry.signature))
        return [other for other in _entries(found, entry) if other.record_id != entry.record_id]

    def declared(self, entry: Entry) -> list[Entry]:
        named = b"" if entry.canonical_id is None else digest_of(entry.canonical_id)
        words = (*self._weeks(entry.week), RECORD_BYTES, digest_of(entry.record_id), named)
        found = _entries(self._server.run("declared", *words), entry)
        return sorted((o for o in found if o.record_id != entry.record_id), key=lambda other: other.record_id)

    def partners(self, record_id: str) -> set[str]:
        if record_id not in self._linked:
            found = self._server.run("component", record_id, MAX_CLUSTER)
            self._linked |= {name.decode(): {one.decode() for one in partners} for name, partners in found}
        return set(self._linked[record_id])

    def add(self, entry: Entry, matches: Sequence[Match]) -> None:
        self._linked = {}
        self._changes.add("@unpair", entry.record_id)
        named = b"" if entry.canonical_id is None else digest_of(entry.canonical_id)
        expires = (entry.week + self._options.weeks) * SECONDS_PER_WEEK + MARGIN_SECONDS
        self._changes.add(
            "@document", digest_of(entry.record_id), *self._weeks(entry.week), entry.week, expires,
            _packed(entry), named, *_band_digests(entry.signature),
        )  # fmt: skip
        for match in matches:
            for one, other in ((entry.record_id, match.record_id), (match.record_id, entry.record_id)):
                key = self._server.key("near", one)
                self._changes.add("HSET", key, other, match.similarity)
                self._changes.add("EXPIRE", key, PAIR_WEEKS * SECONDS_PER_WEEK)

    def remove(self, record_id: str) -> None:
        self._linked = {}
        self._changes.add("@unpair", record_id)
        now = week_of(datetime.now(UTC))
        self._changes.add("@forget", digest_of(record_id), *self._weeks(now), RECORD_BYTES)

    def _weeks(self, week: int) -> tuple[int, int]:
        """Return the first and the last week that is compared with this one."""
        return week - self._options.weeks + 1, week + self._options.weeks - 1


def _band_digests(signature: Signature) -> list[bytes]:
    return sorted({(band % 2**64).to_bytes(8)[:BAND_BYTES] for band in bands_of(signature)})


def _packed(entry: Entry) -> bytes:
    header = _HEADER.pack(*_fixed(entry.record_id), entry.signature.shingles)
    numbers = np.concatenate([entry.signature.minima, entry.signature.head])
    return header + (numbers & np.uint32(_LOW)).astype(np.uint8).tobytes()


def _entries(answer: Sequence[Any], other: Entry) -> list[Entry]:
    """Return the entries of an answer; their numbers are those of `other` wherever the low bits agree.

    What page they declare is not kept with them: it is only searched for.
    """
    of_other = np.concatenate([other.signature.minima, other.signature.head])
    found = []
    for week, packed in zip(answer[::2], answer[1::2], strict=True):
        low = np.frombuffer(packed, dtype=np.uint8, offset=_HEADER.size).astype(np.uint32)
        numbers: Minima = np.where(low == (of_other & np.uint32(_LOW)), of_other, low)
        length, packed_id, shingles = _HEADER.unpack_from(packed)
        signature = Signature(shingles, numbers[:PERMUTATIONS], numbers[PERMUTATIONS:])
        found.append(Entry(_unfixed(length, packed_id), signature, int(week)))
    return found


_HEX = 255


def _fixed(record_id: str) -> tuple[int, bytes]:
    """Return a length and sixteen bytes: 32 hex digits packed, or as much of another id as there is room for."""
    packed = pack_id(record_id)
    if unpack_id(packed) == record_id == packed.hex():
        return _HEX, packed
    text = record_id.encode()[:_ID_BYTES]
    return len(text), text


def _unfixed(length: int, packed: bytes) -> str:
    return packed.hex() if length == _HEX else packed[:length].decode("utf-8", "replace")
