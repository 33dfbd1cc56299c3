"""When the article was published and changed, as the page gives it: offset kept, a day stays a day.

Every origin is tried in turn until one gives a date that exists and does not lie in the future.
"""

from __future__ import annotations

import copy
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import htmldate
from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.extraction.clean_text import cap, clean_line
from crawler.extraction.date_formats import in_zone, parse_date
from crawler.extraction.date_lines import names_day
from crawler.extraction.declarations import Declarations
from crawler.extraction.structured import as_list, types_of

MAX_RAW_CHARS = 100
MAX_TIME_ELEMENTS = 200
MAX_ITEMPROPS = 10
SEARCHED_CHARS = 200_000
"""Of a page's text, in which a guessed day is looked for: 0.2 s at worst. Chosen."""

PUBLISHED_META = (
    *(
        "article:published_time",
        "og:article:published_time",
        "og:published_time",
        "article:published",
        "datepublished",
    ),
    *(
        "parsely-pub-date",
        "sailthru.date",
        "cxenseparse:recs:publishtime",
        "dc.date.issued",
        "dcterms.issued",
    ),
    *("publish-date", "publishdate", "publish_date", "pubdate", "published_time", "dc.date.created"),
    *("dcterms.created", "citation_publication_date", "citation_date", "dc.date", "dcterms.date", "date"),
)
MODIFIED_META = (
    *(
        "article:modified_time",
        "og:article:modified_time",
        "og:modified_time",
        "og:updated_time",
        "datemodified",
    ),
    *("article:modified", "dcterms.modified", "dc.date.modified", "last-modified", "lastmod", "revised"),
)

