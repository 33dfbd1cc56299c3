"""Numbers about each block: its shape, what the page says of it, its repetition, its place.

Every column has a name `group.detail`; the group is what a reason is worded from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.text_shape import NUMBERS, TOKEN, TextShape, squeeze
from crawler.items import Block

Column = NDArray[np.float32]

LONG_CHARS = 60
MOSTLY_LINKED = 0.5
"""Longer blocks of which less is linked mark where running text stands. Chosen."""
MIN_ARTICLE_BODY = 300
MIN_QUOTED_CHARS = 15
FAR = 99
MAX_REPEATS = 8
MAX_LINKS_COUNTED = 10


@dataclass(slots=True)
class Measures:
    """Columns being gathered, one number a block each."""

    size: int
    columns: dict[str, Column] = field(default_factory=dict)

    def add(self, name: str, values: ArrayLike) -> Column:
        column = np.asarray(values, np.float32)
        self.columns[name] = column
        return column

    def matrix(self) -> NDArray[np.float32]:
        return np.stack(list(self.columns.values()), axis=1)


def measure_blocks(tree: BlockTree, evidence: PageEvidence, shapes: Sequence[TextShape]) -> Measures:
    measures = Measures(len(tree.blocks))
    _add_shape(measures, tree.blocks, shapes)
    _add_evidence(measures, evidence, shapes)
    _add_repetition(measures, tree.blocks, shapes)
    _add_place(measures, tree.blocks)
    return measures


def _add_shape(measures: Measures, blocks: Sequence[Block], shapes: Sequence[TextShape]) -> None:
    numbers = np.array([shape.numbers for shape in shapes], np.float32).reshape(len(shapes), len(NUMBERS))
    for place, name in enumerate(NUMBERS):
        column = numbers[:, place]
        measures.add(f"shape.{name}", np.log1p(column) if name in {"chars", "words"} else column)
    chars = numbers[:, 0]
    measures.add("shape.linked", np.array([b.linked_chars for b in blocks]) / chars)
    measures.add("shape.emphasised", np.array([b.emphasised_chars for b in blocks]) / chars)
    measures.add("links.count", [min(len(b.hrefs), MAX_LINKS_COUNTED) for b in blocks])


def _add_evidence(measures: Measures, evidence: PageEvidence, shapes: Sequence[TextShape]) -> None:
    titles = [(frozenset(TOKEN.findall(title.lower())), squeeze(title)) for title in evidence.titles]
    equal = [any(shape.squeezed == squeezed for _, squeezed in titles) for shape in shapes]
    measures.add("title.equal", equal)
    measures.add("title.overlap", [max((_jaccard(s.tokens, t) for t, _ in titles), default=0.0) for s in shapes])
    description = frozenset(TOKEN.findall((evidence.description or "").lower()))
    common = np.array([len(shape.tokens & description) for shape in shapes], np.float32)
    tokens = np.array([max(len(shape.tokens), 1) for shape in shapes], np.float32)
    measures.add("description.share", common / tokens)
    measures.add("description.cover", common / max(len(description), 1))
    body = squeeze(evidence.article_body or "")
    quoted = [len(s.squeezed) >= MIN_QUOTED_CHARS and s.squeezed in body for s in shapes]
    measures.add("article_body.holds", quoted)
    measures.add("article_body.there", np.full(measures.size, len(body) > MIN_ARTICLE_BODY))


def _jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    common = len(first & second)
    return common / (len(first) + len(second) - common) if common else 0.0


def _add_repetition(measures: Measures, blocks: Sequence[Block], shapes: Sequence[TextShape]) -> None:
    texts = Counter(shape.squeezed for shape in shapes)
    targets = Counter(h for block in blocks for h in set(block.hrefs) if not h.startswith("#"))
    measures.add("repeats.text", [min(texts[shape.squeezed], MAX_REPEATS) for shape in shapes])
    most = [max((targets[h] for h in block.hrefs), default=0) for block in blocks]
    measures.add("repeats.link", np.minimum(most, MAX_REPEATS))


def _add_place(measures: Measures, blocks: Sequence[Block]) -> None:
    count = measures.size
    index = np.arange(count)
    measures.add("place.share", index / max(count - 1, 1))
    measures.add("place.from_start", np.log1p(index))
    measures.add("place.from_end", np.log1p(count - 1 - index))
    measures.add("place.blocks", np.full(count, np.log1p(count)))
    mass = running_text(measures)
    total = float(mass.sum())
    through = np.cumsum(mass)
    measures.add("place.running_before", (through - mass) / max(total, 1))
    measures.add("place.running_after", (total - through) / max(total, 1))
    measures.add("place.running", np.full(count, np.log1p(total)))
    marks = np.flatnonzero(mass)
    first, last = (int(marks[0]), int(marks[-1])) if len(marks) else (0, count - 1)
    measures.add("place.from_first", signed_log(index - first))
    measures.add("place.from_last", signed_log(index - last))
    headlines = [b.index for b in blocks if b.tag == "h1"] or np.flatnonzero(measures.columns["title.equal"]).tolist()
    measures.add("place.from_headline", signed_log(index - (headlines[0] if headlines else first)))
    measures.add("place.since_running", np.log1p(_since(mass > 0)))
    measures.add("place.until_running", np.log1p(_since(mass[::-1] > 0)[::-1]))


def running_text(measures: Measures) -> NDArray[np.float64]:
    """Return the characters of blocks that may be running text, 0 for all others."""
    chars = np.expm1(measures.columns["shape.chars"])
    return np.where((chars > LONG_CHARS) & (measures.columns["shape.linked"] < MOSTLY_LINKED), chars, 0.0)


def signed_log(distance: NDArray[np.int64]) -> NDArray[np.float64]:
    signed: NDArray[np.float64] = np.sign(distance) * np.log1p(np.abs(distance))
    return signed


def _since(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the steps since the last True, FAR plus the steps from the start where there was none."""
    index = np.arange(len(flags))
    last = np.maximum.accumulate(np.where(flags, index, -FAR - 1))
    return index - last


def running(values: NDArray[np.float32] | NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the sums of the first 0, 1, 2, ... rows."""
    zero = np.zeros((1, *values.shape[1:]))
    return np.concatenate([zero, np.cumsum(values, axis=0, dtype=np.float64)])


def shifted(column: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """Return for each block the row of the block `step` further on, 0 beyond the ends."""
    moved = np.zeros_like(column)
    if step > 0:
        moved[:-step] = column[step:]
    else:
        moved[-step:] = column[:step]
    return moved
