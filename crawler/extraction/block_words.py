"""The words of each block and of what surrounds it, hashed: the input of the linear stage.

A *unit* is a bag of words in one role: a block's own words, the class words of the box round it, the words of its
heading. Units are shared between blocks, so that a linear model need score each of them once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.blocks import BlockTree
from crawler.extraction.boxes import Boxes
from crawler.extraction.link_targets import read_target
from crawler.extraction.text_shape import TextShape, code_of

BUCKET_BITS = 17
"""Hashing trick (Weinberger et al. 2009): 131,072 weights a label; half as many cost .009 of stage one's macro F1."""
ROLES = (
    "own", "pair", "whole", "stem", "inline", "before", "after", "heading", "previous_heading", "link", "shape",
    "phrase", "heading_phrase", "wrapper", "box", "second_box", "third_box", "outer_box", "branch",
)  # fmt: skip
ROLE = {name: number for number, name in enumerate(ROLES)}
BOX_ROLES = tuple(ROLE[name] for name in ("wrapper", "box", "second_box", "third_box", "outer_box"))

PAIRED_WORDS = 15
NEIGHBOUR_WORDS = 10
HEADING_WORDS = 8
INLINE_WORDS = 10
READ_LINKS = 3
CONTAINER_WORDS = 12
OUTER_WORDS = 60
CACHED = 16_384
"""Words that are read of each. Chosen, not measured."""

_MULTIPLIER = np.uint64(2_654_435_761)
_LOW = np.uint64(0xFFFFFFFF)


@dataclass(slots=True)
class UnitBags:
    """Units being gathered: codes one after another, and for each block the units it has."""

    codes: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    members: list[list[int]] = field(default_factory=list)

    def add(self, role: int, codes: Sequence[int]) -> list[int]:
        """Return the new unit's number in a list, an empty one where there are no words."""
        if not codes:
            return []
        self.codes += codes
        self.lengths.append(len(codes))
        self.roles.append(role)
        return [len(self.lengths) - 1]


@dataclass(frozen=True, slots=True)
class HashedUnits:
    """`buckets` and `values` of all units in a row, unit u from `offsets[u]`; `members` likewise for blocks."""

    buckets: NDArray[np.int64]
    values: NDArray[np.float32]
    offsets: NDArray[np.int64]
    roles: NDArray[np.int64]
    members: NDArray[np.int64]
    member_offsets: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Signs:
    """What is made into words of each block beside its text."""

    measures: Sequence[Sequence[str]]
    phrases: Sequence[tuple[str, ...]]
    branches: Sequence[int]
    """The child of the article's container that holds the block, -1 outside of it."""


def hash_words(tree: BlockTree, boxes: Boxes, shapes: Sequence[TextShape], site: str, signs: Signs) -> HashedUnits:
    """Return the units of all blocks."""
    phrases, branches = signs.phrases, signs.branches
    bags = UnitBags()
    surroundings = _Surroundings(tree, boxes, bags)
    shared: dict[tuple[str, object], list[int]] = {}

    def once(role: str, key: object, codes: Sequence[int]) -> list[int]:
        """Add a unit that several blocks have."""
        if (role, key) not in shared:
            shared[role, key] = bags.add(ROLE[role], codes)
        return shared[role, key]

    for block, shape in zip(tree.blocks, shapes, strict=True):
        i = block.index
        codes = shape.codes
        units = bags.add(ROLE["own"], codes)
        units += bags.add(ROLE["pair"], [_pair(a, b) for a, b in pairwise(codes[:PAIRED_WORDS])])
        units += bags.add(ROLE["whole"], [shape.whole] if shape.whole is not None else [])
        units += bags.add(ROLE["stem"], shape.stems)
        units += bags.add(ROLE["inline"], [code_of(w) for w in block.inline_words[:INLINE_WORDS] if len(w) > 1])
        if i > 0:
            units += bags.add(ROLE["before"], shapes[i - 1].codes[:NEIGHBOUR_WORDS])
        if i + 1 < len(shapes):
            units += bags.add(ROLE["after"], shapes[i + 1].codes[:NEIGHBOUR_WORDS])
        if (heading := int(boxes.heading[i])) >= 0:
            units += once("heading", heading, shapes[heading].codes[:HEADING_WORDS])
            units += once("heading_phrase", heading, [code_of(w) for w in phrases[heading]])
        if (previous := int(boxes.previous_heading[i])) >= 0:
            units += once("previous_heading", previous, shapes[previous].codes[:HEADING_WORDS])
        for href in block.hrefs[:READ_LINKS]:
            units += once("link", href, link_codes(href, site))
        units += once("phrase", phrases[i], [code_of(w) for w in phrases[i]])
        for sign in signs.measures[i]:
            units += once("shape", sign, (code_of(sign),))
        units += surroundings.of(block.container)
        if branches[i] >= 0:
            units += once("branch", (branches[i], block.container), surroundings.branch(branches[i], block.container))
        bags.members.append(units)
    return _hashed(bags)


