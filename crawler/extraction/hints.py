"""What the words, the place and the box of a block say about its label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.phrasebook import PhraseHit, find_phrases
from crawler.extraction.places import label_of_place
from crawler.items import Block, BlockKind, Container, Label

WORD = re.compile(r"\w+")
SHORT_WORDS = 12
"""Words up to which a block can be the heading of a box."""
HEADING_WORDS = 4
"""Words of a line of plain text up to which it can be the heading of those below it."""
LIST_VOTES = 2
"""Entries of a list with a weak phrase for a label from which all of it is taken for that."""
SENTENCE_ENDS = (".", "!", "?", "…")
PHRASE_WORDS = 60
"""Words up to which a strong phrase decides; in longer paragraphs it may be what the article tells of."""
BOX_BLOCKS = 60
"""Blocks of a container up to which its first line can be the heading of all of them. Chosen, not measured."""
LEAD_OVERLAP = 0.6
"""Share of a block's words in the page's description from which it is the standfirst (+.0028 word F1 on news)."""
LEAD_WORDS = 8
SPECIFIC = (
    Label.JOB_LISTING, Label.COMMENT_POLICY, Label.SUBSCRIPTION, Label.ADVERTISEMENT, Label.AUTHOR_BIO, Label.SHARING,
    Label.LEGAL, Label.COMMENT, Label.CAPTION, Label.BYLINE, Label.RELATED, Label.NAVIGATION, Label.OTHER,
    Label.TITLE, Label.LEAD, Label.SUBHEADING, Label.BODY,
)  # fmt: skip
"""Of two labels with equal evidence the earlier counts: words of the later ones stand in every kind of box."""
STRENGTH_SCORE = {"heading": 0.85, "strong": 0.85, "weak": 0.4}


@dataclass(frozen=True, slots=True)
class Hint:
    """One piece of evidence for one label; `certain` evidence overrules the main content."""

    label: Label
    score: float
    reason: str
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Hints:
    """All evidence of one block."""

    strongest: Hint | None = None
    place: Hint | None = None
    is_title: bool = False
    is_lead: bool = False
    is_caption: bool = False
    is_byline: bool = False
    kept: float = 0.0
    weak: frozenset[Label] = frozenset()
    """Labels that single weak phrases speak for."""

    @property
    def kept_reason(self) -> str:
        share = round(100 * self.kept)
        return f"{share} % of it in the main content"

    @property
    def body_reason(self) -> str:
        return self.kept_reason if self.strongest is None else f"{self.kept_reason}, though {self.strongest.reason}"

    @property
    def title_reason(self) -> str:
        return "its words are those of the page's title"

    @property
    def lead_reason(self) -> str:
        return "its words are those of the page's description"

    @property
    def caption_reason(self) -> str:
        return self.place.reason if self.place else "stands in a figure caption"

    @property
    def byline_reason(self) -> str:
        return self.place.reason if self.place else "begins as a byline does"


def gather_hints(tree: BlockTree, evidence: PageEvidence) -> tuple[Hints, ...]:
    """Return the evidence for each block, the box headings' passed on to the blocks of their box."""
    titles = {_key(t) for t in evidence.titles if t}
    description = frozenset(WORD.findall((evidence.description or "").casefold()))
    own = [_own_hints(tree, block, titles, description, evidence) for block in tree.blocks]
    if evidence.plain_text:
        return tuple(_from_line_groups(tree.blocks, own))
    return tuple(_from_boxes(tree, own))


def _own_hints(
    tree: BlockTree, block: Block, titles: set[str], description: frozenset[str], evidence: PageEvidence
) -> Hints:
    kept = evidence.kept[block.index] if evidence.kept else 0.0
    words = WORD.findall(block.text.casefold())
    place = None if evidence.plain_text else label_of_place(tuple(tree.enclosing(block)))
    place_hint = Hint(place.label, 0.7, place.reason) if place else None
    is_title = _key(block.text) in titles and (block.kind is BlockKind.HEADING or block.index == 0)
    is_lead = (
        not is_title and len(words) >= LEAD_WORDS and block.link_density < 0.3 and bool(description)
        and sum(w in description for w in words) >= LEAD_OVERLAP * len(words)
        and block.kind in {BlockKind.PARAGRAPH, BlockKind.HEADING} and len(words) <= 3 * len(description)
    )  # fmt: skip
    hits = find_phrases(block.text)
    return Hints(
        strongest=_phrase_hint(hits, words),
        weak=frozenset(hit.label for hit in hits),
        place=place_hint,
        is_title=is_title,
        is_lead=is_lead and not evidence.plain_text,
        is_caption=block.kind is BlockKind.CAPTION or (place is not None and place.label is Label.CAPTION),
        is_byline=place is not None and place.label is Label.BYLINE and len(words) <= 3 * SHORT_WORDS,
        kept=kept,
    )


