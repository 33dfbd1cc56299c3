"""Who wrote it: names out of JSON-LD, meta tags and the visible byline.

People and agencies count. The site's own name is left out where another name is known, and kept where the
page gives no other: then it is what the page says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.extraction.clean_text import cap, clean_line
from crawler.extraction.declarations import Declarations, plain_text, words
from crawler.extraction.marked_bylines import marked_bylines, marked_names
from crawler.extraction.person_names import MAX_NAME_CHARS, is_agency, split_names
from crawler.extraction.structured import as_list, resolve, types_of

MAX_AUTHORS = 50
"""Cap, so that a page of teasers stays cheap. Chosen, not measured."""

META_NAMES = (
    *("author", "article:author", "parsely-author", "sailthru.author", "cxenseparse:author"),
    *("dc.creator", "dcterms.creator", "citation_author"),
)
_SURNAME_FIRST = re.compile(r"\s*([^\W\d_][\w'’-]*),\s+([^\W\d_][\w'’.-]*(?: [A-Z]\.)?)\s*")
"""How libraries and publishers write one person: "Lee, Ann", as Google Scholar asks for in `citation_author`
(https://scholar.google.com/intl/en/scholar/inclusion.html)."""

_ORGANISATIONS = frozenset({"Organization", "NewsMediaOrganization", "Corporation", "WebSite", "Brand"})


@dataclass(frozen=True, slots=True)
class Authors:
    names: tuple[str, ...] = ()
    origin: str | None = None
    byline: str | None = None
    """The visible line as it stands, None where no element is marked as one."""


def find_authors(declarations: Declarations, is_own_name: Callable[[str], bool]) -> Authors:
    """Return the authors; `is_own_name` tells the names of the site and its publisher."""
    marked = list(marked_bylines(declarations.tree))
    bylines = [clean_line(" ".join(lines)) for _, lines in marked]
    sources = (
        ("json_ld", _unique(_json_ld_names(declarations))),
        ("meta", _split_all(declarations.meta.all(*META_NAMES))),
        ("html", _unique(marked_names(marked))),
    )
    people = [(origin, _people(names, is_own_name)) for origin, names in sources]
    for origin, names in (*people, *sources):
        if names:
            return Authors(tuple(names[:MAX_AUTHORS]), origin, _visible_byline(bylines, names))
    return Authors(byline=_visible_byline(bylines, ()))


def _people(names: Sequence[str], is_own_name: Callable[[str], bool]) -> list[str]:
    """Leave out the site's own name, and single words beside it: its places ("Example News, Berlin")."""
    others = [name for name in names if not is_own_name(name)]
    return others if len(others) == len(names) else [name for name in others if " " in name or is_agency(name)]


def _json_ld_names(declarations: Declarations) -> Iterator[str]:
    authors = as_list(declarations.article.get("author")) or as_list(declarations.article.get("creator"))
    for author in authors[:MAX_AUTHORS]:
        yield from _names_of(resolve(author, declarations.json_ld), depth=0)


def _names_of(author: Any, depth: int) -> Iterator[str]:
    """Give the names of a JSON-LD author: a string, a person, an organisation, or a list of these."""
    if isinstance(author, str):
        yield from split_names(plain_text(author))
    elif isinstance(author, list) and depth < 2:
        for part in author:
            yield from _names_of(part, depth + 1)
    elif isinstance(author, dict):
        name = author.get("name")
        if isinstance(name, list | dict) and depth < 2:
            yield from _names_of(name, depth + 1)
        elif not plain_text(name):
            yield from split_names(f"{plain_text(author.get('givenName'))} {plain_text(author.get('familyName'))}")
        elif _ORGANISATIONS.isdisjoint(types_of(author)):
            yield from split_names(_given_name_first(plain_text(name)))
        else:
            yield cap(plain_text(name), MAX_NAME_CHARS)


def _visible_byline(bylines: Sequence[str], names: Sequence[str]) -> str | None:
    """The shortest marked line that has the first author's name, else the first marked line."""
    with_name = [line for line in bylines if names and names[0].casefold() in line.casefold()]
    return min(with_name, key=len, default=None) or next(iter(bylines), None)


def _split_all(texts: Iterable[Any]) -> list[str]:
    return _unique(name for text in texts for name in split_names(_given_name_first(plain_text(text))))


def _given_name_first(text: str) -> str:
    """Return one person's name as it is spoken; a list of two people by one word each is none of ours."""
    found = _SURNAME_FIRST.fullmatch(text)
    return f"{found[2]} {found[1]}" if found else text


def _unique(names: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault("".join(words(name)), name)
    found.pop("", None)
    return list(found.values())
