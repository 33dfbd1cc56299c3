"""Vacancies among what is no text: what says so in its own words, and the entries of a box that is headed as vacancies:
a post and a place, which alone may be a teaser or an advertisement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crawler.extraction.blocks import BlockTree
from crawler.extraction.boxes import SAID_SHARE, spans
from crawler.extraction.hints import Hints
from crawler.extraction.phrasebook import find_phrases
from crawler.items import Block, BlockKind, Label, Segment

MOST_ENTRIES = 30
"""Blocks of such a box at most. Chosen."""
HEADING_CHARS = 60
LIKELY = frozenset({Label.OTHER, Label.ADVERTISEMENT, Label.RELATED})
DOUBTED = 0.6
"""Score below which even what is called a menu is an entry; menus name vacancies too. Chosen."""
VACANCY_CHARS = 200
"""Characters of a vacancy at most, or of its row. Chosen."""
SURE_MENU = 0.8
"""Score from which a menu stays one: “Send your CV” is an item of those of employers. Out of fold, of 1,166 labelled
pages, 16 of the blocks changed by their own words are vacancies and 7 are what the model said; of menus above this
score 2 and 11 (measured)."""
ENTRY_SCORE = 0.6
"""Of 46 pages written by hand, with more headings known, 16 entries more are right; of 1,166 labelled ones 3 blocks
differ, advertisements and one of them called a menu before (measured): they have too few vacancies to say."""


def with_vacancies(tree: BlockTree, segments: Sequence[Segment], hints: Sequence[Hints]) -> Sequence[Segment]:
    """Return the segments; what is no text is a vacancy where its own words or the heading of its box say so."""
    named = [block for block in tree.blocks if _names_vacancies(hints[block.index])]
    if not named:
        return segments
    start, end = spans(tree)
    sifted = list(segments)
    for heading in named:
        said = hints[heading.index]
        if _says_vacancy(heading) and not _is_sure_menu(sifted[heading.index]):
            sifted[heading.index] = _vacancy(sifted[heading.index], said)
        if not _is_heading(heading):
            continue
        for i in _entries(tree, heading, hints, start, end):
            is_likely = sifted[i].label in LIKELY or (sifted[i].label is Label.NAVIGATION and sifted[i].score < DOUBTED)
            if is_likely:
                reason = f"below the heading “{heading.text}”"
                sifted[i] = replace(sifted[i], label=Label.JOB_LISTING, score=ENTRY_SCORE, reason=reason)
    return sifted


def _names_vacancies(said: Hints) -> bool:
    hint = said.strongest
    return hint is not None and hint.certain and hint.label is Label.JOB_LISTING and not said.is_boxed


def _says_vacancy(block: Block) -> bool:
    if len(block.text) > VACANCY_CHARS:
        return False
    found = {(hit.label, hit.strength) for hit in find_phrases(block.text) if hit.strength != "weak"}
    return {label for label, _ in found} == {Label.JOB_LISTING} and (Label.JOB_LISTING, "strong") in found


def _is_sure_menu(segment: Segment) -> bool:
    return segment.label is Label.NAVIGATION and segment.score >= SURE_MENU


def _vacancy(segment: Segment, said: Hints) -> Segment:
    if segment.label.in_text or segment.label is Label.JOB_LISTING or said.strongest is None:
        return segment
    return said.strongest.on(segment)


def _is_heading(block: Block) -> bool:
    chars = len(block.text)
    if chars > HEADING_CHARS or block.linked_chars > chars / 2:
        return False
    return any(h.strength == "heading" and len(h.phrase) >= SAID_SHARE * chars for h in find_phrases(block.text))


def _entries(
    tree: BlockTree, heading: Block, hints: Sequence[Hints], start: Sequence[int], end: Sequence[int]
) -> Iterator[int]:
    """Yield the blocks below a heading in the largest small box that begins with it, up to what is said to be else."""
    box = None
    for container in tree.enclosing(heading):
        if start[container.index] != heading.index or end[container.index] - start[container.index] > MOST_ENTRIES:
            break
        box = container.index
    for i in range(heading.index + 1, heading.index if box is None else end[box]):
        said = hints[i].strongest
        is_else = said is not None and said.certain and said.label is not Label.JOB_LISTING
        if is_else or (tree.blocks[i].kind is BlockKind.HEADING and not tree.blocks[i].hrefs):
            return
        yield i
