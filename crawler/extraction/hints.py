"""What the words of a block, of its list and of its box's heading say about its label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice, takewhile

from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.phrase_text import TOKEN, fold
from crawler.extraction.phrasebook import PhraseHit, find_phrases
from crawler.items import Block, BlockKind, Label, Segment

WORD = re.compile(r"\w+")
SHORT_WORDS = 12
"""Words up to which a block can be the heading of a box."""
HEADING_WORDS = 4
"""Words of a line of plain text up to which it can be the heading of those below it."""
LIST_VOTES = 2
"""Entries of a list with a weak phrase for a label from which all of it is taken for that."""
MARKER_WORDS = 3
"""Words of a block that only marks what stands below it: “Anzeige”, “Advertisement”, “Publicité”."""
PROSE_WORDS = 25
MOST_LINKED = 0.3
"""Words from which an unlinked block under a marker is a paragraph that goes on, not the advertisement: an article
between two markers was taken for one. Chosen."""
BOX_BLOCKS = 3
"""Blocks under a marker that its box may hold to be small. Chosen, not measured."""
SENTENCE_ENDS = (".", "!", "?", "…")
PHRASE_WORDS = 60
"""Words up to which a strong phrase decides; in longer paragraphs it may be what the article tells of."""
SPECIFIC = (
    Label.JOB_LISTING, Label.COMMENT_POLICY, Label.SUBSCRIPTION, Label.ADVERTISEMENT, Label.AUTHOR_BIO, Label.SHARING,
    Label.LEGAL, Label.COMMENT, Label.CAPTION, Label.BYLINE, Label.RELATED, Label.NAVIGATION, Label.OTHER,
    Label.TITLE, Label.LEAD, Label.SUBHEADING, Label.BODY,
)  # fmt: skip
"""Of two labels with equal evidence the earlier counts: words of the later ones stand in every kind of box."""
STRENGTH_SCORE = {"heading": 0.85, "strong": 0.85, "weak": 0.4}


@dataclass(frozen=True, slots=True)
class Hint:
    """Evidence for one label; `certain` evidence overrules the model."""

    label: Label
    score: float
    reason: str
    certain: bool = False

    def on(self, segment: Segment) -> Segment:
        """Return the segment with what this says of it."""
        return replace(segment, label=self.label, score=round(self.score, 3), reason=self.reason)


@dataclass(frozen=True, slots=True)
class Hints:
    """The evidence of one block. `weak` are the labels that single weak phrases speak for."""

    strongest: Hint | None = None
    weak: frozenset[Label] = frozenset()
    is_boxed: bool = False
    """The evidence is that of the list or heading it stands under, not its own."""
    is_whole: bool = False
    """The block says one phrase and no more: `Newsletter`, `Jobs`."""


NO_HINTS = Hints()


def gather_hints(tree: BlockTree, evidence: PageEvidence) -> tuple[Hints, ...]:
    """Return the evidence for each block; in plain text and in lists that of the neighbours is passed on."""
    own = [_own_hints(block) for block in tree.blocks]
    grouped = _from_groups(tree, own, headings=evidence.plain_text)
    return tuple(grouped if evidence.plain_text else _from_markers(tree, grouped))


def _own_hints(block: Block) -> Hints:
    hits = find_phrases(block.text)
    if not hits:  # nine of ten
        return NO_HINTS
    is_whole = any(len(hit.phrase) == len(block.text) for hit in hits)
    return Hints(_phrase_hint(hits, WORD.findall(block.text)), frozenset(hit.label for hit in hits), is_whole=is_whole)


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
    return Hint(label, min(0.95, weight / 100), _reason(named), certain)


def _reason(hits: Sequence[PhraseHit]) -> str:
    phrases = list(dict.fromkeys(h.phrase for h in hits))
    return "says " + " and ".join(f"“{p}”" for p in phrases[:2])


def _from_groups(tree: BlockTree, own: Sequence[Hints], *, headings: bool) -> list[Hints]:
    """Silent entries take the label of their list, silent lines that of the heading line above them."""
    blocks, result = tree.blocks, list(own)
    start = 0
    for _, group in groupby(_group(tree, block) for block in blocks):
        end = start + sum(1 for _ in group)
        if blocks[start].kind is BlockKind.LIST_ITEM:
            _fill_list(result, start, end)
        elif headings:
            _fill_after_heading(result, blocks, start, end)
        start = end
    return result


def _from_markers(tree: BlockTree, own: Sequence[Hints]) -> list[Hints]:
    """What stands in the small box of an advertisement marker is the advertisement."""
    result = list(own)
    for block in tree.blocks:
        said = own[block.index].strongest
        if said is None or not said.certain or said.label is not Label.ADVERTISEMENT:
            continue
        if len(WORD.findall(block.text)) > MARKER_WORDS:
            continue
        box = _box_of_marker(tree, block)
        for follower in tree.blocks[block.index + 1 : block.index + 1 + BOX_BLOCKS]:
            if box is None or not _is_within(tree, follower, box) or _is_paragraph(follower):
                break
            found = Hint(Label.ADVERTISEMENT, 0.8, f"stands under the marker “{block.text}”", certain=True)
            result[follower.index] = replace(result[follower.index], strongest=found)
    return result


def _is_paragraph(block: Block) -> bool:
    return block.link_density < MOST_LINKED and len(TOKEN.findall(fold(block.text))) >= PROSE_WORDS


def _box_of_marker(tree: BlockTree, marker: Block) -> int | None:
    """Return the smallest container that holds the marker and a few blocks more, None where that is a large one.

    A box begins with its marker. One that has text above it is the article's own: the advertisement comes by script.
    """
    for container in islice(tree.enclosing(marker), 3):
        above = tree.blocks[marker.index - 1 : marker.index] if marker.index else ()
        if any(_is_within(tree, block, container.index) for block in above):
            return None
        behind = range(marker.index + 1, len(tree.blocks))
        within = (_is_within(tree, tree.blocks[i], container.index) for i in behind)
        followers = len(list(islice(takewhile(bool, within), BOX_BLOCKS + 1)))
        if followers:
            return container.index if followers <= BOX_BLOCKS else None
    return None


def _is_within(tree: BlockTree, block: Block, container: int) -> bool:
    return any(c.index == container for c in tree.enclosing(block))


def _group(tree: BlockTree, block: Block) -> tuple[bool, int | None]:
    """Lists of a page are told apart by their element, lines of text by whether they are entries at all."""
    if block.kind is not BlockKind.LIST_ITEM:
        return False, None
    return True, next((c.index for c in tree.enclosing(block) if c.tag in {"ul", "ol", "dl"}), None)


def _fill_list(result: list[Hints], start: int, end: int) -> None:
    """Entries that say nothing take the label that the others of their list speak for, if it is one label."""
    certain = {hint.strongest.label for hint in result[start:end] if hint.strongest}
    votes = Counter(label for hint in result[start:end] for label in hint.weak)
    label = next(iter(certain)) if len(certain) == 1 else None
    if not certain and votes:
        best, number = max(votes.items(), key=lambda pair: (pair[1], -SPECIFIC.index(pair[0])))
        label = best if number >= LIST_VOTES else None
    if label is None:
        return
    for i in range(start, end):
        if result[i].strongest is None:
            reason = f"in a list where {votes[label]} of {end - start} entries speak for {label}"
            result[i] = replace(result[i], strongest=Hint(label, 0.6, reason), is_boxed=True)


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
            result[i] = replace(result[i], strongest=found, is_boxed=True)
        else:
            heading = None
