"""How a block stands to the article's own form: same element and class, same parent, which branch of its container."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.block_measures import Measures, running_text
from crawler.extraction.blocks import BlockTree
from crawler.extraction.boxes import Boxes

ARTICLE_SHARE = 0.6
"""Share of the article's text that the deepest container round it must hold. Chosen."""
MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class ArticleForm:
    """`article` is the deepest container with most of the article; `branch[i]` its child round block i, -1 outside."""

    article: int
    branch: NDArray[np.int64]


def add_form(measures: Measures, tree: BlockTree, boxes: Boxes) -> ArticleForm:
    mass = running_text(measures)
    through = np.concatenate([np.zeros(1), np.cumsum(mass)])
    total = max(float(through[-1]), 1.0)
    share = (through[np.maximum(boxes.end, boxes.start)] - through[boxes.start]) / total
    _add_likeness(measures, tree, mass / total)
    form = _article_form(tree, boxes, share)
    own = np.array([block.container for block in tree.blocks])
    parents = np.array([-1 if c.parent is None else c.parent for c in tree.containers])
    parent = np.maximum(parents[own], 0)
    measures.add("form.parent_mass", share[parent])
    measures.add("form.grandparent_mass", share[np.maximum(parents[parent], 0)])
    _add_branch(measures, tree, boxes, form, share)
    measures.add("form.kin", np.log1p(np.bincount(boxes.pattern)[boxes.pattern]))
    return form


def _add_likeness(measures: Measures, tree: BlockTree, mass: NDArray[np.float64]) -> None:
    """Share of the article that stands in elements of the same tag and class words, and how many such blocks."""
    kinds: dict[tuple[str, tuple[str, ...]], int] = {}
    of_container = [kinds.setdefault((c.tag, c.words), len(kinds)) for c in tree.containers]
    kind = np.array([of_container[block.container] for block in tree.blocks])
    pairs: dict[tuple[int, int], int] = {}
    of_pair = [
        pairs.setdefault((of_container[c.parent or 0], of_container[c.index]), len(pairs)) for c in tree.containers
    ]
    pair = np.array([of_pair[block.container] for block in tree.blocks])
    for name, of in (("kind", kind), ("pair", pair)):
        measures.add(f"form.{name}_mass", np.bincount(of, mass)[of])
        measures.add(f"form.{name}_count", np.log1p(np.bincount(of)[of]))


def _article_form(tree: BlockTree, boxes: Boxes, share: NDArray[np.float64]) -> ArticleForm:
    article = int(np.flatnonzero(share >= ARTICLE_SHARE)[-1]) if (share >= ARTICLE_SHARE).any() else 0
    branches: list[int] = []
    for container in tree.containers:  # a parent comes before its children
        if container.parent is None or container.index <= article:
            branches.append(-1)
        else:
            branches.append(container.index if container.parent == article else branches[container.parent])
    return ArticleForm(article, np.array([branches[block.container] for block in tree.blocks], np.int64))


def _add_branch(
    measures: Measures, tree: BlockTree, boxes: Boxes, form: ArticleForm, share: NDArray[np.float64]
) -> None:
    index = np.arange(measures.size)
    within = (index >= boxes.start[form.article]) & (index < boxes.end[form.article])
    branch = np.maximum(form.branch, 0)
    there = form.branch >= 0
    sizes = boxes.end - boxes.start
    depth = [0] * len(tree.containers)
    for container in tree.containers:
        depth[container.index] = 0 if container.parent is None else depth[container.parent] + 1
    own = np.array([depth[block.container] for block in tree.blocks])
    measures.add("form.within", within)
    measures.add("form.below", np.where(there, np.clip(own - depth[form.article], 0, MAX_DEPTH), 0))
    measures.add("form.branch_size", np.where(there, np.log1p(sizes[branch]), 0))
    measures.add("form.branch_mass", np.where(there, share[branch], 0))
    measures.add("form.article_size", np.full(measures.size, np.log1p(sizes[form.article])))
    after = (index - boxes.start[form.article]) / max(int(sizes[form.article]), 1)
    measures.add("form.place", np.where(within, after, np.where(index < boxes.start[form.article], -0.5, 1.5)))
