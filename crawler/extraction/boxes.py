"""Boxes of a page: which blocks stand in the same container, at growing sizes, and which heading names the box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.blocks import BlockTree
from crawler.extraction.phrasebook import PhraseHit
from crawler.items import Block, Container

Indexes = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEAR_LEVELS = 4
"""Boxes round a block that are looked at, from the smallest with company outwards. Chosen."""
WIDE_SIZES = (8, 24)
"""Two more levels: the smallest box with so many blocks. Chosen: a teaser list, a page region."""
LEVELS = NEAR_LEVELS + len(WIDE_SIZES)

HEADING_TAGS = frozenset("h1 h2 h3 h4 h5 h6".split())
HEADING_LIKE_TAGS = frozenset("dt legend summary th".split())
HEADING_WORDS = frozenset("heading headline header title titel caption label kicker".split())
HEADING_CHARS = 120
NAMED_HEADING_CHARS = 80
EMPHASISED_HEADING_CHARS = 60
EMPHASISED_SHARE = 0.8
"""Bounds of what is taken for a heading by its tag, by its class, by its bold type. Chosen, not measured."""
SAID_SHARE = 0.8
"""Share of a block that the phrase is by which it heads a box: “Kommentare (12)”. Chosen."""
HEADING_PLACES = 3
"""A box's heading is among its first so many blocks."""
MAX_NAMED_BOX = 80
"""Blocks of a box over which its first heading no longer speaks for all of it. Chosen."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Arrays over containers (`start`, `end`) and over blocks (the rest); -1 where there is no such heading.

    The blocks of container c are `start[c]` to `end[c] - 1`. `levels[i]` are the containers round block i:
    NEAR_LEVELS of strictly growing size, then one for each of WIDE_SIZES; the largest repeats where there are fewer.
    """

    start: Indexes
    end: Indexes
    chains: tuple[tuple[int, ...], ...]
    """For each container the containers round it, itself first, that hold more than the one before; each has
    company for its blocks, but the last may hold a single block."""
    levels: Indexes
    is_heading: Flags
    heading: Indexes
    """The heading of the smallest box that has one above the block."""
    previous_heading: Indexes
    next_heading: Indexes
    section_start: Indexes
    section_end: Indexes
    """The blocks from one heading to the next, within the smaller box of WIDE_SIZES."""
    pattern: Indexes
    """Blocks whose elements have the same path of tags share a number."""

    def bounds(self, level: int) -> tuple[Indexes, Indexes]:
        """Return first and one past the last block of each block's box at `level`."""
        containers = self.levels[:, level]
        return self.start[containers], self.end[containers]

    def bounds_of(self, block: int, level: int) -> tuple[int, int]:
        """Return first and one past the last block of one block's box at `level`."""
        container = self.levels[block, level]
        return int(self.start[container]), int(self.end[container])


def find_boxes(tree: BlockTree, phrases: Sequence[Sequence[PhraseHit]] = ()) -> Boxes:
    """Return the boxes; `phrases` are the hits of each block, by which a heading without a tag for it is known."""
    start, end = spans(tree)
    chains = _chains(tree.containers, start, end)
    own = [chains[block.container] for block in tree.blocks]
    levels = [_levels(chain, start, end) for chain in own]
    is_heading = [_is_heading(block, tree.containers[block.container]) for block in tree.blocks]
    for block, chain in zip(tree.blocks, own, strict=True):
        if not is_heading[block.index] and start[chain[0]] == block.index:
            hits = phrases[block.index] if phrases else ()
            is_heading[block.index] = _says_heading(block, hits)
    previous, following = _neighbour_headings(is_heading)
    level = np.array(levels, np.int64).reshape(len(levels), LEVELS)
    firsts, lasts = np.array(start, np.int64), np.array(end, np.int64)
    sections = _sections(is_heading, previous, following)
    wide = level[:, NEAR_LEVELS]
    return Boxes(
        start=firsts,
        end=lasts,
        chains=chains,
        levels=level,
        is_heading=np.array(is_heading, np.bool_),
        heading=np.array(_box_headings(own, start, end, is_heading), np.int64),
        previous_heading=np.array(previous, np.int64),
        next_heading=np.array(following, np.int64),
        section_start=np.maximum(sections[0], firsts[wide]),
        pattern=np.array(_patterns(tree), np.int64),
        section_end=np.minimum(sections[1], lasts[wide]),
    )


