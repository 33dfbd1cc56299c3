"""Hashed words in units, gathered as arrays: which words, in which role, of which blocks.

A *unit* is a bag of words in one role: a block's own words, the class words of the box round it, the words of its
heading. Units are shared between blocks, so that a linear model need score each of them once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.text_shape import code_of

Codes = NDArray[np.uint64]
Counts = NDArray[np.int64]

BUCKET_BITS = 17
"""Hashing trick (Weinberger et al. 2009): 131,072 weights a label; half as many cost .009 of stage one's macro F1."""
ROLES = (
    "own", "pair", "whole", "stem", "inline", "before", "after", "heading", "previous_heading", "link", "shape",
    "phrase", "heading_phrase", "wrapper", "box", "second_box", "third_box", "outer_box", "branch",
)  # fmt: skip
ROLE = {name: number for number, name in enumerate(ROLES)}
BOX_ROLES = tuple(ROLE[name] for name in ("wrapper", "box", "second_box", "third_box", "outer_box"))
WHOLE_ROLE = ROLE["shape"]
"""The role whose words each count whole; in the others they share a weight of the root of their number."""

_MULTIPLIER = np.uint64(2_654_435_761)
_LOW = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class HashedUnits:
    """`buckets` and `values` of all units in a row, unit u from `offsets[u]`; `members` likewise for blocks."""

    buckets: NDArray[np.int64]
    values: NDArray[np.float32]
    offsets: NDArray[np.int64]
    roles: NDArray[np.int64]
    members: NDArray[np.int64]
    member_offsets: NDArray[np.int64]


@dataclass(slots=True)
class GatheredUnits:
    """Units in batches of one kind each, in arrays."""

    codes: list[Codes] = field(default_factory=list)
    lengths: list[Counts] = field(default_factory=list)
    roles: list[Counts] = field(default_factory=list)
    units: list[Counts] = field(default_factory=list)
    blocks: list[Counts] = field(default_factory=list)
    count: int = 0

    def add(self, roles: str | Counts, codes: Codes, lengths: Counts, units: Counts, blocks: Counts) -> None:
        """Add a batch: its words in a row, the words of each unit; block `blocks[k]` has the batch's unit `units[k]`.

        Units without a word are left out.
        """
        there = lengths > 0
        has = there[units]
        number = np.cumsum(there) - 1 + self.count
        self.codes.append(codes)
        self.lengths.append(lengths[there])
        self.roles.append((np.full(len(lengths), ROLE[roles]) if isinstance(roles, str) else roles)[there])
        self.units.append(number[units[has]])
        self.blocks.append(blocks[has])
        self.count += int(there.sum())

    def hashed(self, blocks: int) -> HashedUnits:
        """Return the units of a page of so many blocks, its members in the order of the blocks."""
        lengths, roles = np.concatenate(self.lengths), np.concatenate(self.roles)
        owner = np.concatenate(self.blocks)
        order = np.argsort(owner, kind="stable")
        weight = np.where(roles == WHOLE_ROLE, np.float32(1), lengths.astype(np.float32) ** np.float32(-0.5))
        return HashedUnits(
            buckets=hashed_buckets(np.concatenate(self.codes), np.repeat(roles, lengths)),
            values=np.repeat(weight, lengths),
            offsets=_offsets(lengths),
            roles=roles,
            members=np.concatenate(self.units)[order],
            member_offsets=_offsets(np.bincount(owner, minlength=blocks)),
        )


@dataclass(slots=True)
class ListedUnits:
    """Units gathered one by one, where few blocks have them or many share one."""

    codes: list[Sequence[int]] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    members: dict[int, list[int]] = field(default_factory=dict)
    """By block."""
    known: dict[tuple[str, object], list[int]] = field(default_factory=dict)

    def add(self, role: int, codes: Sequence[int]) -> list[int]:
        """Return the new unit's number in a list, an empty one where there are no words."""
        if not codes:
            return []
        self.codes.append(codes)
        self.roles.append(role)
        return [len(self.roles) - 1]

    def give(self, block: int, units: Sequence[int]) -> None:
        self.members.setdefault(block, []).extend(units)

    def share(self, role: str, block: int, key: object, codes: Sequence[int]) -> None:
        """Give the block the unit of that role and key, which is made once."""
        if (role, key) not in self.known:
            self.known[role, key] = self.add(ROLE[role], codes)
        self.give(block, self.known[role, key])

    def pour(self, gathered: GatheredUnits) -> None:
        if not self.roles:
            return
        units = np.array(list(chain.from_iterable(self.members.values())), np.int64)
        blocks = np.repeat(np.array(list(self.members)), [len(units) for units in self.members.values()])
        codes = np.array(list(chain.from_iterable(self.codes)), np.uint64)
        gathered.add(np.array(self.roles), codes, np.array([len(c) for c in self.codes]), units, blocks)


class WordRows:
    """The words of many texts in one row, to take the first few of some of them at once."""

    def __init__(self, texts: Sequence[Sequence[int]]) -> None:
        self.lengths = np.array([len(text) for text in texts], np.int64)
        self.starts = np.cumsum(self.lengths) - self.lengths
        self.codes = np.array(list(chain.from_iterable(texts)), np.uint64)

    def first(self, texts: Counts, limit: int) -> tuple[Codes, Counts]:
        """Return the first words of the texts of these numbers in a row, and how many of each."""
        counts = np.minimum(self.lengths[texts], limit)
        return self.codes[_places(self.starts[texts], counts)], counts

    def pairs(self, limit: int) -> tuple[Codes, Counts]:
        """Return the pairs of neighbours among the first words of every text, and how many of each."""
        counts = np.maximum(np.minimum(self.lengths, limit) - 1, 0)
        places = _places(self.starts, counts)
        if not len(places):
            return np.zeros(0, np.uint64), counts
        return (self.codes[places] * np.uint64(31) + self.codes[places + 1]) & _LOW, counts


def _places(starts: Counts, counts: Counts) -> Counts:
    """Return `starts[k]` and the `counts[k] - 1` numbers after it, for every k."""
    before = np.cumsum(counts) - counts
    places: Counts = np.repeat(starts - before, counts) + np.arange(int(counts.sum()))
    return places


def buckets_of(codes: Iterable[int], role: int | NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the bucket of each code in its role."""
    return hashed_buckets(np.array(list(codes), np.uint64), role)


def hashed_buckets(codes: NDArray[np.uint64], role: int | NDArray[np.int64]) -> NDArray[np.int64]:
    """Return buckets by multiplicative hashing (Knuth 6.4) of code and role."""
    mixed = codes ^ _salts()[role]
    hashed: NDArray[np.int64] = ((mixed * _MULTIPLIER & _LOW) >> np.uint64(32 - BUCKET_BITS)).astype(np.int64)
    return hashed


@cache
def _salts() -> NDArray[np.uint64]:
    return np.array([code_of(f"role {name}") for name in ROLES], np.uint64)


def _offsets(lengths: Counts) -> Counts:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