def _phrase_hint(found: Sequence[PhraseHit], words: Sequence[str]) -> Hint | None:
    if len(words) > PHRASE_WORDS:
        return None
    hits = [h for h in found if h.strength != "heading" or len(words) <= SHORT_WORDS]
    if not hits:
        return None
    weights: Counter[Label] = Counter()
    for hit in hits:
        weights[hit.label] += round(100 * STRENGTH_SCORE[hit.strength])
    label, weight = max(weights.items(), key=lambda pair: (pair[1], -SPECIFIC.index(pair[0])))
    named = [h for h in hits if h.label is label]
    certain = any(h.strength != "weak" for h in named)
    if not certain and len(named) < 2 and len(words) > SHORT_WORDS:
        return None
    return Hint(label, min(0.95, weight / 100), _named(named), certain)


def _named(hits: Sequence[PhraseHit]) -> str:
    phrases = list(dict.fromkeys(h.phrase for h in hits))
    return "says " + " and ".join(f"“{p}”" for p in phrases[:2])


def _from_boxes(tree: BlockTree, own: Sequence[Hints]) -> list[Hints]:
    """Pass the label of a box's heading on to the blocks of the box that say nothing themselves."""
    sizes: Counter[int] = Counter()
    first: dict[int, int] = {}
    for block in tree.blocks:
        for container in tree.enclosing(block):
            sizes[container.index] += 1
            first.setdefault(container.index, block.index)
    return [
        hint if hint.strongest else _with_box(hint, tree, block, own, (sizes, first))
        for block, hint in zip(tree.blocks, own, strict=True)
    ]


def _with_box(
    hint: Hints,
    tree: BlockTree,
    block: Block,
    own: Sequence[Hints],
    boxes: tuple[Counter[int], dict[int, int]],
) -> Hints:
    sizes, first = boxes
    for container in tree.enclosing(block):
        if sizes[container.index] > BOX_BLOCKS or _is_article_wide(container):
            return hint
        head = first[container.index]
        heading = own[head].strongest
        if head != block.index and heading and heading.certain and not own[head].is_title:
            text = tree.blocks[head].text
            if len(WORD.findall(text)) <= SHORT_WORDS:
                found = Hint(heading.label, 0.7, f"in a box headed “{text[:60]}”", hint.kept < 0.5)
                return replace(hint, strongest=found)
    return hint


def _is_article_wide(container: Container) -> bool:
    return container.tag in {"article", "main", "body"}


def _from_line_groups(blocks: Sequence[Block], own: Sequence[Hints]) -> list[Hints]:
    """Plain text: silent lines take the label of the list they stand in, or of the heading line before them."""
    result = list(own)
    start = 0
    while start < len(blocks):
        end = start + 1
        while end < len(blocks) and blocks[end].kind is blocks[start].kind:
            end += 1
        if blocks[start].kind is BlockKind.LIST_ITEM:
            _fill_list(result, start, end)
        else:
            _fill_after_heading(result, blocks, start, end)
        start = end
    return result


def _fill_list(result: list[Hints], start: int, end: int) -> None:
    """Entries that say nothing take the label that the others of their list speak for, if it is one label."""
    certain = {hint.strongest.label for hint in result[start:end] if hint.strongest}
    votes = Counter(label for hint in result[start:end] for label in (hint.weak or ()))
    label = next(iter(certain)) if len(certain) == 1 else None
    if not certain and votes:
        best, number = max(votes.items(), key=lambda pair: (pair[1], -SPECIFIC.index(pair[0])))
        label = best if number >= LIST_VOTES else None
    if label is None:
        return
    for i in range(start, end):
        if result[i].strongest is None:
            reason = f"in a list where {votes[label]} of {end - start} entries speak for {label}"
            result[i] = replace(result[i], strongest=Hint(label, 0.6, reason))


def _fill_after_heading(result: list[Hints], blocks: Sequence[Block], start: int, end: int) -> None:
    """Lines that are no sentences take the label of the short heading above them, while nothing else is said."""
    heading: tuple[str, Label] | None = None
    for i in range(start, end):
        hint, text = result[i].strongest, blocks[i].text
        if hint is not None:
            if hint.certain and len(WORD.findall(text)) <= HEADING_WORDS:
                heading = (text, hint.label)
            elif heading is not None and heading[1] is not hint.label:
                heading = None
        elif heading is not None and not text.endswith(SENTENCE_ENDS):
            found = Hint(heading[1], 0.6, f"follows the heading “{heading[0][:60]}”")
            result[i] = replace(result[i], strongest=found)
        else:
            heading = None


def _key(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))
