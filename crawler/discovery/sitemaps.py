"""Sitemaps (sitemaps.org), sitemap indexes, Google News sitemaps, lists of URLs: bytes in, links out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.discovery.dates import parse_date
from crawler.discovery.documents import clean_xml, decoded, gunzipped
from crawler.discovery.faults import FaultLog
from crawler.discovery.feeds import FEED_ROOTS, local_name, root_name, xml_feed_links
from crawler.discovery.links import absolute_url, fault_of, newest, plain_title
from crawler.discovery.options import DEFAULT_OPTIONS, DiscoveryOptions
from crawler.discovery.sitemap_entries import SitemapEntry, sitemap_entries
from crawler.errors import PageError, SourceUnreadable
from crawler.items import DiscoveredVia, Link
from crawler.urls import shown_url

_URL_LINE = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sitemap:
    links: tuple[Link, ...]
    """Pages, in the order of the document."""
    children: tuple[Link, ...] = ()
    """Further sitemaps that an index names."""
    faults: tuple[str, ...] = ()
    """What was wrong and what was left out for it, in words."""


def read_sitemap(body: bytes, url: str, options: DiscoveryOptions = DEFAULT_OPTIONS) -> Sitemap:
    """Read a sitemap, plain or gzip; of a broken one what stands before the fault. Never fetches.

    XML in any namespace, an RSS or Atom feed, or one URL a line. Links are absolute; an entry whose link is
    none is left out and named in the faults. Raises SourceUnreadable for what is no sitemap and for
    documents that declare entities.
    """
    faults = FaultLog(options.max_faults)
    body = gunzipped(body, options.max_sitemap_bytes, faults, options.max_gzip_layers)
    if len(body) > options.max_sitemap_bytes:
        faults.add(f"longer than {options.max_sitemap_bytes} bytes, read up to there")
        body = body[: options.max_sitemap_bytes]
    cut = bool(faults.faults())
    text = decoded(body, None, faults)
    del body
    if _URL_LINE.match(text.lstrip()):
        text = text[: text.rfind("\n") + 1] if cut else text  # the last line may be half a URL
        return Sitemap(newest(_listed(text, url, options, faults), options, faults), (), faults.faults())
    xml = clean_xml(text, url, faults)
    del text
    root = root_name(xml)
    if local_name(root) in FEED_ROOTS:
        return Sitemap(newest(xml_feed_links(xml, url, options, faults), options, faults), (), faults.faults())
    if local_name(root) not in {"urlset", "sitemapindex"}:
        what = f"its first element is {root[:40]!r}" if root else "it has no element and no URL"
        raise SourceUnreadable(f"{shown_url(url)}: not a sitemap: {what}")
    return _xml_sitemap(xml, url, options, faults)


def _xml_sitemap(xml: str, url: str, options: DiscoveryOptions, faults: FaultLog) -> Sitemap:
    children: list[Link] = []

    def pages() -> Iterator[Link]:
        for number, entry in enumerate(sitemap_entries(xml, options, faults), start=1):
            try:
                link = _link(entry, url, options)
            except PageError as error:
                faults.add(f"entry {number}: {fault_of(error)}")
                continue
            if entry.element == "url":
                yield link
            elif len(children) < options.max_links:
                children.append(link)

    links = newest(pages(), options, faults)
    if len(children) == options.max_links:
        faults.add(f"the first {options.max_links} sitemaps of the index are used")
    return Sitemap(links, tuple(children), faults.faults())


def _link(entry: SitemapEntry, url: str, options: DiscoveryOptions) -> Link:
    is_news = entry.is_news and entry.element == "url"
    return Link(
        url=absolute_url(entry.fields.get("loc", ""), url, options),
        discovered_via=DiscoveredVia.NEWS_SITEMAP if is_news else DiscoveredVia.SITEMAP,
        source_url=url,
        title=plain_title(entry.fields.get("title"), options),
        published=parse_date(entry.fields.get("publication_date")),
        modified=parse_date(entry.fields.get("lastmod")),
    )


def _listed(text: str, url: str, options: DiscoveryOptions, faults: FaultLog) -> Iterator[Link]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            if not _URL_LINE.fullmatch(line.strip()):
                raise SourceUnreadable(f"{shown_url(line)}: not a URL")
            yield Link(absolute_url(line, url, options), DiscoveredVia.SITEMAP, url)
        except PageError as error:
            faults.add(f"line {number}: {fault_of(error)}")


def sitemap_urls(named: Iterable[str], base_url: str) -> tuple[str, ...]:
    """Return the sitemaps that robots.txt names, absolute, each once; without those that are no URL."""
    found: dict[str, None] = {}
    for line in named:
        try:
            found[absolute_url(line, base_url, DEFAULT_OPTIONS)] = None
        except PageError:
            continue
    return tuple(found)
