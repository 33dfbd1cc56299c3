"""Downloader middlewares that stand before every request and answer, redirects and robots.txt included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from crawler.addresses import AllowedAddress, check_url, parse_allowed
from crawler.content_codings import ACCEPTED, CodingOptions, codings_of, decoded_body
from crawler.errors import BadUrl, OffSite
from crawler.in_flight import AnswersInFlight
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


class DecompressionMiddleware:
    """Undoes content codings within bounds, whole streams only; in the place of Scrapy's HttpCompressionMiddleware.

    `download_maxsize` in a request's meta bounds its answer; `cut_at` has an answer cut there instead of refused.
    """

    def __init__(self, max_bytes: int, in_flight: AnswersInFlight | None = None) -> None:
        self.max_bytes = max_bytes
        self.in_flight = in_flight

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        in_flight = scrapy_crawler.get_extension(AnswersInFlight)
        return cls(scrapy_crawler.settings.getint("DOWNLOAD_MAXSIZE"), in_flight)

    async def process_request(self, request: Request) -> None:
        request.headers.setdefault("Accept-Encoding", ", ".join(ACCEPTED))

    async def process_response(self, request: Request, response: Response) -> Response:
        """Raise PageTooLarge, BodyTruncated or NotHtml for a body that is not to be had whole."""
        codings = codings_of(value.decode("latin-1") for value in response.headers.getlist("Content-Encoding"))
        if not codings:
            return response
        cut_at = request.meta.get("cut_at")
        max_bytes = cut_at or request.meta.get("download_maxsize", self.max_bytes)
        if self.in_flight is not None:
            await self.in_flight.room_to_unpack()
        body = decoded_body(response.body, codings, CodingOptions(max_bytes, cut=cut_at is not None))
        if self.in_flight is not None:
            self.in_flight.deliver(request, len(body), unpacked=True)
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        # Not `replace`: it guesses the encoding of the packed bytes first, 6 to 100 ms of the reactor's time.
        unchanged = {name: getattr(response, name) for name in Response.attributes}
        return kind(**unchanged | {"headers": headers, "body": body})
