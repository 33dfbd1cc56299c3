"""Which blocks the main content came from: text of one extractor mapped back to the page's blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from crawler.extraction.text_shape import TOKEN, read_shape, squeeze
from crawler.items import Block

LONG_CHARS = 25
"""Word characters from which a block's text is taken to be its own wherever it stands. Chosen: `Read more` and
names of sections are shorter, sentences longer."""
SHINGLE_WORDS = 3
KEPT = 0.5
"""Share of a block's text in the main content from which the block counts as of it. Chosen."""

Shingle = tuple[str, ...]


def kept_shares(blocks: Sequence[Block], lines: Sequence[str]) -> tuple[float, ...]:
    """Return for each block the share of its text, 0 to 1, that stands in `lines`.

    White space, case and punctuation do not count. Whole blocks are looked for first, longest first, each in a
    stretch of its own: short ones must fill a line, or the space between two blocks found before. A longer block
    that is not found whole, or found again, has the share of its word shingles that stand in `lines`.
    """
    squeezed = [read_shape(block.text).squeezed for block in blocks]
    stretch = _Stretch(lines)
    shares = [0.0] * len(blocks)
    for index in sorted(range(len(blocks)), key=lambda i: (-len(squeezed[i]), i)):
        if squeezed[index] and stretch.take(squeezed[index]):
            shares[index] = 1.0
    shingles = frozenset(_shingles(" ".join(lines)))
    for index, block in enumerate(blocks):
        if not shares[index] and len(squeezed[index]) >= LONG_CHARS:
            shares[index] = _share(block.text, shingles)
    return tuple(shares)


def _share(text: str, shingles: frozenset[Shingle]) -> float:
    """Return the share of the text's shingles that are among the given ones."""
    own = _shingles(text)
    if shingles.isdisjoint(own):  # most are, and a set of them costs more than to look each up
        return 0.0
    distinct = frozenset(own)
    return len(distinct & shingles) / len(distinct)


@dataclass(slots=True)
class _Search:
    """Where one text was looked for: equal blocks go on from there, or a page of them takes the square of its time."""

    start: int = 0
    without_edges: list[int] = field(default_factory=list)
    """Free places before `start` that fill neither a line nor the space between two blocks."""
    edges: int = 0
    """How many edges there were when those were looked at."""


class _Stretch:
    """The squeezed lines in one string, with a mark for every character that a block has used."""

    def __init__(self, lines: Sequence[str]) -> None:
        squeezed = [squeeze(line) for line in lines]
        self.text = "".join(squeezed)
        self.edges = {0, *accumulate(map(len, squeezed))}
        self.used = bytearray(len(self.text))
        self.searches: dict[str, _Search] = {}

    def take(self, wanted: str) -> bool:
        """Mark the first free place of `wanted` as used; False where there is none."""
        search = self.searches.setdefault(wanted, _Search())
        at = self._first_with_edges(search, wanted)
        edges = len(self.edges)
        while at is None:
            start = self.text.find(wanted, search.start)
            if start < 0:
                search.start, search.edges = len(self.text), edges
                return False
            end = start + len(wanted)
            last_used = self.used.rfind(1, start, end)
            search.start = 1 + max(start, last_used)
            if last_used >= 0:
                continue
            if len(wanted) >= LONG_CHARS or self._fills(start, end):
                at, search.edges = start, edges
            else:
                search.without_edges.append(start)
        self.used[at : at + len(wanted)] = b"\x01" * len(wanted)
        self.edges.update((at, at + len(wanted)))
        return True

    def _first_with_edges(self, search: _Search, wanted: str) -> int | None:
        """Return the first place that lacked an edge when it was looked at, and has both now."""
        if search.edges == len(self.edges):
            return None
        search.without_edges = [at for at in search.without_edges if self.used.find(1, at, at + len(wanted)) < 0]
        return next((at for at in search.without_edges if self._fills(at, at + len(wanted))), None)

    def _fills(self, start: int, end: int) -> bool:
        return start in self.edges and end in self.edges


def _shingles(text: str) -> list[Shingle]:
    tokens = TOKEN.findall(text.casefold())
    return list(zip(*(tokens[n:] for n in range(SHINGLE_WORDS)), strict=False))
