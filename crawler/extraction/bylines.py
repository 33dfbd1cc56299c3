"""Bylines and what the page declares: author and date out of blocks labelled byline where it declares none, and blocks
that say nothing but who wrote it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.extraction.date_formats import in_zone
from crawler.extraction.date_lines import LineDate, date_in_line
from crawler.extraction.metadata import Metadata
from crawler.extraction.person_names import MAX_NAME_CHARS, is_agency, names_in_line, signed_names, split_names
from crawler.items import Label, Segment

MIN_DATE_SHARE = 0.24
"""Share of a line that its date must fill: less is a caption or a sentence. Chosen with the pages below in view."""
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

_BY = re.compile(
    r"(?i:by|von|par|por|di|door|av|af|text|autorin/autor|author|autor(?:in)?)\b[\s:]*(?=[A-Z\u00c0-\u00de\u0400-\u042f])"
)
_CHANGED = re.compile(
    r"updated|modified|revised|aktualisier|stand:|geändert|mis à jour|modifié|actualizad|atualizad|aggiornat"
    r"|bijgewerkt|oppdatert|opdateret|uppdaterad|zaktualiz|güncelle|обновлено|оновлено",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"updated?|published|posted|modified|reviewed|edited|editor|labels|tags|prep|time|last|source|quelle|foto|photo"
    r"|read|min|published|veröffentlicht|erschienen|redaktion|top|newsletter|fact",
    re.IGNORECASE,
)
_NO_LETTER = re.compile(r"[^\w\s.'’-]")
_WORD = re.compile(r"[^\W\d_]+")
DAY_FIRST_ENGLISH = frozenset({"en-GB", "en-AU", "en-IE", "en-NZ", "en-ZA", "en-IN"})


def with_bylines(
    metadata: Metadata, segments: Sequence[Segment], now: datetime, zone: ZoneInfo | None = None
) -> Metadata:
    """Return the metadata with authors and dates of the byline blocks where the page's own are missing or weak."""
    lines = [segment.text for segment in segments if segment.label is Label.BYLINE]
    origins = dict(metadata.origins)
    found = metadata
    names = () if metadata.names_people else _first_names(lines, now)
    if metadata.authors and not _may_replace(names, metadata.authors, lines):
        names = ()
    if names:
        origins["authors"] = "html"
        found = replace(found, authors=names)
    published = _better_date(metadata, lines, now)
    if published:
        origins["date_published"] = "html"
        found = replace(
            found,
            date_published=in_zone(published.value, published.precision, zone),
            date_published_raw=published.raw,
            date_published_precision=published.precision,
        )
    changed = None if metadata.date_modified else next(_dates(_said_of_change(lines), metadata, now), None)
    if changed:
        origins["date_modified"] = "html"
        found = replace(
            found,
            date_modified=in_zone(changed.value, changed.precision, zone),
            date_modified_raw=changed.raw,
            date_modified_precision=changed.precision,
        )
    return replace(found, origins=origins)


def with_signatures(segments: Sequence[Segment], authors: Sequence[str]) -> tuple[Segment, ...]:
    """Return the segments; what was in doubt held for text is a byline where it only names the page's authors, or says
    near the start of the text by whom it is.
    """
    known = {name.casefold() for name in authors}
    reasons: list[str | None] = []
    chars = 0
    for segment in segments:
        is_doubtful = segment.label.in_text and segment.score < SURE_TEXT and len(segment.text) <= MAX_NAME_CHARS
        reasons.append(_signature(segment.text, known, is_early=chars < BYLINE_REACH) if is_doubtful else None)
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
    by = _BY.match(text) if is_early else None
    if by is not None and _says_only(text[by.end() :], names_in_line(text[by.end() :])):
        return "says at the start by whom the article is"
    return None


def _says_only(text: str, names: Sequence[str]) -> bool:
    """Whether a line says full names and hardly a word more."""
    count = sum(len(_WORD.findall(name)) for name in names)
    return (
        bool(names)
        and all(map(_is_full, names))
        and len(_WORD.findall(text)) <= count + MAX_OTHER_WORDS + len(names) - 1
    )


def _is_full(name: str) -> bool:
    """Whether it is more than one word, or in a script that has none between names."""
    return " " in name or not name.isascii()


def _said_of_change(lines: Iterable[str]) -> Iterator[str]:
    """Yield what lines say from the word for a change on, then whole: a date before it is of the publication."""
    for line in lines:
        found = _CHANGED.search(line)
        if found is not None:
            yield line[found.start() :]
            yield line


def _first_names(lines: Iterable[str], now: datetime) -> tuple[str, ...]:
    for line in lines:
        part = _without_date(line, now)
        signed = signed_names(part)
        if signed:
            return tuple(signed)
        names = names_in_line(_BY.sub("", part, count=1) if _BY.match(part) else part)
        people = [name for name in names if _is_person(name)]
        if people:
            return tuple(people)
    return ()


def _may_replace(names: Sequence[str], own: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether names may stand for the site's own: not where a byline has that too, nor for words in capitals."""
    is_signed = any(name.casefold() in line.casefold() for name in own for line in lines)
    return not is_signed and not any(name.isupper() for name in names)


def _without_date(line: str, now: datetime) -> str:
    """Return the line with its date cut out, so that a month is not taken for a surname."""
    found = date_in_line(line, now)
    return line.replace(found.raw, " | ") if found else line


def _is_person(name: str) -> bool:
    return is_agency(name) or (
        " " in name
        and not _NO_LETTER.search(name)
        and not any(_NO_NAME.fullmatch(word) for word in _WORD.findall(name))
    )


def _better_date(metadata: Metadata, lines: Sequence[str], now: datetime) -> LineDate | None:
    """A byline's date where there is none, and with a time of day instead of the bare day of the address.

    It is asked before htmldate guesses: of 137 pages it was right on 17 where the guess was wrong, and wrong on none
    where the guess was right (measured).
    """
    origin = metadata.origins.get("date_published")
    found = next(_dates((line for line in lines if not _CHANGED.match(line)), metadata, now), None)
    if found is None or origin is None:
        return found
    same_day = found.precision != "day" and found.value[:10] == metadata.date_published
    return found if origin == "url" and same_day else None


def _dates(lines: Iterable[str], metadata: Metadata, now: datetime) -> Iterator[LineDate]:
    language = metadata.language_declared or "en"
    month_first = None if language.startswith("en") and language not in DAY_FIRST_ENGLISH else False
    for line in lines:
        found = date_in_line(line, now, month_first=month_first)
        if found and len(found.raw) >= MIN_DATE_SHARE * len(line):
            yield found
