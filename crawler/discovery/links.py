"""What every reader of a source does with the links that it finds."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from heapq import nlargest

from w3lib.html import remove_tags

from crawler.discovery.dates import instant
from crawler.discovery.faults import FaultLog
from crawler.discovery.options import DiscoveryOptions
from crawler.errors import BadUrl, PageError
from crawler.items import Link
from crawler.urls import parse_url, shown_url

_NOT_PRINTED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


def absolute_url(href: str, base: str, options: DiscoveryOptions) -> str:
    """Return the link as an absolute http or https URL. Raises BadUrl or SchemeRefused."""
    # `&amp;` is left where a link was escaped twice.
    plain = href.strip().replace("&amp;", "&")
    if not plain:
        raise BadUrl("the link is empty")
    absolute: str = parse_url(plain, base).href
    if len(absolute) > options.max_url_chars:
        raise BadUrl(f"{shown_url(absolute)}: longer than {options.max_url_chars} characters")
    return absolute


def plain_title(markup: str | None, options: DiscoveryOptions) -> str | None:
    """Return a title given as markup as plain text of one line; None if nothing is left."""
    if not markup:
        return None
    cut = markup[: 20 * options.max_title_chars]
    # Twice, because titles escaped twice are common.
    return one_line(html.unescape(html.unescape(remove_tags(cut) if ">" in cut else cut)), options)


def one_line(text: str, options: DiscoveryOptions) -> str | None:
    """Return a title given as text without line breaks and control characters, cut to the allowed length."""
    line = " ".join(_NOT_PRINTED.sub(" ", text).split())
    return line[: options.max_title_chars].rstrip() or None


def newest(links: Iterable[Link], options: DiscoveryOptions, faults: FaultLog) -> tuple[Link, ...]:
    """Return at most `max_links`, the newest of them, in the order of the document. Reads lazily.

    Links without a date count as oldest; among equals the first in the document are kept.
    """
    total = 0

    def numbered() -> Iterable[tuple[int, Link]]:
        nonlocal total
        for link in links:
            total += 1
            yield total, link

    kept = nlargest(
        options.max_links,
        numbered(),
        key=lambda pair: (instant(pair[1].modified or pair[1].published), -pair[0]),
    )
    if total > len(kept):
        faults.add(f"{total} links; the newest {len(kept)} are used")
    return tuple(link for _, link in sorted(kept, key=lambda pair: pair[0]))


def fault_of(error: PageError) -> str:
    """Return the fault of a link that is left out."""
    return f"left out: {error}"
