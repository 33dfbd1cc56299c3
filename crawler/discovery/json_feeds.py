"""JSON Feed (jsonfeed.org, versions 1 and 1.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from crawler.discovery.dates import parse_date
from crawler.discovery.faults import FaultLog
from crawler.discovery.links import absolute_url, fault_of, plain_title
from crawler.discovery.options import DiscoveryOptions
from crawler.errors import PageError, SourceUnreadable
from crawler.items import DiscoveredVia, Link
from crawler.urls import shown_url

_VERSION = re.compile(r'"version"\s*:\s*"https?:(?:\\?/){2}(?:www\.)?jsonfeed\.org')
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder(strict=False)  # not strict: control characters in strings


def json_feed_links(text: str, url: str, options: DiscoveryOptions, faults: FaultLog) -> Iterator[Link]:
    """Yield the links of a JSON Feed; of a broken one those before the fault. Raises SourceUnreadable."""
    if not _VERSION.search(text):
        raise SourceUnreadable(f"{shown_url(url)}: JSON, but not a JSON Feed: it has no jsonfeed.org version")
    for number, entry in enumerate(_entries(text, url, faults), start=1):
        try:
            yield _link(entry, url, options)
        except PageError as error:
            faults.add(f"entry {number}: {fault_of(error)}")


def _entries(text: str, url: str, faults: FaultLog) -> Iterator[Any]:
    try:
        feed = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        faults.add(f"not well-formed JSON, read up to the fault: {error}")
        return _entries_before_fault(text)
    entries = feed.get("items", []) if isinstance(feed, dict) else None
    if not isinstance(entries, list):
        raise SourceUnreadable(f"{shown_url(url)}: not a JSON Feed: `items` is not a list")
    return iter(entries)


def _entries_before_fault(text: str) -> Iterator[Any]:
    start = _ITEMS.search(text)
    position = start.end() if start else len(text)
    while True:
        between = _BETWEEN.match(text, position)
        try:
            entry, position = _DECODER.raw_decode(text, between.end() if between else position)
        except (ValueError, RecursionError):
            return
        yield entry


def _link(entry: Any, url: str, options: DiscoveryOptions) -> Link:
    found = entry if isinstance(entry, dict) else {}

    def text_of(name: str) -> str:
        value = found.get(name)
        return value if isinstance(value, str) else ""

    permalink = text_of("url") or text_of("external_url")
    if not permalink and text_of("id").startswith(("http://", "https://")):
        permalink = text_of("id")
    return Link(
        url=absolute_url(permalink, url, options),
        discovered_via=DiscoveredVia.FEED,
        source_url=url,
        title=plain_title(text_of("title"), options),
        published=parse_date(text_of("date_published")),
        modified=parse_date(text_of("date_modified")),
    )