def spans(tree: BlockTree) -> tuple[list[int], list[int]]:
    """Return first and one past the last block of each container."""
    start = [len(tree.blocks)] * len(tree.containers)
    end = [0] * len(tree.containers)
    for block in tree.blocks:
        start[block.container] = min(start[block.container], block.index)
        end[block.container] = block.index + 1
    for container in reversed(tree.containers):  # a container's index is over its parent's
        if container.parent is not None:
            start[container.parent] = min(start[container.parent], start[container.index])
            end[container.parent] = max(end[container.parent], end[container.index])
    return start, end


def _chains(containers: Sequence[Container], start: Sequence[int], end: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    chains: list[tuple[int, ...]] = []
    for container in containers:
        at = container.index
        size = end[at] - start[at]
        if container.parent is None:
            chains.append((at,))
        elif size <= 1 or size == end[container.parent] - start[container.parent]:
            chains.append(chains[container.parent])
        else:
            chains.append((at, *chains[container.parent]))
    return tuple(chains)


def _levels(chain: tuple[int, ...], start: Sequence[int], end: Sequence[int]) -> list[int]:
    last = len(chain) - 1
    levels = [chain[min(level, last)] for level in range(NEAR_LEVELS)]
    for size in WIDE_SIZES:
        levels.append(next((c for c in chain if end[c] - start[c] >= size), chain[last]))
    return levels


def _is_heading(block: Block, container: Container) -> bool:
    chars = len(block.text)
    if chars >= HEADING_CHARS:
        return False
    if block.tag in HEADING_TAGS:
        return True
    if chars < NAMED_HEADING_CHARS and (
        block.tag in HEADING_LIKE_TAGS or not HEADING_WORDS.isdisjoint(container.words)
    ):
        return True
    bold = block.emphasised_chars > EMPHASISED_SHARE * chars
    return bold and chars < EMPHASISED_HEADING_CHARS and block.linked_chars == 0


def _says_heading(block: Block, hits: Sequence[PhraseHit]) -> bool:
    """Whether a block is hardly more than a phrase that heads boxes: `<div>Meistgelesen</div>`."""
    chars = len(block.text)
    if chars >= NAMED_HEADING_CHARS or block.linked_chars:
        return False
    return any(hit.strength == "heading" and len(hit.phrase) >= SAID_SHARE * chars for hit in hits)


def _box_headings(
    own: Sequence[tuple[int, ...]], start: Sequence[int], end: Sequence[int], is_heading: Sequence[bool]
) -> list[int]:
    first: dict[int, int] = {}
    found: list[int] = []
    for index, chain in enumerate(own):
        found.append(-1)
        for container in chain:
            if end[container] - start[container] > MAX_NAMED_BOX:
                break
            if container not in first:
                places = range(start[container], min(end[container], start[container] + HEADING_PLACES))
                first[container] = next((i for i in places if is_heading[i]), -1)
            if 0 <= first[container] < index:
                found[-1] = first[container]
                break
    return found


def _patterns(tree: BlockTree) -> list[int]:
    numbers: dict[tuple[int, str], int] = {}
    of_container: list[int] = []
    for container in tree.containers:
        above = -1 if container.parent is None else of_container[container.parent]
        of_container.append(numbers.setdefault((above, container.tag), len(numbers)))
    return [of_container[block.container] for block in tree.blocks]


def _sections(is_heading: Sequence[bool], previous: Sequence[int], following: Sequence[int]) -> tuple[Indexes, Indexes]:
    index = np.arange(len(is_heading))
    headings, before, after = np.array(is_heading), np.array(previous, np.int64), np.array(following, np.int64)
    start = np.where(headings, index, np.maximum(before, 0))
    return start, np.where(after >= 0, after, len(index))


def _neighbour_headings(is_heading: Sequence[bool]) -> tuple[list[int], list[int]]:
    previous: list[int] = []
    last = -1
    for index, heading in enumerate(is_heading):
        previous.append(last)
        last = index if heading else last
    following = [-1] * len(is_heading)
    last = -1
    for index in range(len(is_heading) - 1, -1, -1):
        following[index] = last
        last = index if is_heading[index] else last
    return previous, following
