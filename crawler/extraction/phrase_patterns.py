"""A phrase with marks as a regular expression, and what may stand around a phrase."""

from __future__ import annotations

import re
from functools import cache

from crawler.extraction.phrase_text import EDGE_UNSPACED, TOKEN

HEADING_EXTRA_WORDS = 3
"""Words that may follow a heading of two words or more: `More from our archive`."""
GAP_WORDS = 3
GAP_CHARS = 12
"""What `*` stands for at most: words, or characters between scripts without spaces."""


@cache
def pattern_of(phrase: str, heading: bool) -> re.Pattern[str]:
    """Compile a folded phrase, to be matched from its first word character on.

    Compiled one by one when first needed: one alternation of all is forty times slower a block.
    """
    lead = lead_of(phrase)
    words = phrase[len(lead) :].split()
    regex = ""
    gap = False
    for place, word in enumerate(words):
        if word == "*":
            gap = True
            continue
        if place:
            regex += _between(words[place - 1 - gap][-1], word[0], gap)
        gap = False
        regex += r"\w*".join(re.escape(part).replace("/", r"\s*[/|]\s*") for part in word.split("~"))
    after = _heading_end(len(words)) if heading else ""
    return re.compile(f"(?<={re.escape(lead)})(?P<phrase>{regex}){after}")


@cache
def after_heading(several_words: bool) -> re.Pattern[str]:
    return re.compile(_heading_end(2 if several_words else 1))


def ends_word(folded: str, end: int) -> bool:
    """Whether no word goes on at `end`. Not part of the patterns: the class of letters makes each slow to compile."""
    if end == len(folded):
        return True
    last, following = folded[end - 1], folded[end]
    return not (_is_spaced(last) and _is_spaced(following))


def _is_spaced(character: str) -> bool:
    return character.isalnum() and not EDGE_UNSPACED.match(character)


def _between(before: str, after: str, gap: bool) -> str:
    if EDGE_UNSPACED.match(before) or EDGE_UNSPACED.match(after):
        return rf"\s*.{{0,{GAP_CHARS}}}?" if gap else r"\s*"
    return rf"[^\w\s]*\s+(?:\S+\s+){{0,{GAP_WORDS}}}?" if gap else r"\s+"


def _heading_end(words: int) -> str:
    """What may follow a heading: nothing, a number, punctuation that ends it, or a few words after a long one."""
    ends = r"(?=[\W\d_]*$|\s*[:|(•·»>–—\[]"
    return ends + (rf"|(?:\s+\S+){{1,{HEADING_EXTRA_WORDS}}}\s*$)" if words > 1 else ")")


def lead_of(phrase: str) -> str:
    """Return the punctuation that a phrase begins with."""
    first = TOKEN.search(phrase)
    return phrase[: first.start()] if first else phrase
