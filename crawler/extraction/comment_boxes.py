"""Boxes of comments below the article, told by their heading: a comment reads like a paragraph of any article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from crawler.extraction.blocks import BlockTree
from crawler.extraction.hints import Hints
from crawler.extraction.phrase_text import TOKEN, fold
from crawler.items import Block, Label, Segment

HEADING_TOKENS = 6
"""Words of a heading of comments at most: “27 comments on this story”. Chosen."""
MOST_HEADINGS = 50
"""Headings that are looked at: each costs a look at all blocks. Chosen."""
LEAST_ABOVE_CHARS = 250
"""Characters of text above the heading, and no fewer than in its box: a link to the comments at the head of a page is
no heading. Of 1,166 labelled pages 38 comments on three pages were text in such boxes, out of fold, and nothing of an
article; where the box may hold more than is above it, 20 paragraphs of one (measured)."""
COMMENT_SCORE = 0.7


def without_comments(tree: BlockTree, segments: Sequence[Segment], hints: Sequence[Hints]) -> Sequence[Segment]:
    """Return the segments; what a box headed as comments holds below its heading is no text."""
    headings = [b for b in tree.blocks if _is_heading(b, hints[b.index])][:MOST_HEADINGS]
    if not headings:
        return segments
    sifted = list(segments)
    blocks_of: dict[int, list[int]] = defaultdict(list)
    for block in tree.blocks:
        for container in tree.enclosing(block):
            blocks_of[container.index].append(block.index)
    for heading in headings:
        box = [i for i in _below(tree, heading, sifted, blocks_of) if sifted[i].label.in_text]
        above = sum(len(s.text) for s in sifted[: heading.index] if s.label.in_text)
        if above < max(LEAST_ABOVE_CHARS, sum(len(sifted[i].text) for i in box)):
            continue
        for i in box:
            reason = f"below the heading “{heading.text}”"
            sifted[i] = replace(sifted[i], label=Label.COMMENT, score=COMMENT_SCORE, reason=reason)
    return sifted


def _is_heading(block: Block, said: Hints) -> bool:
    hint = said.strongest
    if hint is None or not hint.certain or said.is_boxed or hint.label is not Label.COMMENT:
        return False
    return len(TOKEN.findall(fold(block.text))) <= HEADING_TOKENS


def _below(
    tree: BlockTree, heading: Block, segments: Sequence[Segment], blocks_of: dict[int, list[int]]
) -> Iterator[int]:
    """Yield the blocks below the heading in the largest container round it that holds nothing of the article above."""
    box: list[int] = []
    for container in tree.enclosing(heading):
        members = blocks_of[container.index]
        if any(segments[i].label.in_text for i in members if i <= heading.index):
            break
        box = members
    return (i for i in box if i > heading.index)
