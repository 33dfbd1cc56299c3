"""Where an article ends in vacancies, what stands below them is chaff: shops, books, rules for comments.

No page of 2,136 labelled ones has such a tail that the model leaves in the text; text as extractors deliver it, made
into HTML again, has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from crawler.extraction.hints import SPECIFIC, Hints
from crawler.extraction.text_shape import BULLETS
from crawler.items import Block, BlockKind, Label, Segment

PROMOTION = frozenset({Label.ADVERTISEMENT, Label.JOB_LISTING, Label.COMMENT_POLICY, Label.SUBSCRIPTION})
"""Labels that make a tail one of chaff."""
CHAFF = PROMOTION | {Label.RELATED, Label.SHARING}
"""Labels of which no word stands in prose that a tail keeps."""
MIN_VACANCIES = 3
"""Vacancies that make a box of them. Chosen."""
MIN_SPEAKING = 2
"""Entries of the list above a box of vacancies that must speak of promotion. Chosen."""
PROSE_WORDS, MIN_PROSE, LONG_WORDS = 7, 2, 40
"""Words of a sentence that is no chaff without a word that says so; how many such show that the article goes on below
its vacancies; words from which one does. Chosen."""
LINKED_PROSE = 0.5
"""Link density from which a sentence leads elsewhere. Chosen."""
WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»«)\]]*$")


def without_tail(blocks: Sequence[Block], segments: Sequence[Segment], hints: Sequence[Hints]) -> tuple[Segment, ...]:
    """Return the segments; what is text in the tail has a label of chaff."""
    sifted = list(segments)
    for i in reversed(_tail(blocks, sifted, hints)):
        sifted[i] = _tail_segment(blocks, sifted, hints, i)
    return tuple(sifted)


def _tail(blocks: Sequence[Block], segments: Sequence[Segment], hints: Sequence[Hints]) -> list[int]:
    """Return the blocks of text in the article's tail of chaff, none where it has no such tail.

    Vacancies end an article: below a box of them only prose without a word of chaff can still be text. A long
    paragraph of it, or two without a word of promotion, show that the article goes on. A list right above the box that
    speaks of promotion belongs to the tail.
    """
    vacancies = [i for i, s in enumerate(segments) if s.label is Label.JOB_LISTING]
    text = [i for i, s in enumerate(segments) if s.label.in_text]
    if len(vacancies) < MIN_VACANCIES or not text or not text[0] < vacancies[0] < text[-1]:
        return []
    start = vacancies[0]
    told = [i for i in text if i > start and _is_prose(blocks[i]) and not hints[i].weak & PROMOTION]
    prose = [i for i in told if not hints[i].weak & CHAFF and hints[i].strongest is None]
    if len(told) >= MIN_PROSE or any(len(WORD.findall(blocks[i].text)) >= LONG_WORDS for i in prose):
        return []
    above = start
    while above and _is_entry(blocks[above - 1]):
        above -= 1
    speaking = sum(bool(hints[i].weak & PROMOTION) for i in range(above, start))
    begin = above if speaking >= MIN_SPEAKING else start
    return [i for i in text if i >= begin and i not in prose]


def _is_prose(block: Block) -> bool:
    """Whether it is a sentence or more, unlinked."""
    is_sentence = block.kind in {BlockKind.PARAGRAPH, BlockKind.QUOTE} and bool(SENTENCE_END.search(block.text))
    return is_sentence and block.link_density < LINKED_PROSE and len(WORD.findall(block.text)) >= PROSE_WORDS


def _is_entry(block: Block) -> bool:
    return block.kind is BlockKind.LIST_ITEM or block.text.startswith(BULLETS)


def _tail_segment(blocks: Sequence[Block], segments: Sequence[Segment], hints: Sequence[Hints], i: int) -> Segment:
    """Label a block of the tail, whose followers have their labels: by its words, its form or what follows it."""
    said, weak = hints[i].strongest, hints[i].weak & PROMOTION
    if said is not None:
        return said.on(segments[i])
    if weak:
        label = min(weak, key=SPECIFIC.index)
    elif blocks[i].kind is BlockKind.LIST_ITEM:
        label = Label.ADVERTISEMENT  # shops, books, appeals: what publishers list below their vacancies
    else:
        label = segments[i + 1].label if i + 1 < len(segments) and not segments[i + 1].label.in_text else Label.OTHER
    return replace(segments[i], label=label, score=0.5, reason="in the chaff below the article's vacancies")
