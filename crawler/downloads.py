"""Scrapy's download handler with what it lacks: a bound on headers and a check of the connected address."""

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
from twisted.python.failure import Failure

from crawler.addresses import AllowedAddress, may_connect, parse_allowed
from crawler.errors import AddressRefused, ConnectionFailed, PageError

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
        pool: Any = self._pool
        pool._factory = partial(_BoundedFactory, allowed)

    async def download_request(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except Exception as error:
            for reason in getattr(error.__cause__, "reasons", ()):
                if isinstance(reason.value, PageError):
                    raise reason.value from error
            raise


class BoundedDownloadHandler(_BoundedHandler):
    """Bounds headers, and sends nothing to an address that may not be reached, however a connection led there.

    A request through a proxy connects to the proxy, whose own address is not judged; the name that it asks for is,
    as far as it resolves here.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._allowed = tuple(parse_allowed(text) for text in settings.getlist("WINNOW_ALLOW_ADDRESSES"))
        self._dns_seconds = settings.getfloat("DNS_TIMEOUT")
        super().__init__(crawler, self._allowed)
        self._through_proxy = _BoundedHandler(crawler, None)
        self._unverified = _BoundedHandler(crawler, self._allowed, verify_tls=False)

    async def download_request(self, request: Request) -> Response:
        """Raises AddressRefused, and ConnectionFailed for too many header bytes, beside what Scrapy raises."""
        if not request.meta.get("proxy"):
            if request.meta.get("verify_tls", True):
                return await super().download_request(request)
            return await self._unverified.download_request(request)
        await self._check_name(request.url)
        return await self._through_proxy.download_request(request)

    async def close(self) -> None:
        await self._through_proxy.close()
        await self._unverified.close()
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


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    allowed: tuple[AllowedAddress, ...] | None = ()
    """None: the connection is to a proxy."""
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


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def __init__(self, allowed: tuple[AllowedAddress, ...] | None, *arguments: Any) -> None:
        super().__init__(*arguments)  # type: ignore[no-untyped-call]
        self._allowed = allowed

    def buildProtocol(self, addr: IAddress | None) -> _BoundedProtocol:  # noqa: N802 - Twisted's name
        protocol = _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
        protocol.allowed = self._allowed
        return protocol
