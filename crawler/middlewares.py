"""Downloader middlewares that stand before every request, redirects and robots.txt included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from crawler.addresses import AllowedAddress, check_url, parse_allowed
from crawler.errors import BadUrl, OffSite
from crawler.urls import same_site

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


class AddressGuardMiddleware:
    """Refuses what is not http(s) to a public or allowed address, by the URL alone.

    `crawler.resolver.GuardedResolver` refuses names that lead to such addresses; each is open without the other.
    """

    def __init__(self, allowed: tuple[AllowedAddress, ...], max_url_chars: int) -> None:
        self.allowed = allowed
        self.max_url_chars = max_url_chars

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        settings = scrapy_crawler.settings
        allowed = tuple(parse_allowed(text) for text in settings.getlist("WINNOW_ALLOW_ADDRESSES"))
        return cls(allowed, settings.getint("URLLENGTH_LIMIT"))

    async def process_request(self, request: Request) -> None:
        """Raise SchemeRefused, BadUrl or AddressRefused for a request that may not be sent."""
        if self.max_url_chars and len(request.url) > self.max_url_chars:
            raise BadUrl(f"{len(request.url):,} characters, the cap is {self.max_url_chars:,}")
        check_url(request.url, self.allowed)


class SiteGuardMiddleware:
    """Holds a request with `site_url` in its meta, and the redirects that follow, to that site.

    `allow_hosts` in the meta names hosts beside the site's own.
    """

    async def process_request(self, request: Request) -> None:
        """Raise OffSite for a redirect that leaves the site."""
        site_url = request.meta.get("site_url")
        if site_url is None:
            return
        if not same_site(request.url, site_url, request.meta.get("allow_hosts", frozenset())):
            raise OffSite(f"leads to {request.url}, outside the site; name the host in allow_hosts if it belongs to it")
