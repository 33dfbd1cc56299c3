"""RSS 0.9 to 2.0, RDF and Atom by feedparser, JSON Feed beside it: bytes in, links out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from crawler.discovery.dates import parse_date
from crawler.discovery.documents import clean_xml, decoded, gunzipped
from crawler.discovery.faults import FaultLog
from crawler.discovery.json_feeds import json_feed_links
from crawler.discovery.links import absolute_url, fault_of, newest, plain_title
from crawler.discovery.options import DEFAULT_OPTIONS, DiscoveryOptions
from crawler.errors import PageError, SourceUnreadable
from crawler.items import DiscoveredVia, Link
from crawler.urls import shown_url

FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
"""Local names of the root elements, lower case; `channel` alone is RSS without its frame."""

_ROOT = re.compile(
    r"(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->)|<!DOCTYPE(?>[^>\[]*)(?>\[(?>.*?\]))?(?>[^>]*)>)*+<([\w.:-]+)",
    re.DOTALL | re.IGNORECASE,
)
_ENTRY_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_HTML_TYPES = frozenset({None, "", "text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class Feed:
    links: tuple[Link, ...]
    """In the order of the document."""
    faults: tuple[str, ...] = ()
    """What was wrong and what was left out for it, in words."""


def read_feed(
    body: bytes, url: str, content_type: str | None = None, options: DiscoveryOptions = DEFAULT_OPTIONS
) -> Feed:
    """Read the entries of a feed; of a broken one those before the fault. Never fetches.

    Links are absolute; an entry whose link is none is left out and named in the faults. Raises
    SourceUnreadable for what is no feed and for documents that declare entities.
    """
    faults = FaultLog(options.max_faults)
    body = gunzipped(body, options.max_feed_bytes, faults, options.max_gzip_layers)
    if len(body) > options.max_feed_bytes:
        faults.add(f"longer than {options.max_feed_bytes} bytes, read up to there")
    text = decoded(body[: options.max_feed_bytes], content_type, faults)
    if text.lstrip().startswith("{"):
        links = newest(json_feed_links(text, url, options, faults), options, faults)
    else:
        links = newest(xml_feed_links(clean_xml(text, url, faults), url, options, faults), options, faults)
    return Feed(links, faults.faults())


def root_name(xml: str) -> str:
    """Return the qualified name of the root element; empty if there is none."""
    root = _ROOT.match(xml)
    return root[1] if root else ""


def xml_feed_links(xml: str, url: str, options: DiscoveryOptions, faults: FaultLog) -> Iterator[Link]:
    """Yield the links of a feed whose text went through `clean_xml`. Raises SourceUnreadable."""
    root = root_name(xml)
    if local_name(root) not in FEED_ROOTS:
        raise SourceUnreadable(f"{shown_url(url)}: not a feed: {_what_it_is(root)}")
    parsed = _parsed(_closed(xml, root, faults), url)
    broken = parsed.get("bozo_exception")
    if broken is not None:
        faults.add(f"not well-formed XML, read as far as possible: {broken}")
    for number, entry in enumerate(parsed["entries"], start=1):
        try:
            yield _link(entry, str(parsed["version"]), url, options)
        except PageError as error:
            faults.add(f"entry {number}: {fault_of(error)}")


def local_name(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def _what_it_is(root: str) -> str:
    if local_name(root) in {"urlset", "sitemapindex"}:
        return "it is a sitemap; list it under `sitemaps`"
    return f"its first element is {root[:40]!r}" if root else "it has no element"


def _closed(xml: str, root: str, faults: FaultLog) -> str:
    """Cut an entry that the document's end cuts, whose link may be half a link, and close what is open."""
    ends = [found.end() for found in _ENTRY_END.finditer(xml)]
    last = ends[-1] if ends else 0
    if re.compile(rf"</{re.escape(root)}\s*>", re.IGNORECASE).search(xml, last):
        return xml
    faults.add(f"ends early: no closing tag of {root}; entries before that are used")
    if not last:
        return f"<{root}></{root}>"
    return xml[:last] + ("</channel>" if local_name(root) == "rss" else "") + f"</{root}>"


def _parsed(xml: str, url: str) -> Any:
    import feedparser  # slow to load

    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    try:
        # Only a stream is safe: feedparser opens a text or bytes that look like a path or URL.
        return feedparser.parse(
            BytesIO(xml.encode()), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
        )
    # Its second parser, for what is not well-formed, fails on hostile text in all these ways.
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError) as error:
        raise SourceUnreadable(f"{shown_url(url)}: the feed cannot be parsed: {error!r:.200}") from error


def _link(entry: Any, version: str, url: str, options: DiscoveryOptions) -> Link:
    published = _date(entry, "published") or _date(entry, "created")
    modified = _date(entry, "updated")
    if published is None and version.startswith("rss"):
        published, modified = modified, None  # dc:date, which feedparser calls `updated`
    return Link(
        url=absolute_url(_href(entry), url, options),
        discovered_via=DiscoveredVia.FEED,
        source_url=url,
        title=plain_title(entry.get("title"), options),
        published=published,
        modified=modified,
    )


def _href(entry: Any) -> str:
    alternates = [link for link in entry.get("links", []) if link.get("rel") == "alternate"]
    pages = [link for link in alternates if link.get("type") in _HTML_TYPES]
    name = str(entry.get("id") or "")
    hrefs = (
        entry.get("feedburner_origlink"),
        *(link.get("href") for link in pages + alternates),
        entry.get("link"),
        name if name.startswith(("http://", "https://")) else None,
    )
    return next((str(href) for href in hrefs if href), "")


def _date(entry: Any, name: str) -> str | None:
    raw = dict.get(entry, name)  # not entry.get: for `updated` it falls back to `published`
    date = parse_date(raw)
    parsed = dict.get(entry, f"{name}_parsed")
    # feedparser reads month names of some languages; for plain dates it would make 2 March of 30 February.
    if date is None and parsed is not None and raw and not raw.isascii():
        return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", parsed)
    return date
