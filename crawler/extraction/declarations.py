"""What a page says of itself, gathered once: meta tags, JSON-LD, and what stands outside the page."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.extraction.article_objects import article_node
from crawler.extraction.clean_text import cap, clean_line
from crawler.extraction.structured import JsonObject, read_json_ld
from crawler.items import Link

MAX_META_TAGS = 2_000
MAX_VALUE_CHARS = 5_000
"""Caps on what is read of one page; ordinary pages have under a hundred tags. Chosen, not measured."""

MAX_URL_CHARS = 2_083
MAX_TITLES = 10
"""Headings and titles with which an object's headline is compared. Chosen."""

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class MetaTags:
    """`<meta>` contents by lower-case `property`, `name` or `itemprop`, in document order."""

    contents: Mapping[str, tuple[str, ...]]

    def first(self, *names: str) -> str | None:
        return next(iter(self.all(*names)), None)

    def all(self, *names: str) -> tuple[str, ...]:
        return tuple(content for name in names for content in self.contents.get(name, ()))


@dataclass(frozen=True, slots=True)
class Declarations:
    tree: HtmlElement
    meta: MetaTags
    json_ld: tuple[JsonObject, ...]
    article: JsonObject
    """The JSON-LD object about this page's article, empty where there is none."""
    now: datetime
    """With offset; dates later than a day after it are refused."""
    url: str | None = None
    link: Link | None = None
    zone: ZoneInfo | None = None
    """The site's; times of day without an offset are in it."""
    base: str | None = None
    """What relative addresses are relative to: `url`, or what `<base href>` makes of it."""


def gather_declarations(
    tree: HtmlElement,
    *,
    url: str | None,
    link: Link | None,
    now: datetime,
    zone: ZoneInfo | None = None,
) -> Declarations:
    meta = read_meta_tags(tree)
    json_ld = read_json_ld(tree)
    article = article_node(json_ld, url or meta.first("og:url"), _titles(tree, meta)) if json_ld else None
    return Declarations(tree, meta, json_ld, article or {}, now, url, link, zone, _base_of(tree, url))


def _base_of(tree: HtmlElement, url: str | None) -> str | None:
    """Return the document's base URL (https://html.spec.whatwg.org/multipage/urls-and-fetching.html)."""
    element = tree.find(".//base[@href]")
    return url if element is None else web_address(element.get("href"), url) or url


def _titles(tree: HtmlElement, meta: MetaTags) -> list[str]:
    shown = (element.text_content() for element in islice(tree.iter("title", "h1"), MAX_TITLES))
    return [*meta.all("og:title", "twitter:title"), *map(str, shown)]


def read_meta_tags(tree: HtmlElement) -> MetaTags:
    contents: dict[str, list[str]] = {}
    for count, tag in enumerate(tree.iter("meta")):
        if count == MAX_META_TAGS:
            break
        content = plain_text(tag.get("content"))
        names = {str(tag.get(key)).strip().lower() for key in ("property", "name", "itemprop") if tag.get(key)}
        for name in names if content else ():
            contents.setdefault(name, []).append(content)
    return MetaTags({name: tuple(values) for name, values in contents.items()})


def plain_text(value: Any) -> str:
    """Return a string of a page's metadata as one line without markup; what is no string becomes empty."""
    if not isinstance(value, str):
        return ""
    value = value[:MAX_VALUE_CHARS]
    if "&" in value:
        value = html.unescape(value)
    return clean_line(_MARKUP.sub(" ", value))


def words(text: str) -> tuple[str, ...]:
    """Words in lower case, so that punctuation and spacing do not tell two strings apart."""
    return tuple(_WORD.findall(text.casefold()))


def web_address(value: Any, base: str | None) -> str | None:
    """Return an absolute http or https URL, None for everything else, and for one with user name or password."""
    text = plain_text(value)
    if not text or len(text) > MAX_URL_CHARS:
        return None
    try:
        given = urlsplit(text)
        if given.scheme and not given.netloc:
            return None
        absolute = urljoin(base or "", text).strip()  # an empty query goes, and may leave the space before it
        parts = urlsplit(absolute)
        host = parts.hostname
    except ValueError:
        return None
    is_address = parts.scheme in {"http", "https"} and host and "@" not in parts.netloc
    return absolute if is_address else None


def first_text(*values: Any, limit: int = MAX_VALUE_CHARS) -> str | None:
    """Return the first of the values that is a string with something in it, cleaned and capped."""
    return next((cap(text, limit) for text in map(plain_text, values) if text), None)
