"""Near-duplicates: which signatures may be alike (bands), and which are (verified on the signatures themselves)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.minhash import HEAD_PERMUTATIONS, PERMUTATIONS, Signature
from crawler.dedup.shingles import mixed

ROWS_PER_BAND = 4
"""Numbers that must agree in a band: two texts of J .5 share one of 32 bands in 87 of 100 cases, of J .7 always."""
ROWS_PER_HEAD_BAND = 3
BANDS = PERMUTATIONS // ROWS_PER_BAND + HEAD_PERMUTATIONS // ROWS_PER_HEAD_BAND


@dataclass(frozen=True, slots=True)
class NearOptions:
    """What counts as near. Measured: `python -m tests.benchmarks.mutations`, decision 0020."""

    min_similarity: float = 0.5
    """Estimated Jaccard similarity from which on two texts are near-duplicates. Measured."""
    min_containment: float = 0.8
    """Share of the shorter text's shingles that the longer one has, for a copy that was cut off. Measured."""
    min_length_share: float = 0.3
    """Shingles of the shorter text by those of the longer one: a page of five notes contains each. Measured."""
    min_head_share: float = 0.5
    """Share of the head's numbers that agree: a copy that was cut off begins as the whole does. Measured."""
    weeks: int = 5
    """Weeks within which two texts are compared, the current one included. Chosen, not measured."""
    max_candidates: int = 500
    """Texts that one is compared with, those of most bands in common first. Chosen, not measured."""
    max_matches: int = 20
    """Pairs that are kept of one text, the most similar first: thousands of pages of one formula must not give millions
    of rows. Chosen, not measured."""


DEFAULT_NEAR_OPTIONS = NearOptions()


@dataclass(frozen=True, slots=True)
class Entry:
    """What is compared of a record."""

    record_id: str
    signature: Signature
    week: int
    """Weeks since 1 January 1970, of the fetch."""
    canonical_id: str | None = None
    """Id of the page that the record's page declares to be canonical; None where that is itself or of another site."""


@dataclass(frozen=True, slots=True)
class Match:
    record_id: str
    similarity: float
    """Estimated Jaccard similarity, or containment where that alone is high; 0 to 1."""


def bands_of(signature: Signature) -> list[int]:
    """Return BANDS numbers of 64 bits with sign: texts that have one in common may be alike."""
    return list(_bands(signature.minima.tobytes(), signature.head.tobytes()))


@lru_cache(maxsize=1024)
def _bands(minima: bytes, head: bytes) -> tuple[int, ...]:
    """A record is asked for its bands four times between its claim and its commit."""
    of_whole = _keys(np.frombuffer(minima, np.uint32).reshape(-1, ROWS_PER_BAND), 0)
    of_head = _keys(np.frombuffer(head, np.uint32).reshape(-1, ROWS_PER_HEAD_BAND), len(of_whole))
    return tuple(np.concatenate([of_whole, of_head]).view(np.int64).tolist())


def _keys(rows: NDArray[np.uint32], first_band: int) -> NDArray[np.uint64]:
    key = np.arange(first_band, first_band + len(rows), dtype=np.uint64)
    for column in rows.T:
        key = mixed(key * np.uint64(0x9E3779B97F4A7C15) + column.astype(np.uint64))
    return key


def matches_among(signature: Signature, candidates: Sequence[Entry], options: NearOptions) -> list[Match]:
    """Return those of the candidates that are near-duplicates, the most similar first.

    The rule is symmetric, so that the order of arrival does not matter.
    """
    if not candidates:
        return []
    similar = _agreement(signature.minima, [entry.signature.minima for entry in candidates])
    same_head = _agreement(signature.head, [entry.signature.head for entry in candidates])
    found = []
    for entry, similarity, head_share in zip(candidates, similar, same_head, strict=True):
        shorter, longer = sorted((signature.shingles, entry.signature.shingles))
        contained = _contained(similarity, shorter, longer, shorter)
        is_cut = head_share >= options.min_head_share and shorter >= options.min_length_share * longer
        if similarity >= options.min_similarity:
            found.append(Match(entry.record_id, round(similarity, 3)))
        elif is_cut and contained >= options.min_containment:
            found.append(Match(entry.record_id, round(contained, 3)))
    return sorted(found, key=lambda match: (-match.similarity, match.record_id))[: options.max_matches]


def containment(signature: Signature, other: Signature) -> float:
    """Return the estimated share of the first text's shingles that the other has."""
    similarity = _agreement(signature.minima, [other.minima])[0]
    return _contained(similarity, signature.shingles, other.shingles, signature.shingles)


def _contained(similarity: float, one: int, other: int, of: int) -> float:
    common = similarity / (1 + similarity) * (one + other)  # as J = common / (one + other - common)
    return min(1.0, common / of)


def _agreement(numbers: NDArray[np.uint32], others: Sequence[NDArray[np.uint32]]) -> list[float]:
    shares: list[float] = (np.stack(others) == numbers).mean(axis=1).tolist()
    return shares
