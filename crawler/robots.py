"""robots.txt by RFC 9309: what forbids, and what a host that cannot be asked means.

Scrapy's own middleware fetches when robots.txt answers 5xx or not at all; the RFC says to assume that everything is
forbidden then (2.3.1.4). It does not apply Crawl-delay either.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from protego import Protego

from crawler.errors import (
    AddressRefused,
    CrawlDelayTooLong,
    PageError,
    RedirectLoop,
    RobotsDisallowed,
    RobotsUnavailable,
    WaitingPage,
)
from crawler.failures import page_error
from crawler.hosts import host_of
from crawler.resolver import refused_hosts
from crawler.rights import ServerRights, product_token
from crawler.rights_files import SignalLine, content_signals, read_content_signals, read_tdm_file, tdm_declared
from crawler.robots_groups import MAX_WILDCARD_RULES, groups_for, has_too_many_wildcards
from crawler.site_files import SiteFile, SiteFiles

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

MAX_CRAWL_DELAY = 300.0
"""Seconds of Crawl-delay that are obeyed; a host that asks for more is left to the next run (Heritrix's bound)."""
LEAST_JITTER = 0.5
"""Share of a delay that jitter leaves at least: Scrapy's own .5, ours .75."""
SMALL_FILE = 50_000
"""Bytes of a robots.txt up to which it is parsed beside everything else; 500,000 take 0.6 s (measured)."""
SERVER_RIGHTS = "server_rights"
"""Request meta: what robots.txt and tdmrep.json say of the page's rights."""
TDM_HEADERS = ("tdm-reservation", "tdm-policy")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one host's robots.txt says; `unavailable` says why it could not be asked."""

    parser: Protego | None = None
    signals: tuple[SignalLine, ...] = ()
    unavailable: PageError | None = None
    file: SiteFile | None = field(default=None, repr=False)

    def check(self, url: str, agent: str) -> None:
        """Raise the error of a URL that may not be asked for now; `agent` is our product token."""
        if self.unavailable is not None:
            raise self.unavailable
        if self.parser is not None and not self.parser.can_fetch(url, agent):
            raise RobotsDisallowed("robots.txt forbids it")

    def crawl_delay(self, agent: str) -> float:
        """Return the seconds between two requests, 0 where none are asked for; raises CrawlDelayTooLong."""
        delay = float((self.parser.crawl_delay(agent) if self.parser is not None else None) or 0)
        if delay > MAX_CRAWL_DELAY:
            raise CrawlDelayTooLong(f"robots.txt asks for {delay:.6g} s between requests, at most 300 s are waited")
        return delay

    @property
    def sitemaps(self) -> tuple[str, ...]:
        return tuple(self.parser.sitemaps) if self.parser is not None else ()


class RobotsMiddleware:
    """Asks a host's robots.txt once a day, before the first request to it; meta `dont_obey_robotstxt` passes by."""

    def __init__(self, scrapy_crawler: Crawler) -> None:
        self.crawler = scrapy_crawler
        self.obey = scrapy_crawler.settings.getbool("ROBOTSTXT_OBEY")
        self.user_agent = scrapy_crawler.settings["USER_AGENT"]
        self.files = SiteFiles(scrapy_crawler)
        self._rules: dict[tuple[str, str], Rules] = {}

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        return cls(scrapy_crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RobotsDisallowed or a waiting error for a request that may not be sent; set its `server_rights`."""
        if not self.obey or request.meta.get("dont_obey_robotstxt"):
            return
        user_agent = (request.headers.get("User-Agent") or b"").decode("latin-1") or self.user_agent
        agent = product_token(user_agent)
        rules = await self.rules(request.url, user_agent, request.meta)
        rules.check(request.url, agent)
        delay = rules.crawl_delay(agent)
        if delay:
            self._keep_crawl_delay(request, delay)
        if "link" in request.meta:
            request.meta[SERVER_RIGHTS] = await self._server_rights(request, rules, agent)

    async def rules(
        self, url: str, user_agent: str | None = None, meta: Mapping[str, Any] = MappingProxyType({})
    ) -> Rules:
        """Return the rules of the URL's scheme, host and port for a crawler; never raises.

        `user_agent` is ours by default, `meta` is of the request that asks.
        """
        origin, agent = _origin(url), product_token(user_agent or self.user_agent)
        known = self._rules.get((origin, agent))
        if known is not None and (known.file is None or known.file.is_fresh):
            return known
        try:
            file = await self.files.get(f"{origin}/robots.txt", meta)
            rules = await asyncio.to_thread(_read, file, agent) if len(file.body) > SMALL_FILE else _read(file, agent)
        except Exception as error:  # noqa: BLE001 - whatever kept us from asking, the host is not fetched from
            rules = _not_asked(error, url)
        if not isinstance(rules.unavailable, WaitingPage) or isinstance(rules.unavailable, RobotsUnavailable):
            self._rules[origin, agent] = rules
        return rules

    async def _server_rights(self, request: Request, rules: Rules, agent: str) -> ServerRights:
        """Return what the site's files say of the page; tdmrep.json is asked for where the site has a rights policy."""
        signals = content_signals(rules.signals, request.url, agent)
        file_url = f"{_origin(request.url)}/.well-known/tdmrep.json"
        if "rights" not in request.meta or (rules.parser and not rules.parser.can_fetch(file_url, agent)):
            return ServerRights(agent=agent, content_signals=signals)
        try:
            file = await self.files.get(file_url, request.meta)
        except Exception as error:  # a file that cannot be asked for declares nothing
            self.crawler.stats.inc_value(f"tdmrep/{type(error).__name__}")
            if isinstance(error, WaitingPage):
                raise
            return ServerRights(agent=agent, content_signals=signals)
        declared = tdm_declared(read_tdm_file(file.body), request.url) if file.body else {}
        return ServerRights(agent=agent, content_signals=signals, tdm_file=declared)

    def _keep_crawl_delay(self, request: Request, delay: float) -> None:
        """Raise the delay of the host's slot, also of one made later, and keep jitter and AutoThrottle from it.

        Nothing to do where our own pause is longer, with jitter too.
        """
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        options = downloader.per_slot_settings.setdefault(key, {})
        own = float(options.get("delay", self.crawler.settings.getfloat("DOWNLOAD_DELAY")))
        if delay <= own * LEAST_JITTER:
            return
        request.meta["autothrottle_dont_adjust_delay"] = True
        slot = downloader.slots.get(key)
        options |= {"delay": max(delay, own), "jitter": 0.0}
        if slot is not None:
            slot.delay, slot.jitter = max(slot.delay, delay), 0.0


def server_rights(response: Response) -> ServerRights:
    """Return what is said of a page outside its HTML: by the site's files, and by the response's headers."""
    found = {name: response.headers.get(name) for name in TDM_HEADERS}
    headers = {name: value.decode("latin-1") for name, value in found.items() if value is not None}
    site: ServerRights = response.meta.get(SERVER_RIGHTS, ServerRights())
    return replace(site, tdm_headers=headers)


def _read(file: SiteFile, agent: str) -> Rules:
    if file.status == 429 or file.status >= 500:
        unavailable = RobotsUnavailable(f"robots.txt answers HTTP {file.status}; left for the next run")
        return Rules(unavailable=unavailable)
    if not 200 <= file.status < 300:
        return Rules(file=file)
    text = file.body.decode("utf-8-sig", "ignore")
    if has_too_many_wildcards(text):
        told = f"robots.txt has more than {MAX_WILDCARD_RULES:,} rules with wildcards; left for the next run"
        return Rules(unavailable=RobotsUnavailable(told), file=file)
    return Rules(Protego.parse(groups_for(text, agent)), read_content_signals(text), file=file)


def _not_asked(error: Exception, url: str) -> Rules:
    """A name at an address that we refuse stays refused; too many redirects mean no robots.txt; the rest: not now."""
    if isinstance(error, WaitingPage):
        return Rules(unavailable=error)
    if isinstance(error, PageError):  # of a redirect: the page's own URL has passed the same guards
        return Rules(unavailable=RobotsUnavailable(f"{_origin(url)}/robots.txt leads astray: {error}"))
    reason = page_error(error, refused_hosts(), urlsplit(url).hostname or "")
    if isinstance(reason, AddressRefused):
        return Rules(unavailable=reason)
    if isinstance(reason, RedirectLoop):
        return Rules()
    return Rules(unavailable=RobotsUnavailable(f"{_origin(url)}/robots.txt cannot be asked: {reason}"))


def _origin(url: str) -> str:
    return f"{urlsplit(url).scheme}://{host_of(url)}"
