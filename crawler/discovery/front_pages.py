"""Front pages and section pages: HTML in, links that look like articles and declared feeds out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from crawler.discovery.article_urls import is_article_shaped
from crawler.discovery.documents import decoded
from crawler.discovery.faults import FaultLog
from crawler.discovery.links import absolute_url, fault_of, one_line
from crawler.discovery.options import DEFAULT_OPTIONS, DiscoveryOptions
from crawler.errors import BadUrl, PageError, SchemeRefused
from crawler.items import DiscoveredVia, Link
from crawler.urls import normalized_url

__all__ = ["FrontPage", "is_article_shaped", "read_front_page"]

_SLICE_CHARS = 1 << 16
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
_NO_PAGE = re.compile(r"\s*(?:#|(?:javascript|mailto|tel|sms|whatsapp|data|about|blob):|$)", re.IGNORECASE)
_NO_TEXT = frozenset({"script", "style", "noscript", "template", "svg"})
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class FrontPage:
    links: tuple[Link, ...]
    """Pages that look like articles, each once, in the order of the document, with the anchor's text."""
    feeds: tuple[str, ...] = ()
    """URLs of feeds that the page declares with `<link rel="alternate">`."""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Anchor:
    href: str
    title: str


class _AnchorTarget:
    """Collects anchors, feeds and the base from parser events; no tree, so no limit of depth."""

    def __init__(self, max_title_chars: int) -> None:
        self.anchors: list[_Anchor] = []
        self.feeds: list[_Anchor] = []
        self.base: str | None = None
        self._max_title_chars = max_title_chars
        self._href: str | None = None
        self._hint = ""
        self._text: list[str] = []
        self._text_chars = 0
        self._silent = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _NO_TEXT:
            self._silent += 1
        elif tag == "a":
            self._finish()
            self._href = attributes.get("href")
            self._hint = attributes.get("title") or attributes.get("aria-label") or ""
        elif tag == "img" and self._href is not None:
            self._hint = self._hint or attributes.get("alt") or ""
        elif tag == "base" and self.base is None:
            self.base = attributes.get("href")
        elif tag == "link" and "alternate" in attributes.get("rel", "").lower().split():
            kind = attributes.get("type", "").partition(";")[0].strip().lower()
            if kind in _FEED_TYPES:
                self.feeds.append(_Anchor(attributes.get("href", ""), attributes.get("title", "")))

    def data(self, text: str) -> None:
        if self._href is not None and not self._silent and self._text_chars < self._max_title_chars:
            self._text.append(text)
            self._text_chars += len(text)

    def end(self, tag: str) -> None:
        if tag in _NO_TEXT:
            self._silent = max(0, self._silent - 1)
        elif tag == "a":
            self._finish()

    def close(self) -> None:
        self._finish()

    def _finish(self) -> None:
        if self._href is not None:
            self.anchors.append(_Anchor(self._href, " ".join("".join(self._text).split()) or self._hint))
        self._href, self._hint, self._text, self._text_chars = None, "", [], 0


def read_front_page(html: str | bytes, url: str, options: DiscoveryOptions = DEFAULT_OPTIONS) -> FrontPage:
    """Read the links of a page. Never raises for what the page contains; links of other sites are kept.

    `<base href>` counts if it is http or https. Of several anchors of one page the longest text is the title.
    Raises BadUrl or SchemeRefused if the page's own URL is none.
    """
    faults = FaultLog(options.max_faults)
    own = normalized_url(url)
    if len(html) > options.max_page_bytes:
        faults.add(f"longer than {options.max_page_bytes} bytes, read up to there")
        html = html[: options.max_page_bytes]
    text = html if isinstance(html, str) else decoded(html, None, faults)
    target = _parsed(_NOT_XML.sub(" ", text), options, faults)
    base = _base(target.base, url, options, faults)
    feeds = _links(target.feeds[: options.max_anchors], base, url, options, faults)
    anchors = [a for a in target.anchors if not _NO_PAGE.match(a.href)]
    if len(anchors) > options.max_anchors:
        faults.add(f"{len(anchors)} anchors; the first {options.max_anchors} are used")
        anchors = anchors[: options.max_anchors]
    links = [link for link in _links(anchors, base, url, options, faults) if is_article_shaped(link.url)]
    kept = [link for link in links if normalized_url(link.url) != own]
    return FrontPage(tuple(kept), tuple(feed.url for feed in feeds), faults.faults())


def _parsed(text: str, options: DiscoveryOptions, faults: FaultLog) -> _AnchorTarget:
    target = _AnchorTarget(4 * options.max_title_chars)
    events: Any = target
    parser = etree.HTMLParser(target=events, no_network=True, huge_tree=True)
    try:
        for start in range(0, len(text), _SLICE_CHARS):
            parser.feed(text[start : start + _SLICE_CHARS])
        parser.close()
    except etree.LxmlError as error:
        faults.add(f"the HTML cannot be parsed to its end: {error}")
    return target


def _base(href: str | None, url: str, options: DiscoveryOptions, faults: FaultLog) -> str:
    if href is None or not href.strip():
        return url
    try:
        return absolute_url(href, url, options)
    except PageError as error:
        faults.add(f"base of the page: {fault_of(error)}")
        return url


def _links(anchors: Iterable[_Anchor], base: str, url: str, options: DiscoveryOptions, faults: FaultLog) -> list[Link]:
    found: dict[str, Link] = {}
    for anchor in anchors:
        try:
            absolute = absolute_url(anchor.href, base, options)
            key = normalized_url(absolute)
        except SchemeRefused:
            continue  # apps and mail; no page is lost
        except BadUrl as error:
            faults.add(fault_of(error))
            continue
        title = one_line(anchor.title, options)
        known = found.get(key)
        if known is None or len(title or "") > len(known.title or ""):
            address = known.url if known else absolute
            found[key] = Link(address, DiscoveredVia.FRONT_PAGE, url, title)
    return list(found.values())
