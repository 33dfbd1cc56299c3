"""Sources as the news spider sees them: what to ask, how to read the answer, which of its links to take."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from crawler.config import Site
from crawler.discovery.dates import instant
from crawler.errors import PageError
from crawler.items import DiscoveredVia, Link
from crawler.spiders.window import ANY_TIME, Window
from crawler.state.values import Candidate, Poll, SourceState
from crawler.urls import normalized_url, requested_form, same_site

if TYPE_CHECKING:
    from scrapy.http import Response

OK = 200
MADE_NOW_SECONDS = 600
"""Age of a lastmod under which it may be the time of the poll. Chosen, not measured."""
GONE = frozenset({404, 410})
MOST_FRUITFUL = 25
"""Known sources that are asked first in each run; the others take turns, those longest ago before. Chosen: half of what
a run asks of a kind."""
GONE_POLLS = 3
"""Such answers in a row after which a found source is asked again only when something names it. Chosen."""


@dataclass(frozen=True, slots=True)
class Source:
    """A feed, sitemap or front page to ask."""

    url: str
    kind: DiscoveredVia
    found: bool = False
    """Named by another source, not by sites.toml: then it must be of the site."""
    discovers: bool = False
    """The home page of a site without configured sources: it and robots.txt name the others."""
    known: bool = False
    """Found by an earlier run."""
    changed: bool = False
    """What names it says that something has come to it since it was read."""
    depth: int = 0

    def validators(self, known: SourceState | None, site: Site) -> dict[str, str]:
        """Return the headers of a conditional request.

        None for a first poll, for one that is to be whole, and where other rules chose among its links: they may have
        refused what these take.
        """
        if known is None or known.ask_whole or known.rules_hash != rules_hash(site):
            return {}
        headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in headers.items() if value}


def rules_hash(site: Site) -> str:
    """Return the sha256 of what decides which links of a source the site takes."""
    rules = (site.name, site.url, site.allow, site.deny, site.allow_hosts, site.significant_params)
    return sha256(repr(rules).encode()).hexdigest()


def sources_of(site: Site, known: Collection[SourceState]) -> list[Source]:
    """Return what is configured, then what earlier runs found from there: the most fruitful, then in turn.

    A home page or an index that answers 304 names nothing; what it named before is asked all the same, unless it is
    gone. What was configured once and is no more is asked where something names it.
    """
    configured = _configured_sources(site)
    discovers = any(source.discovers for source in configured)
    found = [
        Source(state.url, DiscoveredVia(state.kind), found=True, known=True)
        for state in sorted(known, key=lambda s: s.last_new_at or "", reverse=True)
        if state.found
        and not _is_gone(state)
        and (discovers or (site.sitemaps and state.kind in {DiscoveredVia.SITEMAP, DiscoveredVia.NEWS_SITEMAP}))
    ]
    asked_at = {state.url: state.polled_at for state in known}
    found[MOST_FRUITFUL:] = sorted(found[MOST_FRUITFUL:], key=lambda source: asked_at[source.url])
    urls = {source.url for source in configured}
    return configured + [source for source in found if source.url not in urls]


def _is_gone(state: SourceState) -> bool:
    return state.http_status in GONE and state.failures >= GONE_POLLS


def newest_first(children: Iterable[Link]) -> list[Link]:
    """Return the sitemaps of an index by their lastmod, those without one last, as they are named."""
    return sorted(children, key=lambda child: instant(child.modified), reverse=True)


def sources_of_index(
    children: Sequence[Link], depth: int, known: Callable[[str], SourceState | None]
) -> Iterator[Source]:
    """Yield the sitemaps of an index, the newest first, without those to which nothing has come since we read them."""
    trusted = trusts_modified(children, datetime.now(UTC))
    for child in newest_first(children):
        state = known(child.url)
        if state is None or state.failures or child.modified is None or not trusted:
            yield Source(child.url, DiscoveredVia.SITEMAP, found=True, known=state is not None, depth=depth)
        elif instant(child.modified) >= instant(state.polled_at):
            yield Source(child.url, DiscoveredVia.SITEMAP, found=True, changed=True, depth=depth)


def _configured_sources(site: Site) -> list[Source]:
    """Return the site's sources; the home page, which names others, where none is configured."""
    named = [
        *(Source(url, DiscoveredVia.FEED) for url in site.feeds),
        *(Source(url, DiscoveredVia.SITEMAP) for url in site.sitemaps),
        *(Source(url, DiscoveredVia.FRONT_PAGE) for url in site.front_pages),
    ]
    return named or [Source(site.url, DiscoveredVia.FRONT_PAGE, discovers=True)]


def trusts_modified(links: Sequence[Link], now: datetime) -> bool:
    """Whether a source's lastmod values say when articles changed, and not when the source was made.

    They do when they differ, and when most of them are older than the poll.
    """
    told = [instant(link.modified) for link in links if link.modified]
    fresh = sum(1 for moment in told if abs((now - moment).total_seconds()) < MADE_NOW_SECONDS)
    return len(set(told)) > 1 and fresh <= len(told) / 2


def candidates_of(site: Site, links: Iterable[Link], window: Window = ANY_TIME) -> tuple[list[Candidate], Counter[str]]:
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
        if cause is None and not window.has(link, site.timezone):
            cause = "outside_window"
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


def read_poll(site: Site, source: Source, response: Response, *, trusted: bool) -> Poll:
    """Return the outcome of a source that answered; `trusted` says whether its lastmod values are."""
    whole = response.status == OK
    return Poll(
        url=source.url,
        site=site.name,
        kind=source.kind,
        http_status=response.status,
        etag=_text(response.headers.get("ETag")),
        last_modified=_text(response.headers.get("Last-Modified")),
        body_hash=sha256(response.body).hexdigest() if whole else None,
        polled_at=_now(),
        trusts_modified=trusted,
        found=source.found,
        rules_hash=rules_hash(site),
    )


def failed_poll(site: Site, source: Source, status: int | None, cause: str) -> Poll:
    """Return the outcome of a source that could not be read; `status` is None where no answer came."""
    return Poll(
        source.url, site.name, source.kind, status, None, None, None, _now(), cause, found=source.found
    )  # fmt: skip


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value else None
