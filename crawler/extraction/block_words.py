"""The words of each block and of what surrounds it, hashed: the input of the linear stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.blocks import BlockTree
from crawler.extraction.boxes import Boxes
from crawler.extraction.link_targets import read_target
from crawler.extraction.text_shape import READ_WORDS, TextShape, code_of
from crawler.extraction.word_units import BOX_ROLES, ROLE, GatheredUnits, HashedUnits, ListedUnits, WordRows
from crawler.items import Block, Container

PAIRED_WORDS = 15
NEIGHBOUR_WORDS = 10
HEADING_WORDS = 8
INLINE_WORDS = 10
READ_LINKS = 3
CONTAINER_WORDS = 12
OUTER_WORDS = 60
CACHED = 16_384
"""Words that are read of each. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What is made into words of each block beside its text."""

    measures: NDArray[np.uint64]
    """Codes of classes of its measures, blocks x signs; each counts as a whole word."""
    phrases: Sequence[tuple[str, ...]]
    branches: Sequence[int]
    """The child of the article's container that holds the block, -1 outside of it."""


def hash_words(tree: BlockTree, boxes: Boxes, shapes: Sequence[TextShape], site: str, signs: Signs) -> HashedUnits:
    """Return the units of all blocks."""
    gathered = GatheredUnits()
    _add_texts(gathered, boxes, shapes)
    blocks, count = np.arange(len(shapes)), signs.measures.shape[1]
    gathered.add("shape", signs.measures.ravel(), np.full(len(shapes), count), blocks, blocks)
    listed = ListedUnits()
    surroundings = _Surroundings(tree, boxes, listed)
    phrases, branches, headings = signs.phrases, signs.branches, boxes.heading.tolist()
    for block in tree.blocks:
        i = block.index
        if block.inline_words:
            listed.give(i, listed.add(ROLE["inline"], _inline_codes(block)))
        for href in block.hrefs[:READ_LINKS]:
            listed.share("link", i, href, link_codes(href, site))
        if phrases[i]:
            listed.share("phrase", i, phrases[i], [code_of(w) for w in phrases[i]])
        if headings[i] >= 0 and phrases[headings[i]]:
            listed.share("heading_phrase", i, headings[i], [code_of(w) for w in phrases[headings[i]]])
        listed.give(i, surroundings.of(block.container))
        if branches[i] >= 0:
            listed.give(i, surroundings.branch(branches[i], block.container))
    listed.pour(gathered)
    return gathered.hashed(len(shapes))


def _inline_codes(block: Block) -> list[int]:
    return [code_of(word) for word in block.inline_words[:INLINE_WORDS] if len(word) > 1]


def _add_texts(gathered: GatheredUnits, boxes: Boxes, shapes: Sequence[TextShape]) -> None:
    """Add the units made of the blocks' own words: of themselves, of their neighbours and of their headings."""
    texts = WordRows([shape.codes for shape in shapes])
    index = np.arange(len(shapes))
    gathered.add("own", *texts.first(index, READ_WORDS), index, index)
    gathered.add("pair", *texts.pairs(PAIRED_WORDS), index, index)
    gathered.add("before", *texts.first(index[:-1], NEIGHBOUR_WORDS), index[:-1], index[1:])
    gathered.add("after", *texts.first(index[1:], NEIGHBOUR_WORDS), index[:-1], index[:-1])
    for role, headings in (("heading", boxes.heading), ("previous_heading", boxes.previous_heading)):
        there = np.flatnonzero(headings >= 0)
        named, unit = np.unique(headings[there], return_inverse=True)
        gathered.add(role, *texts.first(named, HEADING_WORDS), unit, there)
    gathered.add("stem", *WordRows([shape.stems for shape in shapes]).first(index, READ_WORDS), index, index)
    whole = WordRows([() if shape.whole is None else (shape.whole,) for shape in shapes])
    gathered.add("whole", *whole.first(index, 1), index, index)


@lru_cache(maxsize=CACHED)
def link_codes(href: str, site: str) -> tuple[int, ...]:
    """Return what a link gives: kind of target, words of the path, and the host's labels.

    Of an own host only those before the domain: `vouchers.example.org` is not the paper.
    """
    target = read_target(href)
    own = not target.site or target.site == site
    kind = code_of(f"{target.kind} {own} {target.is_article}")
    host = target.host[:-2] if own else target.host
    return (kind, *(code_of(word) ^ own for word in target.words), *(code_of(label) ^ own for label in host))


@lru_cache(maxsize=CACHED)
def container_codes(tag: str, words: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(map(code_of, container_words(tag, words)))


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

    def __init__(self, tree: BlockTree, boxes: Boxes, listed: ListedUnits) -> None:
        self.containers = tree.containers
        self.sizes: list[int] = (boxes.end - boxes.start).tolist()
        self.listed = listed
        self.known: dict[tuple[int, int], list[int]] = {}
        self.branches: dict[tuple[int, int], list[int]] = {}
        self.box_codes: list[tuple[int, ...]] = []
        """Of each container and those round it that hold no more than it."""
        self.all_codes: list[tuple[int, ...]] = []
        """Of each container and all round it."""
        self.larger: list[int | None] = []
        """For each container the innermost round it that holds more."""
        for container, size in zip(tree.containers, self.sizes, strict=True):
            self._add(container, size)

    def of(self, container: int) -> list[int]:
        return self._units(container, 0 if self.sizes[container] <= 1 else 1)

    def branch(self, outer: int, inner: int) -> list[int]:
        """Return the unit of the containers from `inner` up to `outer`."""
        if (outer, inner) not in self.branches:
            codes: list[int] = []
            at: int | None = inner
            while at is not None:
                container = self.containers[at]
                codes += container_codes(container.tag, container.words)
                at = None if at == outer else container.parent
            self.branches[outer, inner] = self.listed.add(ROLE["branch"], codes[:OUTER_WORDS])
        return self.branches[outer, inner]

    def _add(self, container: Container, size: int) -> None:
        parent = container.parent
        if parent is None:  # the page itself says nothing
            self.box_codes.append(())
            self.all_codes.append(())
            self.larger.append(None)
            return
        own = container_codes(container.tag, container.words)
        same = self.sizes[parent] == size
        self.box_codes.append((own + self.box_codes[parent])[:OUTER_WORDS] if same else own)
        self.all_codes.append((own + self.all_codes[parent])[:OUTER_WORDS])
        self.larger.append(self.larger[parent] if same else parent)

    def _units(self, first: int, role: int) -> list[int]:
        """Return the units of the box that begins with container `first`, and of all round it."""
        units = self.known.get((first, role))
        if units is None:
            if role == len(BOX_ROLES) - 1:
                units = self.listed.add(BOX_ROLES[role], self.all_codes[first])
            else:
                units = self.listed.add(BOX_ROLES[role], self.box_codes[first])
                outer = self.larger[first]
                units = units if outer is None else units + self._units(outer, role + 1)
            self.known[first, role] = units
        return units