@lru_cache(maxsize=CACHED)
def link_codes(href: str, site: str) -> tuple[int, ...]:
    return tuple(code_of(word) for word in link_words(href, site))


@lru_cache(maxsize=CACHED)
def container_codes(tag: str, words: tuple[str, ...]) -> list[int]:
    return [code_of(word) for word in container_words(tag, words)]


def link_words(href: str, site: str) -> Iterator[str]:
    """Yield the words that a link gives: kind of target, path words, and the host's where it is another's."""
    target = read_target(href)
    own = not target.site or target.site == site
    yield f"{target.kind} {own} {target.is_article}"
    for word in target.words:
        yield f"{own} {word}"
    if not own:
        yield from target.host


def container_words(tag: str, class_words: tuple[str, ...]) -> list[str]:
    """Return the words by which a container is known: its class and id words, and its tag in brackets."""
    return [*class_names(class_words), f"<{tag}>"]


@lru_cache(maxsize=CACHED)
def class_names(class_words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first few different words of more than a letter that are no numbers."""
    named = dict.fromkeys(word for word in class_words if len(word) > 1 and not word.isdecimal())
    return tuple(named)[:CONTAINER_WORDS]


class _Surroundings:
    """The units of the containers round a block, by how much company each gives it.

    Role 0 are the containers that hold the block alone, 1 to 3 the boxes of growing size, 4 all further ones.
    """

    def __init__(self, tree: BlockTree, boxes: Boxes, bags: UnitBags) -> None:
        self.containers = tree.containers
        self.sizes = (boxes.end - boxes.start).tolist()
        self.bags = bags
        self.known: dict[tuple[int, int], list[int]] = {}

    def of(self, container: int) -> list[int]:
        return self._units(container, 0 if self.sizes[container] <= 1 else 1)

    def branch(self, outer: int, inner: int) -> list[int]:
        """Return the codes of the containers from `inner` up to `outer`."""
        codes: list[int] = []
        at: int | None = inner
        while at is not None:
            container = self.containers[at]
            codes += container_codes(container.tag, container.words)
            at = None if at == outer else container.parent
        return codes[:OUTER_WORDS]

    def _units(self, first: int, role: int) -> list[int]:
        """Return the units of the box that begins with container `first`, and of all round it."""
        if (first, role) not in self.known:
            codes: list[int] = []
            last = role == len(BOX_ROLES) - 1
            at: int | None = first
            while at is not None and (last or self.sizes[at] == self.sizes[first]):
                container = self.containers[at]
                if container.parent is not None:
                    codes += container_codes(container.tag, container.words)
                at = container.parent
            units = self.bags.add(BOX_ROLES[role], codes[:OUTER_WORDS])
            self.known[first, role] = units if at is None else units + self._units(at, role + 1)
        return self.known[first, role]


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


def _pair(first: int, second: int) -> int:
    return (first * 31 + second) & 0xFFFFFFFF


def _hashed(bags: UnitBags) -> HashedUnits:
    lengths = np.array(bags.lengths, np.int64)
    roles = np.array(bags.roles, np.int64)
    counts = np.array([len(units) for units in bags.members], np.int64)
    return HashedUnits(
        buckets=buckets_of(bags.codes, np.repeat(roles, lengths)),
        values=np.repeat(lengths.astype(np.float32) ** np.float32(-0.5), lengths),
        offsets=_offsets(lengths),
        roles=roles,
        members=np.array([unit for units in bags.members for unit in units], np.int64),
        member_offsets=_offsets(counts),
    )


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
