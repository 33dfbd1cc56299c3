"""Which of a page's JSON-LD objects is about the page's own article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from crawler.errors import PageError
from crawler.extraction.structured import JsonObject, as_list, types_of
from crawler.urls import normalized_url

ARTICLE_TYPES = (
    *(
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "BackgroundNewsArticle",
        "OpinionNewsArticle",
    ),
    *("ReviewNewsArticle", "AskPublicNewsArticle", "SatiricalArticle", "AdvertiserContentArticle"),
    *("LiveBlogPosting", "BlogPosting", "Article", "Report", "TechArticle", "ScholarlyArticle"),
    *("SocialMediaPosting", "Review", "Recipe", "HowTo"),
)
"""schema.org types that are about an article, the surest first."""

MIN_OVERLAP = 0.5
"""Share of the words of an object's headline or of the page's, whichever has fewer, that both have where they are one.
As in titles.py."""
MAX_TITLE_CHARS = 500
OWN, SAME_PATH, UNNAMED, FOREIGN = range(4)
_WORD = re.compile(r"\w+")


def article_node(objects: Sequence[JsonObject], url: str | None, titles: Sequence[str] = ()) -> JsonObject | None:
    """Return the object that describes the page's article, None where there is none.

    An object that names `url` as its page wins, then one whose page differs by its query, then one that names no page,
    then a single one that names another page (a syndicated copy, an old address) under a headline of this page. Of
    several alike the one that has a headline of the page counts; `titles` are what the page shows and declares.
    """
    candidates = [node for node in _with_main_entities(objects) if _type_rank(node) is not None]
    places = [_place(node, url) for node in candidates]
    nearest = min(places, default=FOREIGN)
    chosen = [node for node, place in zip(candidates, places, strict=True) if place == nearest]
    if nearest == FOREIGN and url and (len(chosen) > 1 or not all(_agrees(node, titles) for node in chosen)):
        return None
    if len(chosen) > 1:
        chosen = [node for node in chosen if _agrees(node, titles)] or chosen
    return min(chosen, key=_preference, default=None)


def _place(node: JsonObject, url: str | None) -> int:
    keys = _page_keys(node)
    page = _page_key(url)
    if not keys:
        return UNNAMED
    if page is None or page[0] not in {path for path, _ in keys}:
        return FOREIGN
    queries = {query for path, query in keys if path == page[0]}
    if page[1] in queries:
        return OWN
    return SAME_PATH if not page[1] or "" in queries else FOREIGN


def _agrees(node: JsonObject, titles: Sequence[str]) -> bool:
    """Whether the object's headline is one of the page's; where the page has none anything is."""
    headline = node.get("headline") or node.get("name")
    own = set(_WORD.findall(headline[:MAX_TITLE_CHARS].casefold())) if isinstance(headline, str) else set()
    shown = [set(_WORD.findall(title[:MAX_TITLE_CHARS].casefold())) for title in titles]
    shown = [found for found in shown if found]
    return not shown or any(len(own & found) >= MIN_OVERLAP * min(len(own), len(found)) for found in shown if own)


def _preference(node: JsonObject) -> tuple[bool, int]:
    """Sort key: objects with a headline first, then the surer type; the first of equals wins."""
    rank = _type_rank(node)
    return not (node.get("headline") or node.get("name")), len(ARTICLE_TYPES) if rank is None else rank


def _with_main_entities(objects: Sequence[JsonObject]) -> Iterator[JsonObject]:
    """A web page may hold the article as its `mainEntity` instead of beside it."""
    for node in objects:
        yield node
        for key in ("mainEntity", "mainEntityOfPage"):
            yield from (part for part in as_list(node.get(key)) if isinstance(part, dict) and len(part) > 2)


def _type_rank(node: JsonObject) -> int | None:
    return min((ARTICLE_TYPES.index(name) for name in types_of(node) if name in ARTICLE_TYPES), default=None)


def _page_keys(node: JsonObject) -> set[tuple[str, str]]:
    """Keys of the pages that an object names as its own."""
    values = [node.get("url"), *as_list(node.get("mainEntityOfPage"))]
    named = [part.get("@id") or part.get("url") if isinstance(part, dict) else part for part in values]
    return {key for key in map(_page_key, named) if key}


def _page_key(url: Any) -> tuple[str, str] | None:
    """Host and path of a URL, and its query; scheme, www, tracking and a final slash do not tell pages apart."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(normalized_url(url.strip()))
    except (PageError, ValueError):
        return None
    if not parts.netloc:
        return None
    return parts.netloc.removeprefix("www.") + parts.path.rstrip("/"), parts.query
