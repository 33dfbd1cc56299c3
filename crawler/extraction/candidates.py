"""Where each simple field of the metadata can come from: (value, origin) pairs, the surest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

from crawler.extraction.clean_text import cap
from crawler.extraction.declarations import Declarations, first_text, plain_text, web_address, words
from crawler.extraction.structured import as_list, resolve, types_of

MAX_TAGS = 50
MAX_TAG_CHARS = 100
MAX_NAME_CHARS = 200
MAX_DESCRIPTION_CHARS = 2_000
"""Caps on one value; what is longer is cut and marked. Chosen, not measured."""

_LANGUAGE_TAG = re.compile(
    r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?:[-_].*)?", re.ASCII | re.IGNORECASE
)
_TAG_SEPARATOR = re.compile(r"\s*[,;|、]\s*")

Candidates = Iterator[tuple[Any, str]]
"""(value, origin) pairs, the surest first; a value may be None."""


def first_candidate(candidates: Candidates) -> tuple[Any, str | None]:
    return next(((value, origin) for value, origin in candidates if value is not None and value != ()), (None, None))


def _languages(declarations: Declarations) -> Candidates:
    root = declarations.tree.getroottree().getroot()
    for name in ("lang", "xml:lang", "{http://www.w3.org/XML/1998/namespace}lang"):
        yield language_tag(root.get(name)), "html"
    for value in declarations.meta.all("og:locale", "content-language", "language", "dc.language", "dcterms.language"):
        yield language_tag(value), "meta"
    for value in as_list(declarations.article.get("inLanguage")):
        code = (value.get("alternateName") or value.get("name")) if isinstance(value, dict) else value
        yield language_tag(code), "json_ld"


def _site_names(declarations: Declarations) -> Candidates:
    yield first_text(declarations.meta.first("og:site_name"), limit=MAX_NAME_CHARS), "meta"
    for name in publisher_names(declarations):
        yield first_text(name, limit=MAX_NAME_CHARS), "json_ld"
    yield first_text(declarations.meta.first("application-name"), limit=MAX_NAME_CHARS), "meta"


def _sections(declarations: Declarations) -> Candidates:
    for value in as_list(declarations.article.get("articleSection")):
        yield first_text(value, limit=MAX_TAG_CHARS), "json_ld"
    yield (
        first_text(declarations.meta.first("article:section", "og:article:section"), limit=MAX_TAG_CHARS),
        "meta",
    )
    yield next(iter(_tag_list(_texts_of_links(declarations, "category"))), None), "html"


def _tags(declarations: Declarations) -> Candidates:
    keywords = as_list(declarations.article.get("keywords"))
    yield _tag_list(part.get("name") if isinstance(part, dict) else part for part in keywords), "json_ld"
    for names in (("news_keywords",), ("article:tag", "og:article:tag"), ("keywords",)):
        yield _tag_list(declarations.meta.all(*names)), "meta"
    categories = frozenset(_texts_of_links(declarations, "category"))
    yield _tag_list(text for text in _texts_of_links(declarations, "tag") if text not in categories), "html"


def _descriptions(declarations: Declarations) -> Candidates:
    limit = MAX_DESCRIPTION_CHARS
    yield first_text(declarations.article.get("description"), limit=limit), "json_ld"
    yield (
        first_text(*declarations.meta.all("og:description", "description", "twitter:description"), limit=limit),
        "meta",
    )


def _images(declarations: Declarations) -> Candidates:
    for value in declarations.meta.all("og:image", "og:image:url", "og:image:secure_url", "twitter:image"):
        yield web_address(value, declarations.base), "meta"
    for image in as_list(declarations.article.get("image"))[:MAX_TAGS]:
        part = resolve(image, declarations.json_ld)
        addresses = (part.get("url") or part.get("contentUrl")) if isinstance(part, dict) else part
        for address in as_list(addresses):
            yield web_address(address, declarations.base), "json_ld"


def _canonical_urls(declarations: Declarations) -> Candidates:
    for element in declarations.tree.iterfind(".//link[@rel]"):
        if "canonical" in (element.get("rel") or "").lower().split():
            yield web_address(element.get("href"), declarations.base), "html"
    yield web_address(declarations.meta.first("og:url"), declarations.base), "meta"


def _free_access(declarations: Declarations) -> Candidates:
    yield _as_bool(declarations.article.get("isAccessibleForFree")), "json_ld"
    parts = [part for part in as_list(declarations.article.get("hasPart")) if isinstance(part, dict)]
    # Google's paywall markup: one part that is not free makes the article not free; free parts say nothing.
    yield (
        False if any(_as_bool(part.get("isAccessibleForFree")) is False for part in parts) else None,
        "json_ld",
    )


CANDIDATES: dict[str, Callable[[Declarations], Candidates]] = {
    "language_declared": _languages,
    "section": _sections,
    "tags": _tags,
    "description": _descriptions,
    "image_url": _images,
    "site_name": _site_names,
    "canonical_url": _canonical_urls,
    "is_accessible_for_free": _free_access,
}


def publisher_names(declarations: Declarations) -> Iterator[Any]:
    for publisher in as_list(declarations.article.get("publisher"))[:MAX_TAGS]:
        part = resolve(publisher, declarations.json_ld)
        yield part.get("name") if isinstance(part, dict) else part
    yield from (node.get("name") for node in declarations.json_ld if "WebSite" in types_of(node))


def language_tag(value: Any) -> str | None:
    """Return a BCP 47 tag of language, script and region in their usual case; None for what is none."""
    found = _LANGUAGE_TAG.fullmatch(plain_text(value))
    if not found:
        return None
    language, script, region = found.groups()
    return "-".join(part for part in (language.lower(), (script or "").title(), (region or "").upper()) if part)


def _tag_list(values: str | Iterable[Any] | None) -> tuple[str, ...]:
    texts = (values,) if isinstance(values, str) else values or ()
    found: dict[str, str] = {}
    for text in texts:
        for tag in _TAG_SEPARATOR.split(plain_text(text)):
            if words(tag):
                found.setdefault(tag.casefold(), cap(tag, MAX_TAG_CHARS))
    return tuple(found.values())[:MAX_TAGS]


def _texts_of_links(declarations: Declarations, relation: str) -> list[str]:
    """Return the texts of the links to pages of that relation (https://microformats.org/wiki/rel-tag)."""
    links: list[HtmlElement] = declarations.tree.xpath(f"//a[contains(@rel, '{relation}')]")
    return [link.text_content() for link in links if relation in (link.get("rel") or "").lower().split()]


def _as_bool(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    text = plain_text(value).rpartition("/")[2].lower()
    return {"true": True, "false": False}.get(text)
