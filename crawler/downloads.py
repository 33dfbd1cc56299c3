"""Scrapy's download handler with what it lacks: bounds on headers and on all answers, a check of the address."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.internet.defer import Deferred, fail
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from crawler.addresses import AllowedAddress, may_connect, parse_allowed
from crawler.errors import AddressRefused, ConnectionFailed, PageError
from crawler.in_flight import AnswersInFlight
from crawler.resolver import exempt_proxy

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.interfaces import IAddress

MAX_HEADER_BYTES = 262_144
"""Bytes of status line and headers of one answer, 1xx answers before it included. Chrome's and curl's bounds are
256 to 300 KB; Twisted has none for the whole."""
PORTS = {"http": 80, "https": 443}


class _BoundedHandler(HTTP11DownloadHandler):
    """Bounds headers; with `allowed`, sends nothing to an address that may not be reached."""

    def __init__(
        self, crawler: Crawler, allowed: tuple[AllowedAddress, ...] | None, *, verify_tls: bool = True
    ) -> None:
        super().__init__(crawler)
        if not verify_tls:
            self._contextFactory: Any = _ScrapyClientContextFactory(verify_certificates=False)
        self._in_flight: AnswersInFlight | None = crawler.get_extension(AnswersInFlight)
        pool: Any = self._pool
        pool._factory = partial(_BoundedFactory, allowed, self._in_flight)

    async def download_request(self, request: Request) -> Response:
        try:
            response = await super().download_request(request)
        except Exception as error:
            for reason in getattr(error.__cause__, "reasons", ()):
                if isinstance(reason.value, PageError):
                    raise reason.value from error
            raise
        if self._in_flight is not None:
            self._in_flight.deliver(request, len(response.body))
        return response


class BoundedDownloadHandler(_BoundedHandler):
    """Bounds headers, and sends nothing to an address that may not be reached, however a connection led there.

    A request through a proxy connects to the proxy, whose own address is not judged; the name that it asks for is,
    as far as it resolves here.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._scrapy_crawler = crawler
        self._allowed = tuple(parse_allowed(text) for text in settings.getlist("WINNOW_ALLOW_ADDRESSES"))
        self._dns_seconds = settings.getfloat("DNS_TIMEOUT")
        super().__init__(crawler, self._allowed)
        self._others: dict[tuple[bool, bool], _BoundedHandler] = {}

    async def download_request(self, request: Request) -> Response:
        """Raises AddressRefused, and ConnectionFailed for too many header bytes, beside what Scrapy raises."""
        proxy, verify_tls = request.meta.get("proxy"), request.meta.get("verify_tls", True)
        if proxy:
            await self._check_name(request.url)
            _exempt(proxy)
        if not proxy and verify_tls:
            return await super().download_request(request)
        return await self._other(through_proxy=bool(proxy), verify_tls=verify_tls).download_request(request)

    def _other(self, *, through_proxy: bool, verify_tls: bool) -> _BoundedHandler:
        """Return the handler, with connections of its own, for requests that are not sent as most are."""
        kind = (through_proxy, verify_tls)
        if kind not in self._others:
            allowed = None if through_proxy else self._allowed
            self._others[kind] = _BoundedHandler(self._scrapy_crawler, allowed, verify_tls=verify_tls)
        return self._others[kind]

    async def close(self) -> None:
        for handler in self._others.values():
            await handler.close()
        await super().close()

    async def _check_name(self, url: str) -> None:
        """Raise AddressRefused for a name that leads to addresses none of which may be reached."""
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
        found: Sequence[Any] = ()
        with contextlib.suppress(OSError, TimeoutError):  # behind a proxy names often do not resolve
            async with asyncio.timeout(self._dns_seconds):
                look_up = asyncio.get_running_loop().getaddrinfo
                found = await look_up(parts.hostname, port, type=socket.SOCK_STREAM)
        if found and not all(may_connect(entry[4][0], port, self._allowed) for entry in found):
            raise AddressRefused(f"{parts.hostname} is at an address that is not public")


def _exempt(proxy: str) -> None:
    parts = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
    if parts.hostname:
        exempt_proxy(parts.hostname, parts.port or PORTS.get(parts.scheme, 0))


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    allowed: tuple[AllowedAddress, ...] | None = ()
    """None: the connection is to a proxy."""
    in_flight: AnswersInFlight | None = None
    _header_bytes = 0

    def request(self, request: Any) -> Deferred[Any]:
        transport: Any = self.transport
        peer = transport.getPeer()
        host, port = getattr(peer, "host", ""), getattr(peer, "port", 0)
        if self.allowed is not None and not may_connect(host, port, self.allowed):
            transport.abortConnection()
            return fail(AddressRefused(f"the connection led to {host} port {port}, which is not a public web address"))
        self._header_bytes = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        parser: Any = self._parser
        if parser is not None and parser.state in {"STATUS", "HEADER"}:
            self._header_bytes += len(data)
            if self._header_bytes > MAX_HEADER_BYTES:
                reason = Failure(ConnectionFailed(f"more than {MAX_HEADER_BYTES:,} bytes of headers"))  # type: ignore[no-untyped-call]
                self._giveUp(reason)  # type: ignore[no-untyped-call]
                self.transport.abortConnection()  # type: ignore[union-attr]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self.in_flight is not None:
            if self._parser is None:
                self.in_flight.end(self)
            else:
                self.in_flight.receive(self, len(data))

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's name
        if self.in_flight is not None:
            self.in_flight.end(self)
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def pause(self) -> None:
        self.transport.pauseProducing()  # type: ignore[union-attr]

    def resume(self) -> None:
        self.transport.resumeProducing()  # type: ignore[union-attr]


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def __init__(
        self, allowed: tuple[AllowedAddress, ...] | None, in_flight: AnswersInFlight | None, *arguments: Any
    ) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]
        self._allowed = allowed
        self._in_flight = in_flight

    def buildProtocol(self, addr: IAddress | None) -> _BoundedProtocol:  # noqa: N802 - Twisted's name
        protocol = _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
        protocol.allowed = self._allowed
        protocol.in_flight = self._in_flight
        return protocol
