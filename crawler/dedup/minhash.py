"""Signatures: 128 minima stand for a set of shingles, and their agreement for the sets' similarity (Broder 1997)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.shingles import Hashes, shingles_of

Minima = NDArray[np.uint32]

VERSION = 1
"""Of the format and of all that decides what stands in it: units, shingles, hashes, seed, permutations."""
SEED = b"winnow-minhash-1"
PERMUTATIONS = 128
HEAD_PERMUTATIONS = 12
PLACES = PERMUTATIONS + HEAD_PERMUTATIONS
ROWS_AT_A_TIME = 1024
"""Shingles that are permuted together: 1 MB of numbers."""

_HEADER = np.dtype([("version", "<u4"), ("shingles", "<u4")])
SIGNATURE_BYTES = _HEADER.itemsize + 4 * PLACES


@dataclass(frozen=True, slots=True)
class Signature:
    shingles: int
    """Number of distinct shingles of the text."""
    minima: Minima
    """PERMUTATIONS numbers of the whole text."""
    head: Minima
    """HEAD_PERMUTATIONS numbers of its first words."""

    def to_bytes(self) -> bytes:
        header = np.array([(VERSION, self.shingles)], dtype=_HEADER)
        return header.tobytes() + self.minima.astype("<u4").tobytes() + self.head.astype("<u4").tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self | None:
        """Return the signature; None for one of another version, which cannot be compared."""
        if len(stored) != SIGNATURE_BYTES or int.from_bytes(stored[:4], "little") != VERSION:
            return None
        numbers = np.frombuffer(stored, dtype="<u4").astype(np.uint32)
        return cls(int(numbers[1]), numbers[2 : 2 + PERMUTATIONS], numbers[2 + PERMUTATIONS :])


def signature_of(text: str) -> Signature | None:
    """Return the text's signature, None of a text too short to be compared."""
    shingles = shingles_of(text)
    if shingles is None:
        return None
    head = _minima(shingles.head, slice(PERMUTATIONS, PLACES))
    return Signature(len(shingles.whole), _minima(shingles.whole, slice(0, PERMUTATIONS)), head)


def _minima(hashes: Hashes, which: slice) -> Minima:
    """Return the least value of each permutation: the upper half of a * x + b in 64 bits (Dietzfelbinger 1996)."""
    factors, summands = _permutations()
    least = np.full(which.stop - which.start, np.iinfo(np.uint64).max, dtype=np.uint64)
    for begin in range(0, len(hashes), ROWS_AT_A_TIME):
        some = hashes[begin : begin + ROWS_AT_A_TIME]
        least = np.minimum(least, (factors[which, None] * some + summands[which, None]).min(axis=1))
    return (least >> np.uint64(32)).astype(np.uint32)


@cache
def _permutations() -> tuple[Hashes, Hashes]:
    drawn = [blake2b(SEED + number.to_bytes(2, "little"), digest_size=16).digest() for number in range(PLACES)]
    numbers = np.frombuffer(b"".join(drawn), dtype="<u8").astype(np.uint64).reshape(PLACES, 2)
    return numbers[:, 0] | np.uint64(1), numbers[:, 1]
