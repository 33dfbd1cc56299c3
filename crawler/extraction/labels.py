"""Blocks -> segments: one label for every block, from rules over phrases, places and the main content.

The main content's vote is the strongest: a block that it kept is article unless the block's own words or its place
say otherwise for certain. Plain text has no such vote; there the lines are split by what their words say and what
surrounds them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.hints import Hint, Hints, gather_hints
from crawler.extraction.text_lines import split_body
from crawler.items import Block, BlockKind, Label, Segment

KEPT_SHARE = 0.5
"""Share of a block's text in the main content from which the block counts as kept (research: half its tokens)."""
LINK_ONLY_DENSITY = 0.9
LINK_ONLY_WORDS = 40
"""A kept paragraph that is only a link is a teaser: +.0012 word F1 on news, -.0001 on guides (measured)."""
LEAD_OVERLAP = 0.6
"""Share of a block's words in the page's description from which it is the standfirst (+.0028 word F1 on news)."""
LEAD_WORDS = 8
SURROUNDED_WORDS = 20
WORDS = re.compile(r"\w+")


def label_blocks(tree: BlockTree, evidence: PageEvidence) -> tuple[Segment, ...]:
    """Return one segment a block, in the same order."""
    hints = gather_hints(tree, evidence)
    is_body = _text_body(tree, hints) if evidence.plain_text else _page_body(tree, evidence, hints)
    segments = []
    for block, hint, body in zip(tree.blocks, hints, is_body, strict=True):
        label, score, reason = _article_label(block, hint) if body else _boilerplate_label(block, hint)
        segments.append(Segment(label, block.text, block.xpath, score, reason))
    return tuple(segments)


def _text_body(tree: BlockTree, hints: Sequence[Hints]) -> list[bool]:
    return split_body([block.text for block in tree.blocks], [hint.strongest for hint in hints])


def _page_body(tree: BlockTree, evidence: PageEvidence, hints: Sequence[Hints]) -> list[bool]:
    kept = [share >= KEPT_SHARE for share in evidence.kept]
    first = next((i for i, k in enumerate(kept) if k), len(kept))
    last = next((i for i in range(len(kept) - 1, -1, -1) if kept[i]), -1)
    return [
        (kept[i] and not _is_chaff(block, hints[i]))
        or hints[i].is_lead
        or (first < i < last and _is_surrounded(tree, block, kept, hints[i]))
        for i, block in enumerate(tree.blocks)
    ]


def _is_chaff(block: Block, hint: Hints) -> bool:
    """Whether a block of the main content is certainly no article text."""
    words = len(WORDS.findall(block.text))
    if hint.is_title or hint.is_caption or hint.is_byline:
        return True
    if block.link_density > LINK_ONLY_DENSITY and words < LINK_ONLY_WORDS and block.kind is not BlockKind.TABLE:
        return True
    return hint.strongest is not None and hint.strongest.certain


def _is_surrounded(tree: BlockTree, block: Block, kept: Sequence[bool], hint: Hints) -> bool:
    """Whether a paragraph that the main content left out stands among kept ones, in the same container."""
    if hint.strongest is not None or block.link_density > 0.3 or block.kind is not BlockKind.PARAGRAPH:
        return False
    if len(WORDS.findall(block.text)) < SURROUNDED_WORDS or block.tag != "p":
        return False
    parent = tree.containers[block.container].parent
    near = range(max(0, block.index - 4), min(len(kept), block.index + 5))
    siblings = sum(
        kept[i] and tree.containers[tree.blocks[i].container].parent == parent for i in near if i != block.index
    )
    return siblings >= 2


def _article_label(block: Block, hint: Hints) -> tuple[Label, float, str]:
    if hint.is_lead:
        return Label.LEAD, 0.8, hint.lead_reason
    if block.kind is BlockKind.HEADING:
        return Label.SUBHEADING, 0.8, f"<{block.tag}> among article paragraphs; {hint.kept_reason}"
    return Label.BODY, 0.9 if hint.strongest is None else 0.6, hint.body_reason


def _boilerplate_label(block: Block, hint: Hints) -> tuple[Label, float, str]:
    if hint.is_title:
        return Label.TITLE, 0.95, hint.title_reason
    if hint.is_caption:
        return Label.CAPTION, 0.85, hint.caption_reason
    if hint.strongest is not None:
        return _from_hint(hint.strongest, hint)
    if hint.is_byline:
        return Label.BYLINE, 0.75, hint.byline_reason
    if hint.place is not None:
        return _from_hint(hint.place, hint)
    if block.link_density > 0.5:
        words = len(WORDS.findall(block.text))
        label = Label.RELATED if words >= 5 else Label.NAVIGATION
        return label, 0.5, f"{round(100 * block.link_density)} % of it is linked; {words} words"
    return Label.OTHER, 0.3, f"outside the main content; {hint.kept_reason}"


def _from_hint(found: Hint, hint: Hints) -> tuple[Label, float, str]:
    return found.label, found.score, f"{found.reason}; {hint.kept_reason}"
