"""Numbers about a block's surroundings: areas and boxes it stands in, links, headings, neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from crawler.extraction.block_measures import FAR, Measures, running, shifted
from crawler.extraction.blocks import BlockTree
from crawler.extraction.boxes import LEVELS, Boxes
from crawler.extraction.link_targets import read_target
from crawler.extraction.text_shape import TextShape
from crawler.items import Block

AREA_FADE = 0.8
"""An area's mark fades by this factor with each container between it and the block."""
PARAGRAPH_CHARS = 140
MAX_LINKS = 6
"""Links of a block that are read."""
TIGHT_LEVELS = (0, 1, 2, 4)
NEIGHBOURS = (-3, -2, -1, 1, 2, 3)

_AREAS = (
    ("article",), ("main",), ("aside",), ("footer",), ("header",), ("nav",), ("form",), ("figure",),
    ("ul", "ol", "dl"), ("table", "td"), ("section",), ("blockquote",), ("button",), ("label",), ("figcaption",),
    ("li",), ("h1",), ("h2",), ("h3", "h4", "h5", "h6"), ("p",), ("a",),
)  # fmt: skip
_AREA_OF_TAG = {tag: place for place, tags in enumerate(_AREAS) for tag in tags}
_LINK_MEASURES = (
    "own",
    "foreign",
    "social",
    "shop",
    "article",
    "own_article",
    "anchor",
    "mail",
    "script",
    "home",
    "call",
    "fragment",
)


def measure_surroundings(
    measures: Measures, tree: BlockTree, shapes: Sequence[TextShape], boxes: Boxes, site: str
) -> None:
    """Add the columns to those of `measure_blocks`."""
    _add_areas(measures, tree)
    _add_links(measures, tree.blocks, site)
    _add_headings(measures, tree.blocks, shapes, boxes)
    _add_boxes(measures, boxes)
    _add_neighbours(measures)


def _add_areas(measures: Measures, tree: BlockTree) -> None:
    """Mark each block with the areas it stands in, fading with the containers in between."""
    marks: list[tuple[int, ...]] = []
    depth: list[int] = []
    for container in tree.containers:
        parent = container.parent
        depth.append(0 if parent is None else depth[parent] + 1)
        inherited = (-FAR,) * len(_AREAS) if parent is None else marks[parent]
        place = _AREA_OF_TAG.get(container.tag)
        if place is not None:
            inherited = (*inherited[:place], depth[-1], *inherited[place + 1 :])
        marks.append(inherited)
    own = [block.container for block in tree.blocks]
    deep = np.array([depth[at] for at in own])
    marked = np.array([marks[at] for at in own])
    faded = AREA_FADE ** np.arange(max(depth) + 1, dtype=np.float32)
    areas = np.where(marked >= 0, faded[np.where(marked >= 0, deep[:, None] - marked, 0)], 0)
    for place, tags in enumerate(_AREAS):
        measures.add(f"area.{tags[0]}", areas[:, place])
    measures.add("area.depth", deep)


def _add_links(measures: Measures, blocks: Sequence[Block], site: str) -> None:
    counts = np.zeros((len(blocks), len(_LINK_MEASURES) + 1), np.float32)
    linked = [block for block in blocks if block.hrefs]
    if linked:
        numbers = np.array([_link_numbers(href, site) for b in linked for href in b.hrefs[:MAX_LINKS]], np.float32)
        read = np.array([min(len(block.hrefs), MAX_LINKS) for block in linked])
        sums = np.add.reduceat(numbers, np.cumsum(read) - read, axis=0)
        counts[[block.index for block in linked]] = sums / read[:, None]
    for place, name in enumerate((*_LINK_MEASURES, "path_words")):
        measures.add(f"links.{name}", counts[:, place])


def _link_numbers(href: str, site: str) -> tuple[float, ...]:
    target = read_target(href)
    web = target.kind == "web"
    own = web and (not target.site or target.site == site)
    return (
        own, web and not own, target.is_social, target.is_shop, target.is_article, own and target.is_article,
        target.kind == "anchor", target.kind == "mail", target.kind == "script", target.is_home,
        target.is_call, target.has_fragment, len(target.words),
    )  # fmt: skip


def _add_headings(measures: Measures, blocks: Sequence[Block], shapes: Sequence[TextShape], boxes: Boxes) -> None:
    index = np.arange(measures.size)
    measures.add("heading.is_one", boxes.is_heading)
    squeezed = [shape.squeezed for shape in shapes]
    times = Counter(s for s, heading in zip(squeezed, boxes.is_heading.tolist(), strict=True) if heading)
    own = boxes.is_heading.astype(int)
    measures.add("repeats.heading", np.array([times[s] for s in squeezed]) > own)
    measures.add("heading.of_box", boxes.heading >= 0)
    for name, heading in (("since_of_box", boxes.heading), ("since_previous", boxes.previous_heading)):
        measures.add(f"heading.{name}", np.where(heading >= 0, np.log1p(np.maximum(index - heading, 0)), -1))
    tags = [block.tag for block in blocks]
    measures.add("heading.same_tag_next", [*(a == b for a, b in pairwise(tags)), False])
    box = boxes.levels[:, 0]
    measures.add("heading.same_box_next", np.append(box[1:] == box[:-1], False))


def _add_boxes(measures: Measures, boxes: Boxes) -> None:
    chars = np.expm1(measures.columns["shape.chars"])
    sums = {
        "linked": running(measures.columns["shape.linked"] * chars),
        "long": running(chars > PARAGRAPH_CHARS),
    }
    sums |= {
        n: running(measures.columns[f"links.{n}"])
        for n in ("own_article", "foreign", "social", "shop", "own", "call", "anchor", "fragment")
    }
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
            if name in {"linked", "long", "own_article", "foreign"} or level in TIGHT_LEVELS:
                by = np.maximum(inside, 1) if name == "linked" else size
                measures.add(f"box.{level}_{name}", (total[end] - total[start]) / by)


def _add_neighbours(measures: Measures) -> None:
    names = (
        "shape.chars", "shape.linked", "shape.sentence_end", "heading.is_one", "links.own_article",
        "links.foreign", "links.call", "shape.date", "description.share", "title.overlap",
    )  # fmt: skip
    for step in NEIGHBOURS:
        for name in names:
            measures.add(f"neighbours.{name}{step:+d}", shifted(measures.columns[name], step))
