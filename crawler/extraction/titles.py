"""The headline: what JSON-LD, Open Graph, `<h1>` and `<title>` say, and where they agree.

Each errs in its own way: `og:title` has the site's name or a line for social media, `<h1>` the site's name or
a kicker, JSON-LD an older headline. The visible headline counts; the others tell which `<h1>` it is and how
it reads without the kicker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.clean_text import cap, clean_line
from crawler.extraction.declarations import Declarations, plain_text, words
from crawler.extraction.site_names import SiteNames
from crawler.extraction.text_shape import UNSPACED

MAX_TITLE_CHARS = 500
MAX_HEADINGS = 20
MAX_HEADING_CHARS = 300
"""A longer `<h1>` is a paragraph in disguise. Chosen, not measured."""

MIN_OVERLAP = 0.5
"""Share of the words of a heading or of a declared title, whichever has fewer, that the other must have too,
for the heading to be the headline. Chosen, not measured."""

MIN_SHARED = 0.8
"""Share of the words of a heading and of a title that both have, from which they are one headline spelt in two ways."""

MIN_UNSPACED_CHARS = 6
"""Characters of a headline in a script without spaces. Chosen: the names of sections have two to four."""
MIN_HEADLINE_WORDS = 4
"""Words that a declared title must have to be taken as a heading without its kicker."""

_SET_APART = frozenset({"span", "div", "p", "br", "small", "a"})
"""Elements that are set apart from their neighbours by style where the source has no space."""
_GAP = "\x00"
_GAPS = re.compile(rf"(?<=\w){_GAP}+(?=\w)")
"""Gaps between two words; beside punctuation the source's own spacing is right."""


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    origin: str


def find_title(declarations: Declarations, site_name: str | None) -> Title | None:
    site, declared = _site_and_declared(declarations, site_name)
    headings = [text for text in _headings(declarations.tree) if not site.matches(text)]
    found = (
        _agreed(headings, declared)
        or _without_kicker(headings, declared)
        or _with_kicker(headings, declared)
        or _declared_alike(headings, declared)
        or _at_the_beginning(headings, declared)
        or _most_alike(headings, declared)
        or next(iter(declared), None)
        or next((Title(text, "html") for text in headings), None)
        or _title_of_link(declarations)
    )
    return Title(cap(found.text, MAX_TITLE_CHARS), found.origin) if found else None


def declared_headlines(declarations: Declarations, site_name: str | None) -> tuple[str, ...]:
    """Return what the page declares as its title, the site's name cut off, the surest first."""
    _, declared = _site_and_declared(declarations, site_name)
    return tuple(dict.fromkeys(cap(title.text, MAX_TITLE_CHARS) for title in declared))


def _site_and_declared(declarations: Declarations, site_name: str | None) -> tuple[SiteNames, list[Title]]:
    declared = _declared(declarations)
    if site_name and any(_same(site_name, title.text) for title in declared):
        site_name = None  # og:site_name filled with the title
    site = SiteNames.of(site_name, declarations.url)
    stripped = [Title(site.strip(title.text), title.origin) for title in declared]
    return site, [title for title in stripped if title.text and not site.matches(title.text)]


def _headings(tree: HtmlElement) -> list[str]:
    found = []
    for count, heading in enumerate(tree.iter("h1")):
        if count == MAX_HEADINGS:
            break
        text = _spaced_text(heading)
        if words(text) and len(text) <= MAX_HEADING_CHARS:
            found.append(text)
    return found


def _spaced_text(element: HtmlElement) -> str:
    pieces: list[str] = []
    for event, part in etree.iterwalk(element, events=("start", "end")):
        gap = _GAP if part.tag in _SET_APART else ""
        pieces += [gap, part.text or ""] if event == "start" else [gap, part.tail or ""]
    if element.tail:
        pieces.pop()
    return clean_line(_GAPS.sub(" ", "".join(pieces)).replace(_GAP, ""))


