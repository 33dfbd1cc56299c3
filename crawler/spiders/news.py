"""`scrapy crawl news -a sites=sites.toml`: configured sites, their sources, then the articles those gave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from msgspec.structs import replace
from scrapy import Request

from crawler.addresses import AllowedAddress, parse_allowed
from crawler.config import Site, choose_sites, load_sites
from crawler.config_file import age_seconds
from crawler.contact import is_allowed
from crawler.discovery.options import DEFAULT_OPTIONS
from crawler.discovery.sitemaps import sitemap_urls
from crawler.discovery.sources import SourceLinks
from crawler.engine_config import load_engine
from crawler.errors import OutputError, PageError, UsageError
from crawler.extensions import Workers
from crawler.failures import http_error
from crawler.items import DiscoveredVia, Page, Record
from crawler.reports import Bounds
from crawler.robots import RobotsMiddleware
from crawler.spiders.asked_sources import AskedSources
from crawler.spiders.base import site_headers, site_meta
from crawler.spiders.host_groups import host_groups
from crawler.spiders.ledger import LedgerSpider
from crawler.spiders.polls import NOT_MODIFIED, Polls
from crawler.spiders.sources import Source, sources_of, sources_of_index
from crawler.spiders.window import Window
from crawler.urls import parse_url

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.state.values import SourceState

MAX_SOURCE_BYTES = DEFAULT_OPTIONS.max_sitemap_bytes
READ_SOURCE = "crawler.discovery.sources:read_source"


class NewsSpider(LedgerSpider):
    """Polls every source of the sites, then fetches what is waiting. It navigates; it never reads an article."""

    name = "news"

    def __init__(self, sites: tuple[Site, ...] = (), *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {site.name: site for site in sites}
        self.polls = Polls(Window(), self.logger)
        self._asked: dict[str, AskedSources] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        path, names = kwargs.pop("sites", ""), kwargs.pop("site", "")
        if not path:
            raise UsageError("no sites given; use -a sites=sites.toml")
        allowed = [parse_allowed(text) for text in crawler.settings.getlist("WINNOW_ALLOW_ADDRESSES")]
        chosen = choose_sites(load_sites(Path(path)), names.split(",") if names else ())
        sites = tuple(_with_rights_policy(site, allowed) for site in chosen)
        crawler.settings.set("WINNOW_ENGINE", load_engine(Path(path)).setting, priority="spider")
        spider = super().from_crawler(crawler, sites, *args, **kwargs)
        window = Window(*(_moment(crawler.settings[name]) for name in ("WINNOW_SINCE", "WINNOW_UNTIL")))
        spider.polls = Polls(window, spider.logger)
        return spider

    async def start(self) -> AsyncIterator[Request | Page | Record]:
        """Ask for the sources, then for the pages that they gave and those left from earlier runs."""
        pipeline = self.store_pipeline
        if pipeline is None:
            raise UsageError("the news spider needs the StorePipeline; it keeps what was found")
        usual = self.crawler.settings["WINNOW_NEAR_DUPLICATES"]
        pipeline.sites_without_copies = frozenset(
            site.name for site in self.sites.values() if (site.near_duplicates or usual) == "drop"
        )
        pipeline.figures.bounds = {
            site.name: Bounds(site.min_records, site.max_failed_share) for site in self.sites.values()
        }
        async for request in self.waiting_pages(self.sites, host_groups(self.sites.values())):
            yield request

    async def begin_site(self, name: str) -> AsyncIterator[Request]:
        """Yield the requests of the site's sources, and let its articles wait whose age for a re-visit has come."""
        pipeline = self.store_pipeline
        assert pipeline is not None
        site, store = self.sites[name], pipeline.store
        ages = [age_seconds(age) for age in site.revisit]
        await asyncio.wrap_future(store.aside.schedule_revisits(name, ages, datetime.now(UTC)))
        self._asked[name] = AskedSources(name, self.logger)
        for source in sources_of(site, store.sources_of(name)):
            for request in self._ask(site, source):
                yield request

    def _known(self, url: str) -> SourceState | None:
        assert self.store_pipeline is not None
        return self.store_pipeline.store.source(url)

    def _is_early(self, source: Source) -> bool:
        """Whether the source's next turn is still to come, and nothing says that it has changed."""
        pipeline = self.store_pipeline
        assert pipeline is not None
        if source.changed or not self.crawler.settings.getbool("WINNOW_DUE"):
            return False
        return not pipeline.store.is_due(source.url, datetime.now(UTC))

    def _ask(self, site: Site, source: Source) -> Iterable[Request]:
        """Yield the request of a source that was not asked for yet in this run."""
        if self._is_early(source) or not self._asked[site.name].admit(source):
            return
        try:
            url = parse_url(source.url).href
        except PageError as error:  # robots.txt may name anything
            self.logger.warning("not asked, named by %s: %s", site.name, error)
            return
        pipeline = self.store_pipeline
        assert pipeline is not None
        meta = {key: value for key, value in site_meta(site).items() if key != "site_url" or source.found}
        meta |= {
            "source": source,
            "download_maxsize": MAX_SOURCE_BYTES,
            "handle_httpstatus_list": [NOT_MODIFIED],
            "requested_url": source.url,
        }
        headers = site_headers(site) | source.validators(pipeline.store.source(source.url), site)
        self.open_polls[site.name] += 1
        yield Request(
            url, callback=self.parse_source, errback=self.source_failed,
            headers=headers, meta=meta, dont_filter=True, priority=100,
        )  # fmt: skip

    async def parse_source(self, response: Response) -> AsyncIterator[Request]:
        """Commit what the source gave; yield the requests of sources that it names."""
        site, source = self.sites[response.meta["site"]], response.meta["source"]
        pipeline = self.store_pipeline
        assert pipeline is not None
        with self._polled(site.name):
            try:
                links = await self._read(response, source)
            except PageError as error:
                await self.polls.commit_failed(pipeline, site, source, error, response)
                links = SourceLinks()
            else:
                await self.polls.commit(pipeline, site, source, response, links.links)
            async for further in self._further_sources(site, source, links, response):
                for request in self._ask(site, further):
                    yield request

    async def source_failed(self, failure: Failure) -> AsyncIterator[Request]:
        """Commit why a source could not be asked; a home page's robots.txt may still name sitemaps."""
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy sets it on every failure
        site, source = self.sites[request.meta["site"]], request.meta["source"]
        pipeline = self.store_pipeline
        assert pipeline is not None
        with self._polled(site.name):
            await self.polls.commit_failed(pipeline, site, source, self.error_of(failure, request), None)
            async for further in self._further_sources(site, source, SourceLinks(), None):
                for asked in self._ask(site, further):
                    yield asked

    async def _read(self, response: Response, source: Source) -> SourceLinks:
        if response.status == NOT_MODIFIED:
            return SourceLinks()
        if response.status != 200:
            raise http_error(response.status)
        workers = self.crawler.get_extension(Workers)
        assert workers is not None
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1") or None
        call = workers.pool.submit(READ_SOURCE, source.kind, response.body, response.url, content_type)
        found: SourceLinks = await asyncio.wrap_future(call)
        for fault in found.faults:
            self.logger.warning("%s: %s", source.url, fault)
        return found

    async def _further_sources(
        self, site: Site, source: Source, links: SourceLinks, response: Response | None
    ) -> AsyncIterator[Source]:
        """Yield the sitemaps of an index and, for a home page without configured sources, what it and robots name."""
        for child in sources_of_index(links.children, source.depth + 1, self._known):
            yield child
        if not source.discovers:
            return
        for feed in links.feeds:
            yield Source(feed, DiscoveredVia.FEED, found=True)
        robots = self.crawler.get_downloader_middleware(RobotsMiddleware)
        if robots is not None:
            rules = await robots.rules(response.url if response else source.url, site.user_agent, site_meta(site))
            for url in sitemap_urls(rules.sitemaps, response.url if response else source.url):
                yield Source(url, DiscoveredVia.SITEMAP, found=True)

    @contextmanager
    def _polled(self, name: str) -> Iterator[None]:
        """Close the poll however its reading ends: a run that waited for it would never end."""
        try:
            yield
        except OutputError as error:
            self.output_failed(error)
        finally:
            self.open_polls[name] -= 1
            self._wake.set()


def _with_rights_policy(site: Site, allowed: Sequence[AllowedAddress]) -> Site:
    """Fill in what holds where `rights` is not set: obeyed, but recorded only at an address of the caller's own."""
    return replace(site, rights=site.rights or ("record" if is_allowed(site.url, allowed) else "obey"))


def _moment(told: str) -> datetime | None:
    return datetime.fromisoformat(told) if told else None