_WITH_ITEMPROP = XPath("/descendant::*[@itemprop]")
_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})([/_-]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)", re.ASCII)
_ELSEWHERE = re.compile(r"comment|related|teaser|sidebar|recommend|footer|latest|popular", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """`value` is ISO 8601; all but `raw` are None where no candidate could be read."""

    value: str | None = None
    raw: str | None = None
    precision: str | None = None
    """`day`, `minute` or `second`."""
    origin: str | None = None


def find_published(declarations: Declarations) -> FoundDate:
    """Return what the page declares, else the day in its address."""
    now, zone = declarations.now, declarations.zone
    declared = _fullest(_declared_published(declarations), now, zone)
    if declared.value:
        return declared
    found = _fullest([(_day_in_url(declarations.url), "url")], now, zone)
    return found if found.value else declared


def guess_published(tree: HtmlElement, now: datetime, zone: ZoneInfo | None) -> FoundDate:
    """Return the date that htmldate finds anywhere on a page that declares none. 30 ms; `tree` is not changed."""
    return _fullest([(_guess(tree, now), "htmldate")], now, zone)


def find_modified(declarations: Declarations) -> FoundDate:
    return _fullest(_modified_candidates(declarations), declarations.now, declarations.zone)


def _fullest(candidates: Iterable[tuple[object, str]], now: datetime, zone: ZoneInfo | None) -> FoundDate:
    """Return the first candidate that can be read, or a later one that says more of the same day."""
    raws: list[str] = []
    best: FoundDate | None = None
    for value, origin in candidates:
        raw = clean_line(value[: 2 * MAX_RAW_CHARS]) if isinstance(value, str) else ""
        if not raw:
            continue
        raws.append(cap(raw, MAX_RAW_CHARS))
        parsed = parse_date(raw, now)
        if parsed:
            found = FoundDate(parsed[0], raws[-1], parsed[1], origin)
            if best is None or _says_more(found, best):
                best = found
    if best is None or best.value is None:
        return FoundDate(raw=next(iter(raws), None))
    return replace(best, value=in_zone(best.value, best.precision, zone))


def _says_more(other: FoundDate, found: FoundDate) -> bool:
    """Whether `other` has the same day with a time of day, or the same time with an offset, that `found` lacks.

    Midnight is what databases make of a day, so it adds nothing.
    """
    assert other.value is not None
    assert found.value is not None
    if other.precision == "day" or other.value[:10] != found.value[:10] or other.value[11:16] == "00:00":
        return False
    if found.precision == "day":
        return True
    has_offset = datetime.fromisoformat(found.value).tzinfo is not None
    return not has_offset and datetime.fromisoformat(other.value).tzinfo is not None


def _declared_published(declarations: Declarations) -> Iterator[tuple[object, str]]:
    """Give (raw value, origin) in the order of trust."""
    yield from ((value, "json_ld") for value in _json_ld_values(declarations, "datePublished", "dateCreated"))
    yield from ((value, "meta") for value in declarations.meta.all(*PUBLISHED_META))
    yield from ((value, "html") for value in _marked_times(declarations.tree, "datePublished"))
    if declarations.link:
        yield declarations.link.published, "feed"


def _modified_candidates(declarations: Declarations) -> Iterator[tuple[object, str]]:
    yield from ((value, "json_ld") for value in _json_ld_values(declarations, "dateModified"))
    yield from ((value, "meta") for value in declarations.meta.all(*MODIFIED_META))
    yield from ((value, "html") for value in _itemprop_values(declarations.tree, "dateModified"))
    if declarations.link:
        yield declarations.link.modified, "feed"


def _json_ld_values(declarations: Declarations, *names: str) -> Iterator[object]:
    for name in names:
        yield from as_list(declarations.article.get(name))
    if not declarations.article:
        for node in declarations.json_ld:
            if any("WebPage" in name for name in types_of(node)):
                yield from as_list(node.get(names[0]))


def _itemprop_values(tree: HtmlElement, name: str) -> Iterator[str]:
    elements = [element for element in _WITH_ITEMPROP(tree) if element.get("itemprop") == name]
    for element in elements[:MAX_ITEMPROPS]:
        yield element.get("datetime") or element.get("content") or element.text_content()


_PARAGRAPHS = frozenset({"p", "li", "td", "blockquote"})
MAX_LINE_CHARS = 200
"""Characters beside a date in a byline or a dateline, of which a paragraph has more. Chosen."""


def _marked_times(tree: HtmlElement, name: str) -> Iterator[str]:
    """Give the values of `itemprop` elements, then of `<time>` elements outside teasers."""
    yield from _itemprop_values(tree, name)
    for count, element in enumerate(tree.iter("time")):
        if count == MAX_TIME_ELEMENTS:
            return
        value = element.get("datetime")
        if (
            value
            and not _is_in_sentence(element)
            and not any(_ELSEWHERE.search(a.get("class") or "") for a in element.iterancestors())
        ):
            yield value


def _is_in_sentence(element: HtmlElement) -> bool:
    """Whether a `<time>` stands in running text: then it is of what is told, not of the telling."""
    line = element.getparent()
    return (
        line is not None
        and line.tag in _PARAGRAPHS
        and len(line.text_content()) - len(element.text_content()) > MAX_LINE_CHARS
    )


def _guess(tree: HtmlElement, now: datetime) -> str | None:
    """Ask htmldate, which searches the visible text too. It changes the tree that it reads.

    Of a year alone, that of a copyright for instance, it makes the first of January, and of a month its first: 59 of
    its 127 dates on 779 pages. Such a day counts only where the page names it.
    """
    try:
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # dateutil's, of unknown time zones
            found = htmldate.find_date(copy.deepcopy(tree), original_date=True, max_date=now.strftime("%Y-%m-%d"))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    if found and found.endswith("-01") and not names_day(str(tree.text_content())[:SEARCHED_CHARS], found):
        return None
    return str(found) if found else None


def _day_in_url(url: str | None) -> str | None:
    found = _URL_DAY.search(url or "")
    return f"{found[1]}-{found[3]}-{found[4]}" if found else None
