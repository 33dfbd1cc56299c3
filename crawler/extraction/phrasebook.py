"""Phrases that say what a block is for, found in its text; `phrase_files` tells what a phrase is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat, takewhile, zip_longest
from typing import Final

from crawler.extraction.phrase_files import STRENGTHS, Strength, phrase_languages
from crawler.extraction.phrase_index import Entry, beginning, opening
from crawler.extraction.phrase_patterns import after_heading, ends_word, pattern_of
from crawler.extraction.phrase_text import ASCII_TOKEN, TOKEN, fold
from crawler.items import Label

READ_CHARS = 600
"""Characters of a block that are read. Chosen: two long sentences more than any box heading or notice needs."""
HEADING_CHARS = 80
"""Characters of a block over which it is no heading. Chosen: headings of boxes are shorter, teasers longer."""
CACHED_TEXTS = 8192
"""Texts whose hits are kept: menus and footers repeat on every page of a site. Chosen, not measured."""
GENDER_MARKER = re.compile(
    r"\b([mwfdx])[/|*](?!\1)([mwfdx])[/|*](?!\1|\2)[mwfdxi]\b"
    r"|\((?:mwd|mdw|wmd|wdm|dmw|dwm|mfd|mdf|fmd|fdm|dmf|dfm|([mwfvhk])[/|,](?!\3)[mwfvhk]|gn)\)"
)
"""How vacancies in many languages say that they are for all: (m/w/d), (wmd), m/f/x, (H/F), (m|v). A form, not a
phrase: publishers write it in more orders than a list holds."""
MAYBE_MARKER = "/|*("
"""Without one of these there is no such mark: nine of ten blocks."""
LABEL_ORDER: Final = {label: place for place, label in enumerate(Label)}


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A phrase that stands in a block. `phrase` is the block's own wording, white space as one space."""

    label: Label
    strength: Strength
    phrase: str


def find_phrases(text: str, language: str | None = None) -> tuple[PhraseHit, ...]:
    """Return the phrases in the first 600 characters of `text`, in order of place, label and strength.

    All languages are looked for; `language` (a base subtag such as `de`) narrows it to one and English, and is
    ignored where it has no file. Of phrases of one label and strength that begin at one place the longest counts.
    """
    known = language if language in phrase_languages() else None
    return _find(text[:READ_CHARS], known)


@lru_cache(maxsize=CACHED_TEXTS)
def _find(text: str, language: str | None) -> tuple[PhraseHit, ...]:
    text = " ".join(text.split())
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    folded = fold(text)
    hits: dict[PhraseHit, None] = {}
    marker = GENDER_MARKER.search(folded) if any(map(folded.__contains__, MAYBE_MARKER)) else None
    if marker:
        hits[PhraseHit(Label.JOB_LISTING, "strong", text[marker.start() : marker.end()])] = None
    pattern = ASCII_TOKEN if folded.isascii() else TOKEN
    words = pattern.findall(folded)
    candidates: dict[int, tuple[Entry, ...]] = {}
    for place, (group, following) in enumerate(zip_longest(map(beginning, words, repeat(language)), words[1:])):
        if group is not None and (group.whatever or following in group.by_second):
            candidates[place] = group.before(following)
    for place in _opening_places(words) if len(folded) <= HEADING_CHARS else ():
        group = opening(words[place], language)
        if group is not None:
            openings = group.before(words[place + 1] if place + 1 < len(words) else None)
            candidates[place] = candidates.get(place, ()) + openings
    if candidates:
        starts = [found.start() for found in pattern.finditer(folded)]
        for place, entries in sorted(candidates.items()):
            start = starts[place]
            likely = [e for e in entries if start >= e.lead and folded.startswith(e.start, start - e.lead)]
            hits.update(dict.fromkeys(_longest(likely, text, folded, start)) if likely else {})
    return tuple(hits)


def _opening_places(words: Sequence[str]) -> range:
    """Return the places where a heading can begin: `12 comments` begins with the number and with the word."""
    numbers = sum(1 for _ in takewhile(str.isdecimal, words))
    return range(min(numbers + 1, len(words)))


def _longest(entries: Iterable[Entry], text: str, folded: str, start: int) -> Iterator[PhraseHit]:
    """Yield the hits of the entries whose first letters stand at `start`."""
    ends: dict[tuple[Label, Strength], tuple[int, int]] = {}
    for entry in entries:
        begin = start - entry.lead
        end = _end_of(entry, folded, begin, start)
        if end is not None and ends_word(folded, end):
            kind = (entry.label, entry.strength)
            ends[kind] = max(ends.get(kind, (0, 0)), (end, begin))
    order = sorted(ends, key=lambda kind: (LABEL_ORDER[kind[0]], STRENGTHS.index(kind[1])))
    for label, strength in order:
        end, begin = ends[label, strength]
        yield PhraseHit(label, strength, text[begin:end])


def _end_of(entry: Entry, folded: str, begin: int, start: int) -> int | None:
    """Return where the phrase ends that begins at `begin`, None where it is not there."""
    text, heading = entry.text, entry.strength == "heading"
    if not entry.is_plain:
        match = pattern_of(text, heading).match(folded, start)
        return match.end("phrase") if match else None
    end = begin + len(text)
    if heading and not after_heading(" " in text).match(folded, end):
        return None
    return end
