"""Articles below the article, as pages that go on without an end append them: each in a container like the first one's,
under a first-level headline of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crawler.extraction.blocks import BlockTree
from crawler.extraction.boxes import spans
from crawler.extraction.text_shape import squeeze
from crawler.items import Block, Container

HEADLINE_TAG = "h1"
ARTICLE_TAG = "article"
ARTICLE_WORDS = frozenset("article story post entry artikel articulo articolo beitrag noticia nota".split())
"""Class words of a container that holds a whole article. Sections of one page are alike too."""


def find_appended(tree: BlockTree, titles: Iterable[str]) -> Iterator[tuple[range, range]]:
    """Yield the blocks of the article and those of one below it, for each that has a headline of its own.

    Nothing for a page whose first headline of the first level is none of its `titles`.
    """
    headlines = [block for block in tree.blocks if block.tag == HEADLINE_TAG]
    known = {squeeze(title) for title in titles}
    if len(headlines) < 2 or squeeze(headlines[0].text) not in known:
        return
    start, end = spans(tree)
    first = list(_around(tree, headlines[0]))
    for headline in headlines[1:]:
        pair = _articles(first, list(_around(tree, headline)))
        if pair is None or squeeze(headline.text) in known:
            continue
        own, other = pair
        if start[other.index] >= end[own.index]:
            yield range(start[own.index], end[own.index]), range(start[other.index], end[other.index])


def _around(tree: BlockTree, block: Block) -> Iterator[Container]:
    """Yield the containers round the block from the root inwards."""
    chain = []
    at: int | None = block.container
    while at is not None:
        chain.append(tree.containers[at])
        at = tree.containers[at].parent
    yield from reversed(chain)


def _articles(first: list[Container], other: list[Container]) -> tuple[Container, Container] | None:
    """Return the articles round two headlines, None where both stand in one or these are not of a kind.

    They are such by their tag, or by class words that are the same but for numbers.
    """
    common = sum(own.index == its.index for own, its in zip(first, other, strict=False))
    own, its = first[common:], other[common:]
    by_tag = tuple(next((c for c in chain if c.tag == ARTICLE_TAG), None) for chain in (own, its))
    if by_tag[0] is not None and by_tag[1] is not None:
        return by_tag[0], by_tag[1]
    if not own or not its or own[0].tag != its[0].tag:
        return None
    words, others = ({word for word in chain[0].words if not word.isdecimal()} for chain in (own, its))
    return (own[0], its[0]) if words == others and not words.isdisjoint(ARTICLE_WORDS) else None
