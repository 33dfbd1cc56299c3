"""Teasers by their form: small boxes of one kind, each under a headline that leads to another page of the site."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from crawler.extraction.blocks import BlockTree
from crawler.extraction.boxes import spans
from crawler.extraction.link_targets import own_site, read_target
from crawler.items import Block

MAX_BOX = 6
"""Blocks of a teaser: headline, kicker, summary, author, date, a link to go on. Chosen."""
HEADLINE_TAGS = frozenset({"h1", "h2", "h3", "h4"})
HEADLINE_LINKED = 0.8

Kind = tuple[int | None, str, tuple[str, ...]]
"""Parent, tag and class words, in which the teasers of one list are alike."""


@dataclass(frozen=True, slots=True)
class TeaserList:
    """The blocks of each teaser, and how many of their headlines have an address like an article's."""

    teasers: tuple[range, ...]
    articles: int


def find_teasers(tree: BlockTree, url: str | None) -> tuple[TeaserList, ...]:
    """Return the lists of teasers. A single teaser makes no list."""
    site = own_site(tree.blocks, url)
    start, end = spans(tree)
    found: dict[Kind, dict[int, range]] = {}
    articles: Counter[Kind] = Counter()
    for block in tree.blocks:
        if not _is_headline(block, site):
            continue
        box = block.container
        above = tree.containers[box].parent
        while above is not None and end[above] - start[above] <= MAX_BOX:
            box, above = above, tree.containers[above].parent
        if end[box] - start[box] > 1:
            container = tree.containers[box]
            kind = (above, container.tag, container.words)
            found.setdefault(kind, {})[box] = range(start[box], end[box])
            articles[kind] += read_target(block.hrefs[0]).is_article
    return tuple(TeaserList(tuple(boxes.values()), articles[kind]) for kind, boxes in found.items() if len(boxes) > 1)


def _is_headline(block: Block, site: str) -> bool:
    if block.tag not in HEADLINE_TAGS or block.link_density < HEADLINE_LINKED or not block.hrefs:
        return False
    target = read_target(block.hrefs[0])
    return target.kind == "web" and not target.is_home and (not target.site or target.site == site)
