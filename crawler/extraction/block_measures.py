"""Numbers about each block: its shape, what the page says of it, its place, its links, its boxes.

Every column has a name `group.detail`; the group is what a reason is worded from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crawler.extraction.blocks import BlockTree
from crawler.extraction.boxes import LEVELS, Boxes
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.link_targets import read_target
from crawler.extraction.text_shape import NUMBERS, TOKEN, TextShape, squeeze
from crawler.items import Block, Container

Column = NDArray[np.float32]

KEPT = 0.5
LONG_CHARS = 60
"""A block so long that the main content kept at least half of marks where the article stands."""
PARAGRAPH_CHARS = 140
MIN_ARTICLE_BODY = 300
MIN_QUOTED_CHARS = 15
FAR = 99
AREA_FADE = 0.8
"""An area's mark fades by this factor with each container between it and the block."""
MAX_LINKS = 6
MAX_REPEATS = 8
MAX_LINKS_COUNTED = 10
TIGHT_LEVELS = (0, 1, 2, 4)
NEIGHBOURS = (-3, -2, -1, 1, 2, 3)

_AREAS = (
    ("article",), ("main",), ("aside",), ("footer",), ("header",), ("nav",), ("form",), ("figure", "figcaption"),
    ("ul", "ol", "dl"), ("table", "td"), ("section",), ("blockquote",), ("button",), ("label",), ("figcaption",),
    ("li",), ("h1",), ("h2",), ("h3", "h4", "h5", "h6"), ("p",), ("a",),
)  # fmt: skip
_AREA_OF_TAG = {tag: n for n, tags in enumerate(_AREAS) for tag in tags if tags != ("figure", "figcaption") or tag == "figure"}
_LINK_MEASURES = ("own", "foreign", "social", "shop", "article", "own_article", "anchor", "mail", "script", "home")


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


def measure_blocks(
    tree: BlockTree, evidence: PageEvidence, boxes: Boxes, shapes: Sequence[TextShape], site: str
) -> Measures:
    measures = Measures(len(tree.blocks))
    _add_shape(measures, tree.blocks, shapes)
    _add_evidence(measures, evidence, shapes)
    _add_repetition(measures, tree.blocks, shapes)
    _add_place(measures, tree.blocks)
    _add_areas(measures, tree)
    _add_links(measures, tree.blocks, site)
    _add_headings(measures, tree.blocks, boxes)
    _add_boxes(measures, boxes)
    _add_neighbours(measures)
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
    measures.add("kept.share", evidence.kept or np.zeros(measures.size))
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
    kept = measures.columns["kept.share"]
    chars = np.expm1(measures.columns["shape.chars"])
    mass = np.where(chars > LONG_CHARS, kept * chars, 0)
    total = float(mass.sum())
    through = np.cumsum(mass)
    measures.add("place.article_before", (through - mass) / max(total, 1))
    measures.add("place.article_after", (total - through) / max(total, 1))
    measures.add("place.article", np.full(count, np.log1p(total)))
    marks = np.flatnonzero((kept > KEPT) & (chars > LONG_CHARS))
    first, last = (int(marks[0]), int(marks[-1])) if len(marks) else (0, count - 1)
    measures.add("place.from_first", signed_log(index - first))
    measures.add("place.from_last", signed_log(index - last))
    headlines = [b.index for b in blocks if b.tag == "h1"] or np.flatnonzero(measures.columns["title.equal"]).tolist()
    measures.add("place.from_headline", signed_log(index - (headlines[0] if headlines else first)))
    measures.add("place.since_kept", np.log1p(_since(kept > KEPT)))
    measures.add("place.until_kept", np.log1p(_since(kept[::-1] > KEPT)[::-1]))


def signed_log(distance: NDArray[np.int64]) -> NDArray[np.float64]:
    signed: NDArray[np.float64] = np.sign(distance) * np.log1p(np.abs(distance))
    return signed


