"""What both spiders share: pages are asked for, and what comes is handed on unread."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider

from crawler.config import Site
from crawler.errors import Gone, OutputError, PageError
from crawler.failures import page_error, unusable
from crawler.hosts import PACE, SITE_AGENT
from crawler.items import Link, Page
from crawler.pipelines import StorePipeline
from crawler.resolver import refused_hosts
from crawler.robots import server_rights
from crawler.signals import page_failed, page_unchanged
from crawler.urls import parse_url

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.state.values import Waiting

SHORTEST_DELAY = 0.001
"""Seconds that stand for a delay of 0: without any, Scrapy 2.19 starts all that is queued for a host at once."""

NOT_MODIFIED = 304
GONE = (404, 410)


class ArticleSpider(Spider):
    """Asks for pages and hands their bytes on. It never reads an article; that is the pipelines' work."""

    custom_settings: dict[str, Any] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wake = asyncio.Event()
        """Set when something has ended, so that more may be asked for."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        settings = crawler.settings
        settings.set("DOWNLOAD_DELAY", max(SHORTEST_DELAY, settings.getfloat("DOWNLOAD_DELAY")), priority="cmdline")
        return super().from_crawler(crawler, *args, **kwargs)

    @property
    def store_pipeline(self) -> StorePipeline | None:
        """The crawl's store; None for a run without state."""
        return self.crawler.get_item_pipeline(StorePipeline)

    def page_requests(
        self, url: str, link: Link, site: Site | None = None, waiting: Waiting | None = None
    ) -> Iterator[Request]:
        """Yield the page's request, or nothing for a URL that cannot be asked for: it costs itself, not the run."""
        try:
            yield self._page_request(url, link, site, waiting)
        except PageError as error:
            self.page_lost(url, error)

    def _page_request(self, url: str, link: Link, site: Site | None, waiting: Waiting | None) -> Request:
        """Return the request of an article page; `url` is the one that it is accounted under.

        A page that we have, `waiting.revisit`, is asked for with the validators of its last fetch.
        """
        meta: dict[str, Any] = {"requested_url": url, "link": link}
        headers: dict[str, str] = {}
        if site is not None:
            meta |= site_meta(site)
            headers |= site_headers(site)
        if waiting is not None and waiting.revisit:
            meta |= {"waiting": waiting, "handle_httpstatus_list": [NOT_MODIFIED, *GONE]}
            validators = {"If-None-Match": waiting.etag, "If-Modified-Since": waiting.last_modified}
            headers |= {name: value for name, value in validators.items() if value}
        return Request(
            parse_url(url).href,  # Scrapy takes spellings that browsers know, such as http:host/path, for no URL
            callback=self.parse_page,
            errback=self.request_failed,
            headers=headers,
            meta=meta,
            dont_filter=True,
        )

    def parse_page(self, response: Response) -> Iterator[Page]:
        """Yield the page as it came: bytes, and what the server said of them; nothing for one that is unchanged."""
        try:
            yield from self._pages_of(response)
        except OutputError as error:
            self.output_failed(error)

    def _pages_of(self, response: Response) -> Iterator[Page]:
        meta = response.meta
        refused = unusable(response.status) if 200 <= response.status < 300 else None
        if refused is not None:
            self.page_lost(meta["requested_url"], refused)
            return
        body_hash = sha256(response.body).hexdigest()
        if "waiting" in meta and self._is_settled(response, meta["waiting"], body_hash):
            return
        significant_params = meta.get("significant_params", frozenset())
        if self.store_pipeline is not None:
            if self.store_pipeline.repeats(meta["requested_url"], response.url, body_hash, significant_params):
                self._wake.set()
                return
            self.store_pipeline.in_flight.fetched(meta["requested_url"], body_hash)
        yield Page(
            body=response.body,
            url=response.url,
            requested_url=meta["requested_url"],
            content_type=_header(response, "Content-Type"),
            http_status=response.status,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
            x_robots_tag=tuple(v.decode("latin-1") for v in response.headers.getlist("X-Robots-Tag")),
            server_rights=server_rights(response),
            rights_policy=meta.get("rights", "record"),
            link=meta["link"],
            languages=meta.get("languages", frozenset()),
            significant_params=significant_params,
            timezone=meta.get("timezone"),
            site_language=meta.get("site_language"),
            prune=meta.get("prune", ()),
            keep=meta.get("keep", ()),
        )

    def _is_settled(self, response: Response, waiting: Waiting, body_hash: str) -> bool:
        """Settle a page that we have and that is gone or the same; False for one that must be read again."""
        if response.status in GONE:
            self.page_lost(waiting.url, Gone(f"HTTP {response.status}"))
            return True
        if response.status == NOT_MODIFIED or body_hash == waiting.body_hash:
            renewed = {"etag": _header(response, "ETag"), "last_modified": _header(response, "Last-Modified")}
            self.crawler.signals.send_catch_log(page_unchanged, requested_url=waiting.url, **renewed)
            self._wake.set()
            return True
        return False

    def request_failed(self, failure: Failure) -> None:
        """Name the cause of a request that gave no page."""
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy sets it on every failure
        self.page_lost(request.meta["requested_url"], self.error_of(failure, request))

    def error_of(self, failure: Failure, request: Request) -> PageError:
        assert failure.value is not None
        return page_error(failure.value, refused_hosts(), urlsplit(request.url).hostname or "")

    def page_lost(self, requested_url: str, error: PageError) -> None:
        self.crawler.signals.send_catch_log(page_failed, requested_url=requested_url, error=error)
        self._wake.set()

    def output_failed(self, error: OutputError) -> None:
        """End the run: nothing more can be kept. What is not committed is left to the next one."""
        if self.store_pipeline is not None:
            self.store_pipeline.fail(error)


def site_meta(site: Site) -> dict[str, Any]:
    """Return the request meta that holds a request to its site."""
    meta: dict[str, Any] = {
        "site": site.name,
        "site_url": site.url,
        "rights": site.rights,
        "allow_hosts": frozenset(site.allow_hosts),
        "languages": frozenset(language.split("-")[0].lower() for language in site.languages),
        "significant_params": frozenset(site.significant_params),
        "timezone": site.timezone,
        "site_language": site.language,
        "verify_tls": site.verify_tls,
        SITE_AGENT: site.user_agent,
        "prune": site.prune,
        "keep": site.keep,
        PACE: pace_of(site),
    }
    if site.delay is not None:
        meta["autothrottle_dont_adjust_delay"] = True
    return meta


def site_headers(site: Site) -> dict[str, str]:
    """Return what every request to a site says: who asks, and for which language where it is configured."""
    said = {"User-Agent": site.user_agent, "Accept-Language": site.language}
    return {name: value for name, value in said.items() if value}


def pace_of(site: Site) -> dict[str, Any]:
    """Return what Scrapy's slot of a host is to keep to: one of `DOWNLOAD_SLOTS`."""
    delay = {} if site.delay is None else {"delay": max(SHORTEST_DELAY, site.delay)}
    return {"concurrency": site.concurrency, **delay}


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
