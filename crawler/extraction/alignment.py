"""Which blocks the main content came from: text of one extractor mapped back to the page's blocks."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.extraction.text_shape import TOKEN, read_shape, squeeze
from crawler.items import Block

LONG_CHARS = 25
"""Word characters from which a block's text is taken to be its own wherever it stands. Chosen: `Read more` and
names of sections are shorter, sentences longer."""
SHINGLE_WORDS = 3

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


class _Stretch:
    """The squeezed lines in one string, with a mark for every character that a block has used."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.text = ""
        self.edges = {0}
        for line in lines:
            self.text += squeeze(line)
            self.edges.add(len(self.text))
        self.used = bytearray(len(self.text))

    def take(self, wanted: str) -> bool:
        """Mark the first free place of `wanted` as used; False where there is none."""
        start = self.text.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            free = self.used.find(1, start, end) < 0
            if free and (len(wanted) >= LONG_CHARS or (self._edge(start) and self._edge(end))):
                self.used[start:end] = b"\x01" * len(wanted)
                self.edges.update((start, end))
                return True
            start = self.text.find(wanted, start + 1)
        return False

    def _edge(self, at: int) -> bool:
        return at in self.edges


def _shingles(text: str) -> list[Shingle]:
    tokens = TOKEN.findall(text.casefold())
    return list(zip(*(tokens[n:] for n in range(SHINGLE_WORDS)), strict=False))
