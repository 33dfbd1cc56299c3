"""Sources as the news spider sees them: what to ask, how to read the answer, which of its links to take."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.config import Site
from crawler.errors import PageError
from crawler.items import DiscoveredVia, Link
from crawler.state.values import Candidate, Poll, SourceState
from crawler.urls import normalized_url, requested_form, same_site

if TYPE_CHECKING:
    from scrapy.http import Response
    from scrapy.settings import BaseSettings


@dataclass(frozen=True, slots=True)
class Source:
    """A feed, sitemap or front page to ask."""

    url: str
    kind: DiscoveredVia
    found: bool = False
    """Named by another source, not by sites.toml: then it must be of the site."""
    discovers: bool = False
    """The home page of a site without configured sources: it and robots.txt name the others."""
    depth: int = 0

    def validators(self, known: SourceState | None) -> dict[str, str]:
        """Return the headers of a conditional request.

        A front page that names the other sources is always read whole, and so is what is no feed: the files of a
        sitemap index must be seen again.
        """
        if known is None or self.discovers or self.kind is DiscoveredVia.SITEMAP:
            return {}
        headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in headers.items() if value}


def candidates_of(site: Site, links: Iterable[Link]) -> tuple[list[Candidate], Counter[str]]:
    """Return the links that the site's rules take, and how many they refuse, by cause."""
    significant = frozenset(site.significant_params)
    hosts = frozenset(site.allow_hosts)
    allow, deny = [[re.compile(p) for p in patterns] for patterns in (site.allow, site.deny)]
    accepted: list[Candidate] = []
    refused: Counter[str] = Counter()
    home = normalized_url(site.url)
    for link in links:
        try:
            identity = normalized_url(link.url, significant)
            cause = _refusal(link.url, site, hosts, (allow, deny))
        except PageError as error:
            cause = error.cause
        if cause is None and identity != home:
            accepted.append(Candidate(_as_requested(link, significant), identity, site.name))
        elif cause is not None:
            refused[cause] += 1
    return accepted, refused


def _refusal(
    url: str,
    site: Site,
    hosts: frozenset[str],
    rules: tuple[Sequence[re.Pattern[str]], Sequence[re.Pattern[str]]],
) -> str | None:
    allow, deny = rules
    if not same_site(url, site.url, hosts):
        return "off_site"
    if any(pattern.search(url) for pattern in deny):
        return "denied"
    if allow and not any(pattern.search(url) for pattern in allow):
        return "not_allowed"
    return None


def _as_requested(link: Link, significant: frozenset[str]) -> Link:
    return Link(
        requested_form(link.url, significant), link.discovered_via, link.source_url, link.title,
        link.published, link.modified,
    )  # fmt: skip


def poll_of(
    site: Site, source: Source, status: int | None, response: Response | None, body_hash: str | None,
    cause: str | None = None,
) -> Poll:  # fmt: skip
    """Return the outcome of asking a source."""
    headers = response.headers if response is not None else {}
    return Poll(
        url=source.url,
        site=site.name,
        kind=source.kind,
        http_status=status,
        etag=_text(headers.get("ETag")),
        last_modified=_text(headers.get("Last-Modified")),
        body_hash=body_hash,
        polled_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        cause=cause,
    )


def download_slots(sites: Iterable[Site], settings: BaseSettings) -> dict[str, dict[str, Any]]:
    """Return Scrapy's `DOWNLOAD_SLOTS`: delay and concurrency of every host that a site names."""
    slots: dict[str, dict[str, Any]] = {}
    for site in sites:
        delay = settings.getfloat("DOWNLOAD_DELAY") if site.delay is None else site.delay
        for url in (site.url, *site.feeds, *site.sitemaps, *site.front_pages):
            name = urlsplit(url).hostname
            if name:
                slots[name] = {"delay": delay, "concurrency": site.concurrency}
        for name in site.allow_hosts:
            slots[name] = {"delay": delay, "concurrency": site.concurrency}
    return slots


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value else None