def _declared(declarations: Declarations) -> list[Title]:
    """Give the titles that the page declares, the surest first."""
    titles = [
        Title(plain_text(declarations.article.get("headline")), "json_ld"),
        Title(declarations.meta.first("og:title") or "", "meta"),
        Title(declarations.meta.first("twitter:title", "dc.title", "dcterms.title") or "", "meta"),
    ]
    titles = [title for title in titles if title.text]
    page_title = next((plain_text(tag.text_content()) for tag in declarations.tree.iter("title")), "")
    return [*titles, Title(page_title, "html")] if page_title else titles


def _agreed(headings: Sequence[str], declared: Sequence[Title]) -> Title | None:
    """A heading that equals a declared title."""
    for title in declared:
        for heading in headings:
            if _same(heading, title.text):
                return _shorter_by_a_kicker(heading, title, declared)
    return None


def _shorter_by_a_kicker(heading: str, title: Title, declared: Sequence[Title]) -> Title:
    """Where Open Graph has the heading without its first words, those words are the kicker."""
    for other in declared:
        if other.origin == "meta" and len(words(other.text)) >= MIN_HEADLINE_WORDS and _ends_with(heading, other.text):
            return other
    # The heading has the better punctuation, but words run together where only style sets its parts apart.
    return Title(heading, title.origin) if words(heading) == words(title.text) else title


def _without_kicker(headings: Sequence[str], declared: Sequence[Title]) -> Title | None:
    for title in declared:
        if len(words(title.text)) >= MIN_HEADLINE_WORDS and any(_ends_with(h, title.text) for h in headings):
            return title
    return None


def _with_kicker(headings: Sequence[str], declared: Sequence[Title]) -> Title | None:
    """A headline that JSON-LD and Open Graph both give, of which the heading is the end."""
    by_origin = {title.origin: title for title in reversed(declared)}
    json_ld, meta = by_origin.get("json_ld"), by_origin.get("meta")
    if not json_ld or not meta or not _same(json_ld.text, meta.text):
        return None
    return json_ld if any(len(words(h)) > 1 and _ends_with(json_ld.text, h) for h in headings) else None


def _declared_alike(headings: Sequence[str], declared: Sequence[Title]) -> Title | None:
    """A headline that JSON-LD, Open Graph and `<title>` all give, where a heading spells it with another word."""
    by_origin = {title.origin: title for title in reversed(declared)}
    if len(by_origin) < 3 or not all(_same(declared[0].text, title.text) for title in by_origin.values()):
        return None
    wanted = set(words(declared[0].text))
    found = (set(words(heading)) for heading in headings)
    return declared[0] if any(len(wanted & own) >= MIN_SHARED * len(wanted | own) for own in found) else None


def _at_the_beginning(headings: Sequence[str], declared: Sequence[Title]) -> Title | None:
    """A heading in a script without spaces with which a declared title begins; `_` and names of sections follow it."""
    for heading in headings:
        is_whole = len(heading) >= MIN_UNSPACED_CHARS and UNSPACED.search(heading)
        if is_whole and any(title.text.startswith(heading) for title in declared):
            return Title(heading, "html")
    return None


def _most_alike(headings: Sequence[str], declared: Sequence[Title]) -> Title | None:
    if not declared:
        return None
    scored = [
        (_overlap(heading, title.text), heading)
        for heading in headings
        for title in declared
        if len(words(heading)) > 1
    ]
    score, heading = max(scored, default=(0.0, ""), key=lambda pair: pair[0])
    return Title(heading, "html") if score >= MIN_OVERLAP else None


def _title_of_link(declarations: Declarations) -> Title | None:
    title = plain_text(getattr(declarations.link, "title", None))
    return Title(title, "feed") if title else None


def _same(one: str, other: str) -> bool:
    return "".join(words(one)) == "".join(words(other))


def _ends_with(text: str, end: str) -> bool:
    longer, shorter = words(text), words(end)
    return len(shorter) < len(longer) and longer[-len(shorter) :] == shorter


def _overlap(one: str, other: str) -> float:
    left, right = set(words(one)), set(words(other))
    return len(left & right) / min(len(left), len(right)) if left and right else 0.0