def _since(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the steps since the last True, FAR plus the steps from the start where there was none."""
    index = np.arange(len(flags))
    last = np.maximum.accumulate(np.where(flags, index, -FAR - 1))
    return index - last


def _add_areas(measures: Measures, tree: BlockTree) -> None:
    areas = np.zeros((len(tree.containers), len(_AREAS)), np.float32)
    depth = np.zeros(len(tree.containers), np.float32)
    for container in tree.containers:
        at = container.index
        if container.parent is not None:
            areas[at] = areas[container.parent] * AREA_FADE
            depth[at] = depth[container.parent] + 1
        _mark(areas[at], container)
    own = [block.container for block in tree.blocks]
    for place, tags in enumerate(_AREAS):
        measures.add(f"area.{tags[0]}", areas[own, place])
    measures.add("area.depth", depth[own])


def _mark(areas: NDArray[np.float32], container: Container) -> None:
    place = _AREA_OF_TAG.get(container.tag)
    if place is not None:
        areas[place] = 1


def _add_links(measures: Measures, blocks: Sequence[Block], site: str) -> None:
    counts = np.zeros((len(blocks), len(_LINK_MEASURES) + 1), np.float32)
    for block in blocks:
        if block.hrefs:
            read = [_link_numbers(href, site) for href in block.hrefs[:MAX_LINKS]]
            counts[block.index] = np.mean(read, axis=0)
    for place, name in enumerate((*_LINK_MEASURES, "path_words")):
        measures.add(f"links.{name}", counts[:, place])


def _link_numbers(href: str, site: str) -> tuple[float, ...]:
    target = read_target(href)
    web = target.kind == "web"
    own = web and (not target.site or target.site == site)
    return (
        own, web and not own, target.is_social, target.is_shop, target.is_article, own and target.is_article,
        target.kind == "anchor", target.kind == "mail", target.kind == "script", target.is_home, len(target.words),
    )  # fmt: skip


def _add_headings(measures: Measures, blocks: Sequence[Block], boxes: Boxes) -> None:
    index = np.arange(measures.size)
    measures.add("heading.is_one", boxes.is_heading)
    measures.add("heading.of_box", boxes.heading >= 0)
    for name, heading in (("since_of_box", boxes.heading), ("since_previous", boxes.previous_heading)):
        measures.add(f"heading.{name}", np.where(heading >= 0, np.log1p(np.maximum(index - heading, 0)), -1))
    tags = [block.tag for block in blocks]
    measures.add("heading.same_tag_next", [a == b for a, b in zip(tags, tags[1:], strict=False)] + [False])
    box = boxes.levels[:, 0]
    measures.add("heading.same_box_next", np.append(box[1:] == box[:-1], False))


def _add_boxes(measures: Measures, boxes: Boxes) -> None:
    chars = np.expm1(measures.columns["shape.chars"])
    sums = {
        "linked": running(measures.columns["shape.linked"] * chars),
        "kept": running(measures.columns["kept.share"] * chars),
        "long": running(chars > PARAGRAPH_CHARS),
    }
    sums |= {n: running(measures.columns[f"links.{n}"]) for n in ("own_article", "foreign", "social", "shop", "own")}
    sums |= {n: running(measures.columns[f"shape.{n}"]) for n in ("date", "money", "genders")}
    through = running(chars)
    index = np.arange(measures.size)
    for level in range(LEVELS):
        start, end = boxes.bounds(level)
        size = end - start
        inside = through[end] - through[start]
        measures.add(f"box.{level}_size", np.log1p(size))
        measures.add(f"box.{level}_chars", np.log1p(inside))
        measures.add(f"box.{level}_place", (index - start) / size)
        for name, total in sums.items():
            if name in {"linked", "kept", "long", "own_article", "foreign"} or level in TIGHT_LEVELS:
                by = np.maximum(inside, 1) if name in {"linked", "kept"} else size
                measures.add(f"box.{level}_{name}", (total[end] - total[start]) / by)


def running(values: NDArray[np.float32] | NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the sums of the first 0, 1, 2, ... rows."""
    zero = np.zeros((1, *values.shape[1:]))
    return np.concatenate([zero, np.cumsum(values, axis=0, dtype=np.float64)])


def _add_neighbours(measures: Measures) -> None:
    names = (
        "shape.chars", "shape.linked", "kept.share", "shape.sentence_end", "heading.is_one", "links.own_article",
        "links.foreign", "shape.date", "description.share", "title.overlap",
    )  # fmt: skip
    for step in NEIGHBOURS:
        for name in names:
            measures.add(f"neighbours.{name}{step:+d}", shifted(measures.columns[name], step))


def shifted(column: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """Return for each block the row of the block `step` further on, 0 beyond the ends."""
    moved = np.zeros_like(column)
    if step > 0:
        moved[:-step] = column[step:]
    else:
        moved[-step:] = column[:step]
    return moved
