"""Serves the small news web on loopback addresses, one port a site."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Self

from crawler.demo.editions import SITE_KEYS
from crawler.demo.site import build_sites

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.demo.expectations import DemoPage
    from crawler.demo.site import Document, Site

ONE_ADDRESS = "127.0.0.1"
ADDRESS_PER_SITE = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
"""A crawler takes an IP address for one site, so each newspaper gets its own where the system has them."""

IDLE_SECONDS = 30.0
"""How long a kept connection may stay silent (chosen, not measured)."""


class DemoServer:
    """The three sites, served while the context is open; threads end with the process.

    `now`: what the articles' dates are counted back from, aware, default the present. `addresses`: one IPv4
    address a site; if one of them cannot be bound, as on macOS, all sites share 127.0.0.1.
    Raises OSError where not even 127.0.0.1 can be bound.
    """

    def __init__(self, now: datetime | None = None, addresses: Sequence[str] = ADDRESS_PER_SITE) -> None:
        self._now = now or datetime.now(UTC)
        self._addresses = addresses
        self._listeners: list[_Listener] = []
        self.requests: Counter[str] = Counter()
        """Requests so far by absolute URL, query and all; HEAD and GET alike."""

    def __enter__(self) -> Self:
        self._listeners = _listeners(self._addresses)
        base_urls = {key: listener.base_url for key, listener in zip(SITE_KEYS, self._listeners, strict=True)}
        built = build_sites(base_urls, self._now)
        for key, listener in zip(SITE_KEYS, self._listeners, strict=True):
            listener.serve(built[key], self.requests)
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._listeners:
            listener.stop()

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites as served: `key`, `name`, `language`, `url`, `feeds`, `sitemaps`."""
        return tuple(listener.site for listener in self._listeners)

    @property
    def allow(self) -> tuple[str, ...]:
        """What `--allow-address` takes to let a crawler in: "127.0.0.1/32:PORT", one a site."""
        return tuple(f"{listener.host}/32:{listener.server_port}" for listener in self._listeners)

    def url(self, page: DemoPage) -> str:
        """The absolute URL of an expected page."""
        listener = self._listeners[SITE_KEYS.index(page.site)]
        return listener.base_url + page.url_path

    def times_asked(self, page: DemoPage) -> int:
        return self.requests[self.url(page)]


class _Listener(ThreadingHTTPServer):
    """One site's socket and thread."""

    daemon_threads = True
    request_queue_size = 64
    site: Site

    def __init__(self, address: str) -> None:
        self._counting = threading.Lock()
        self._requests: Counter[str] = Counter()
        super().__init__((address, 0), _Handler)

    def server_bind(self) -> None:
        """Bind without the look-up of the host's name that the standard library makes here."""
        TCPServer.server_bind(self)
        self.host = str(self.server_address[0])
        self.server_name = self.host
        self.server_port = int(self.server_address[1])

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.server_port}"

    def serve(self, site: Site, requests: Counter[str]) -> None:
        self.site = site
        self._requests = requests
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that went away; everything else is a fault of ours and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def count(self, path: str) -> None:
        with self._counting:
            self._requests[self.base_url + path] += 1


def _listeners(addresses: Sequence[str]) -> list[_Listener]:
    try:
        return _bound(addresses)
    except OSError:
        return _bound([ONE_ADDRESS] * len(SITE_KEYS))


def _bound(addresses: Sequence[str]) -> list[_Listener]:
    """Bind all addresses or none."""
    bound: list[_Listener] = []
    try:
        for address in addresses:
            bound.append(_Listener(address))
    except OSError:
        for listener in bound:
            listener.server_close()
        raise
    return bound


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "WinnowDemo"
    sys_version = ""
    timeout = IDLE_SECONDS
    server: _Listener

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: the crawler beside it does the talking."""

    def _answer(self, *, with_body: bool) -> None:
        self.server.count(self.path)
        document = self.server.site.document(self.path)
        if document.status == HTTPStatus.OK and self._is_current(document):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self._send_validators(document)
            self.end_headers()
            return
        self.send_response(document.status)
        if document.status == HTTPStatus.OK:
            self._send_validators(document)
        self.send_header("Content-Type", document.content_type)
        self.send_header("Content-Length", str(len(document.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(document.body)

    def _send_validators(self, document: Document) -> None:
        self.send_header("ETag", document.etag)
        self.send_header("Last-Modified", format_datetime(document.last_modified, usegmt=True))

    def _is_current(self, document: Document) -> bool:
        """Whether the client's copy is still good: If-None-Match wins over the date (RFC 9110, 13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return "*" in known or document.etag in known
        return _not_after(document.last_modified, self.headers.get("If-Modified-Since"))


def _not_after(moment: datetime, http_date: str | None) -> bool:
    """Whether the moment is not later than the HTTP date; a date that cannot be read counts as none."""
    if http_date is None:
        return False
    try:
        since = parsedate_to_datetime(http_date)
    except ValueError:
        return False
    return moment <= (since if since.tzinfo else since.replace(tzinfo=UTC))
