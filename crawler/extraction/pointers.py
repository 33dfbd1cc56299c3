"""Text that only points to other pages of the site: `More: <headline>`, lists of headlines, the summary of a teaser."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from crawler.extraction.blocks import BlockTree
from crawler.extraction.boxes import spans
from crawler.extraction.link_targets import own_site, read_target
from crawler.items import Block, BlockKind, Label, Segment

LABEL_WORDS = 4
"""Words before the colon at most: “See also”. Chosen."""
HEADLINE_WORDS = 3
"""Words of a headline at least; fewer are names of products and makers. Chosen."""
WHOLE = 0.95
SLACK_CHARS = 3
"""Characters of a line beside its label and its link: quotation marks, arrows. Chosen."""
CARD_BLOCKS = 4
"""Blocks of a teaser that stands alone: kicker, headline, summary, date. Chosen."""
MOST_CARDS = 2
"""Teasers with a summary among the text at most. Chosen: two pages of 1,166 have sections of this form, 23 and more."""
CARD_TAGS = frozenset({"h2", "h3", "h4", "h5"})
POINTER_SCORE = 0.7
"""Of 1,166 labelled pages, out of fold, 27 lines behind a label and 4 entries of lists were text and none of them the
article's, of 6 summaries 2; with links to other sites 38 of 49 were, in lists behind a colon 3 of 3 (measured)."""
_WORD = re.compile(r"\w+")
_LABEL = re.compile(rf"\W*(?:[^\W_][\w’'-]*\s+){{0,{LABEL_WORDS - 1}}}[^\W_][\w’'-]*\s?[:：]\s*")


def find_pointers(tree: BlockTree, segments: Sequence[Segment], url: str | None) -> Iterator[int]:
    """Yield the blocks; only of text is asked."""
    text = [block for block in tree.blocks if segments[block.index].label.in_text]
    site = own_site(tree.blocks, url) if text else ""
    yield from (block.index for block in text if _is_labelled_link(block, site))
    if any(block.kind is BlockKind.LIST_ITEM and block.hrefs for block in text):
        yield from _lists(tree, site)
    headlines = [b for b in tree.blocks if b.tag in CARD_TAGS and _is_headline(b, site)]
    if any(segments[headline.index].label is Label.RELATED for headline in headlines):
        yield from _summaries(tree, segments, headlines)


def _is_labelled_link(block: Block, site: str) -> bool:
    found = _LABEL.match(block.text) if block.hrefs else None
    if found is None:
        return False
    rest = block.text[found.end() :]
    is_whole = abs(block.linked_chars - len(rest)) <= SLACK_CHARS and len(_WORD.findall(rest)) >= HEADLINE_WORDS
    return is_whole and "://" not in rest and all(_leads_on(href, site) for href in block.hrefs)


def _lists(tree: BlockTree, site: str) -> Iterator[int]:
    """Yield the entries of lists that are nothing but headlines; what a colon announces is part of the text."""
    lists: dict[int, list[Block]] = defaultdict(list)
    for block in tree.blocks:
        if block.kind is BlockKind.LIST_ITEM:
            own = next((c.index for c in tree.enclosing(block) if c.tag in {"ul", "ol"}), None)
            if own is not None:
                lists[own].append(block)
    for entries in lists.values():
        above = tree.blocks[entries[0].index - 1].text if entries[0].index else ""
        if len(entries) > 1 and not above.endswith((":", "：")) and all(_is_headline(e, site) for e in entries):
            yield from (entry.index for entry in entries)


def _summaries(tree: BlockTree, segments: Sequence[Segment], headlines: Sequence[Block]) -> Iterator[int]:
    """Yield what stands below the linked headline of a teaser; many such are sections of the article."""
    start, end = spans(tree)
    summaries: list[tuple[int, list[int]]] = []
    for block in headlines:
        if not read_target(block.hrefs[0]).is_article:
            continue
        box = tree.containers[block.container]
        while box.parent is not None and end[box.parent] - start[box.parent] <= CARD_BLOCKS:
            if any(segments[i].label.in_text for i in range(start[box.parent], block.index)):
                break
            box = tree.containers[box.parent]
        below = [i for i in range(block.index + 1, end[box.index]) if segments[i].label.in_text]
        summaries += [(block.index, below)] if below else []
    for headline, below in summaries if len(summaries) <= MOST_CARDS else ():
        yield from below if segments[headline].label is Label.RELATED else ()


def _is_headline(block: Block, site: str) -> bool:
    is_whole = block.hrefs and block.linked_chars >= WHOLE * len(block.text)
    if not is_whole or block.text.endswith((".", ";", ":")) or len(_WORD.findall(block.text)) < HEADLINE_WORDS:
        return False
    return _leads_on(block.hrefs[0], site)


def _leads_on(href: str, site: str) -> bool:
    """Whether an address is another page of the site."""
    target = read_target(href)
    is_page = target.kind == "web" and not target.is_home and not target.has_fragment
    return is_page and (not target.site or target.site == site)
