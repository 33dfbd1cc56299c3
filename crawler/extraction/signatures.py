"""Blocks that say nothing but who wrote the article, or when: what the labeller in doubt held for text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from crawler.extraction.date_lines import without_days
from crawler.extraction.person_names import MAX_NAME_CHARS, is_full, names_in_line, split_names
from crawler.items import Label, Segment

SURE_TEXT = 0.9
"""Score from which the labeller is believed that a name is text. Of what it took for text on 2,134 pages, out of fold,
nine blocks below it say a declared author's name and no more: seven bylines and two signatures; above it are two
headings (measured)."""
BYLINE_REACH = 800
"""Characters of text on a page within which a line "By Names" can be its byline; six of 2,134 pages have one that the
labeller took for text with less than the score above, all bylines (measured)."""
MAX_TIMES = 2
"""Blocks that say the same names: more are the turns of a speaker. Chosen."""
MAX_OTHER_WORDS = 2
"""Words beside the names, but for one between two of them: such as "Written by". Chosen."""
SIGNATURE_SCORE = 0.9

BY = re.compile(
    r"(?i:by|von|par|por|di|door|av|af|text|autorin/autor|author|autor(?:in)?)\b[\s:]*(?=[A-Z\u00c0-\u00de\u0400-\u042f])"
)
_WORD = re.compile(r"[^\W\d_]+")


def with_signatures(segments: Sequence[Segment], authors: Sequence[str]) -> tuple[Segment, ...]:
    """Return the segments; what was in doubt held for text is a byline where it only names the page's authors, or says
    near the start of the text by whom it is.
    """
    known = {name.casefold() for name in authors}
    reasons: list[str | None] = []
    chars, is_head = 0, True
    for place, segment in enumerate(segments):
        is_doubtful = segment.label.in_text and segment.score < SURE_TEXT and len(segment.text) <= MAX_NAME_CHARS
        reasons.append(_signature(segment.text, known, is_early=chars < BYLINE_REACH) if is_doubtful else None)
        if is_doubtful and is_head and reasons[-1] is None:
            following = segments[place + 1].text if place + 1 < len(segments) else ""
            reasons[-1] = _head_line(segment.text, following)
        if reasons[-1]:
            continue
        is_head = is_head and (segment.label is Label.LEAD or not segment.label.in_text)
        chars += len(segment.text) if segment.label.in_text else 0
    times = Counter(segment.text for segment, reason in zip(segments, reasons, strict=True) if reason)
    return tuple(
        replace(segment, label=Label.BYLINE, score=SIGNATURE_SCORE, reason=reason)
        if reason and times[segment.text] <= MAX_TIMES
        else segment
        for segment, reason in zip(segments, reasons, strict=True)
    )


def _signature(text: str, known: Collection[str], *, is_early: bool) -> str | None:
    """Return why a block is a signature, None where it is none."""
    names = split_names(text)
    if known and _says_only(text, names) and all(name.casefold() in known for name in names):
        return "says only who the page names as its author"
    by = BY.match(text) if is_early else None
    if by is not None and _says_only(text[by.end() :], names_in_line(text[by.end() :])):
        return "says at the start by whom the article is"
    return None


def _head_line(text: str, following: str) -> str | None:
    """Return why a line above all text is a byline, None where it is none: it says when, or who before a line of when.

    Of 1,166 labelled pages, out of fold, such lines are no text of any (measured).
    """
    if _says_when(text):
        return "says above the text when the article appeared"
    if _says_when(following[:MAX_NAME_CHARS]) and _says_only(text, names_in_line(text)) and text == text.strip(".!?:"):
        return "says who, above the line that says when"
    return None


def _says_when(text: str) -> bool:
    """Whether a line has a date, and beside it a full name or hardly a word."""
    rest = without_days(text)
    if rest == text:
        return False
    names = [name for name in names_in_line(rest) if is_full(name)]
    return len(_WORD.findall(rest)) <= MAX_OTHER_WORDS + sum(len(_WORD.findall(name)) for name in names)


def _says_only(text: str, names: Sequence[str]) -> bool:
    """Whether a line says full names and hardly a word more."""
    count = sum(len(_WORD.findall(name)) for name in names)
    return (
        bool(names)
        and all(map(is_full, names))
        and len(_WORD.findall(text)) <= count + MAX_OTHER_WORDS + len(names) - 1
    )
