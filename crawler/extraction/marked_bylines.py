"""Elements that the markup names as byline or author, and the names in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from crawler.extraction.clean_text import clean_line
from crawler.extraction.person_names import is_agency, names_in_line

Marked = Sequence[tuple[HtmlElement, list[str]]]
"""Elements that are marked as author or byline, with their pieces of text."""

MAX_BYLINE_CHARS = 300
MAX_BYLINES = 100
MAX_ANCESTORS = 12
"""Caps, so that a page of teasers stays cheap. Chosen, not measured."""

_AUTHOR_WORD = re.compile(
    r"by-?line|(?:^|[\s_-])(?:writer|signature)s?(?:$|[\s_-])|(?:^|[\s_-])(?:article-?)?(?:authors?|autor(?:en|in)?|auteurs?)(?:$|[\s_-])|author-?names?"
)
_BYLINE_TAGS = frozenset({"a", "span", "div", "p", "address", "section", "li", "ul", "b", "strong", "h3", "h4"})
_CONTINUED = re.compile(
    r"\n?(,|&|\b(?:and|und|et|y|og|och|by|By|von|Von|BY|Par|Por)\b:?)\n|\n(?=(?:,|&|(?:and|und|et|y|og|och)\b)\s)"
)
_ELSEWHERE = re.compile(
    r"comment|related|teaser|sidebar|recommend|(?<!post-)(?<!entry-)(?<!article-)footer|latest|popular|promo|caption"
    r"|image|photo"
)
"""Classes of what stands beside an article; its own footer may name the author, as Blogger's does."""
_ELSEWHERE_TAGS = frozenset({"aside", "footer", "nav", "figure", "figcaption"})


def marked_bylines(tree: HtmlElement) -> Iterator[tuple[HtmlElement, list[str]]]:
    """Give the elements that are marked as author or byline and their lines, in document order, teasers left out."""
    marked = filter(_is_marked, tree.getroottree().iter(*_BYLINE_TAGS))
    for element in islice(marked, MAX_BYLINES):
        if not _stands_elsewhere(element):
            lines = _lines(element)
            if lines:
                yield element, lines


def marked_names(marked: Marked) -> list[str]:
    """Return the names of the first element that has some, or of those alike within it where they are more."""
    for place, (element, _) in enumerate(marked):
        names = _names_of_alike(marked[place:])
        if names:
            inner = (n for n in range(place + 1, len(marked)) if element in marked[n][0].iterancestors())
            return max(names, _names_of_alike(marked[next(inner, len(marked)) :]), key=len)
    return []


def _names_of_alike(marked: Marked) -> list[str]:
    """Return the names of the first element and of those beside it that are marked in the same way."""
    if not marked or not _first_names(marked[0][1]):
        return []
    alike = (lines for element, lines in marked if _is_like(element, marked[0][0]))
    return [name for lines in alike for name in _first_names(lines)]


def _is_like(element: HtmlElement, first: HtmlElement) -> bool:
    return (
        element.getparent() is first.getparent()
        and element.tag == first.tag
        and all(element.get(name) == first.get(name) for name in ("class", "rel", "itemprop"))
    )


def _lines(element: HtmlElement) -> list[str]:
    """Return the pieces of text of an element, none where they are too long for a byline."""
    lines: list[str] = []
    length = 0
    for piece in element.itertext():
        line = clean_line(piece)
        length += len(line)
        if length > MAX_BYLINE_CHARS:
            return []
        if line:
            lines.append(line)
    return lines


def _first_names(lines: Sequence[str]) -> list[str]:
    """Names of the first line with a full one, with the lines that a comma or conjunction ties to it, else of the
    first with any.
    """
    joined = _CONTINUED.sub(r" \1 ", "\n".join(lines))
    named = [names for line in joined.split("\n") if not line.endswith(":") and (names := names_in_line(line))]
    return next((names for names in named if any(" " in n or is_agency(n) for n in names)), next(iter(named), []))


def _is_marked(element: HtmlElement) -> bool:
    rel = element.get("rel")
    if (rel and "author" in rel.lower().split()) or element.get("itemprop") == "author":
        return True
    class_list = element.get("class")
    return class_list is not None and _names_author(class_list[:MAX_BYLINE_CHARS])


@lru_cache(maxsize=8192)
def _names_author(class_list: str) -> bool:
    """Whether a class names an author or byline; pages have the same class lists again and again."""
    lowered = class_list.lower()
    can_match = any(part in lowered for part in ("aut", "by", "writer", "signature"))  # as every match does
    return can_match and _AUTHOR_WORD.search(lowered) is not None


def _stands_elsewhere(element: HtmlElement) -> bool:
    for count, ancestor in enumerate(element.iterancestors()):
        if count == MAX_ANCESTORS or ancestor.tag in {"article", "main", "body"}:
            return False
        if ancestor.tag in _ELSEWHERE_TAGS or _ELSEWHERE.search((ancestor.get("class") or "").lower()):
            return True
    return False
