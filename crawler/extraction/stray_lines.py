"""Short lines that the labeller took for text though they stand in chaff: entries, slogans in paragraphs of their own.

A box shows the labeller what its entries are; paragraphs one after the other do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby, takewhile

from crawler.items import Block, BlockKind, Label, Segment

SURE_TEXT = 0.9
"""Score from which the labeller is believed. Out of fold .9, .95 and 1 are alike."""
LINE_WORDS = 10
"""Words of a line at most. Out of fold 8 to 12 are alike."""
LINKED = 0.95
"""Link density from which all of a line is a link."""
STRAY_SCORE = 0.5
LEAST_BEFORE_CHARS = 200
"""Characters of text above such lines, so that no headline or kicker is one. Chosen."""
OF_ARTICLES = frozenset({Label.TITLE, Label.BYLINE, Label.CAPTION})
"""Labels that are no text, beside which a short line may still be."""
WORD = re.compile(r"\w+")
LINE_END = re.compile(r"[.!?…。！？:][\"'”’»«)\]]*$")
"""How a sentence ends, or what leads to a list or a quotation."""


def without_stray_lines(blocks: Sequence[Block], segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return the segments; lines between chaff and chaff, and linked ones right below it, are chaff of that kind."""
    sifted = list(segments)
    chars = 0
    for is_text, run in groupby(range(len(blocks)), key=lambda i: segments[i].label.in_text):
        members = list(run)
        if is_text and chars >= LEAST_BEFORE_CHARS and segments[members[0] - 1].label not in OF_ARTICLES:
            before = sifted[members[0] - 1]
            for i in _stray(blocks, segments, members):
                reason = "a short line in parts that are no text"
                sifted[i] = replace(sifted[i], label=before.label, score=STRAY_SCORE, reason=reason)
        chars += sum(len(segments[i].text) for i in members) if is_text else 0
    return tuple(sifted)


def _stray(blocks: Sequence[Block], segments: Sequence[Segment], members: Sequence[int]) -> Iterable[int]:
    """Return which blocks of a run of text below chaff are none."""
    after = members[-1] + 1
    is_between = after == len(segments) or segments[after].label not in OF_ARTICLES
    if is_between and all(_is_line(blocks[i], segments[i]) for i in members):
        return members
    return takewhile(lambda i: blocks[i].link_density > LINKED and _is_line(blocks[i], segments[i]), members)


def _is_line(block: Block, segment: Segment) -> bool:
    is_short = block.kind in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM} and len(WORD.findall(block.text)) <= LINE_WORDS
    return is_short and segment.score < SURE_TEXT and not LINE_END.search(block.text)
