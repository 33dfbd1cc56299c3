"""One hostile case, and the ways in which its server answers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from zlib import crc32

HTML = "text/html; charset=utf-8"
GOOD = ("/good",)
"""The path of the article that stands beside every case."""


@dataclass
class Stamina:
    """For how long the server goes on with what has no end. Less of it where a mechanism is off that would end it."""

    seconds: float = 600.0
    flood_bytes: int = 3 << 30
    redirects: int = 0
    """After which a page comes; 0: never."""


STAMINA = Stamina()


@dataclass
class Exchange:
    """One request that came in on a connection, and the connection."""

    path: str
    base_url: str
    """Scheme, host and port of the case's own site."""
    canary: int
    """The port on which nothing may be asked."""
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    stopping: asyncio.Event
    times_asked: int
    """Of this path, this request included."""

    async def send(self, *pieces: bytes, pause: float = 0.0) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if pause:
                await self.wait(pause)

    async def wait(self, seconds: float | None = None) -> None:
        """Do nothing for so long, or until the server stops or the client is gone."""
        gone = asyncio.ensure_future(self.reader.read())
        stop = asyncio.ensure_future(self.stopping.wait())
        within = STAMINA.seconds if seconds is None else seconds
        await asyncio.wait({gone, stop}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        for task in (gone, stop):
            task.cancel()

    def reset(self) -> None:
        """End the connection with RST."""
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    @property
    def gone(self) -> bool:
        return self.writer.is_closing() or self.reader.at_eof()


Answer = Callable[[Exchange], Awaitable[None]]


@dataclass(frozen=True)
class Case:
    """What a site does to its visitor, and what must come of it."""

    name: str
    does: str
    """What the server does, in words."""
    outcomes: frozenset[str]
    """States and causes of which the page `/case` must have one: new, skipped:cause is written as cause."""
    routes: Mapping[str, Answer] = field(default_factory=dict)
    """Path -> answer; one that ends in * is a beginning."""
    number: int = 0
    """Of the article that `/case` shows; a record of it must have every paragraph. 0: none, or not whole."""
    holds: tuple[str, ...] = ()
    """What the record's text must have."""
    lacks: tuple[str, ...] = ()
    """What no string of the record may have."""
    good: str = "new"
    """What becomes of the good article of the same site."""
    source: frozenset[str] = frozenset()
    """For a hostile source: `read`, or causes of which its poll must have one."""
    found: tuple[str, ...] = ()
    """Good articles that only the hostile source names."""
    url: str = ""
    """What is asked for instead of `/case`; {host}, {port} and {canary} are filled in."""
    feeds: tuple[str, ...] = ("/feed.xml",)
    sitemaps: tuple[str, ...] = ()
    front_pages: tuple[str, ...] = ()
    said: str = ""
    """Words that the cause is told with, where several things have this cause."""
    asked: int = 0
    """Requests that a crawl may send the site at most; 0: not counted."""
    family: str = ""

    @property
    def allowed(self) -> frozenset[str]:
        """Outcomes, and that the host is left for later where it could not be reached: it may be the network."""
        unreachable = self.outcomes & {"connection_failed", "download_timeout"}
        return self.outcomes | {"host_parked"} if unreachable else self.outcomes

    @property
    def has_page(self) -> bool:
        return not self.source and bool(self.outcomes)


def own(name: str) -> int:
    """The number of the article in the case of this name."""
    return 100_000 + crc32(name.encode()) % 900_000


def outcomes(text: str) -> frozenset[str]:
    return frozenset(text.split())


def head(
    status: str = "200 OK", kind: str | None = HTML, headers: Iterable[tuple[str, str]] = (), length: int | None = None
) -> bytes:
    """Status line and headers of an answer, with the empty line."""
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"Content-Type: {kind}"] if kind is not None else []
    lines += [f"Content-Length: {length}"] if length is not None else []
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode("latin-1")


def whole(
    body: bytes | str, status: str = "200 OK", kind: str | None = HTML, headers: Iterable[tuple[str, str]] = ()
) -> bytes:
    content = body.encode() if isinstance(body, str) else body
    return head(status, kind, headers, len(content)) + content


def gives(*pieces: bytes, pause: float = 0.0) -> Answer:
    """Send the pieces, then close."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(*pieces, pause=pause)

    return answer


def page(
    body: bytes | str, status: str = "200 OK", kind: str | None = HTML, headers: Iterable[tuple[str, str]] = ()
) -> Answer:
    return gives(whole(body, status, kind, headers))


def made(body: Callable[[], bytes | str], kind: str | None = HTML, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """Like `page`, for a body that is large: it is made when it is asked for."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(whole(await asyncio.to_thread(body), "200 OK", kind, headers))

    return answer


def hangs(*before: bytes) -> Answer:
    async def answer(exchange: Exchange) -> None:
        await exchange.send(*before)
        await exchange.wait()

    return answer


def drips(before: bytes, piece: bytes, pause: float = 0.3) -> Answer:
    """Send a piece now and then, without end."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(before)
        for _ in range(int(STAMINA.seconds / pause)):
            if exchange.gone or exchange.stopping.is_set():
                break
            await exchange.send(piece)
            await exchange.wait(pause)

    return answer


def floods(before: bytes, piece: bytes, most: int = 3 << 30) -> Answer:
    """Send as fast as the client takes it, without end."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(before)
        sent = 0
        while sent < min(most, STAMINA.flood_bytes) and not exchange.gone and not exchange.stopping.is_set():
            await exchange.send(piece)
            sent += len(piece)

    return answer


def resets(*before: bytes) -> Answer:
    async def answer(exchange: Exchange) -> None:
        await exchange.send(*before)
        await asyncio.sleep(0.05)
        exchange.reset()

    return answer


def redirects(location: str, status: str = "302 Found") -> Answer:
    """`{base}` and `{canary}` in the location are filled in."""

    async def answer(exchange: Exchange) -> None:
        if STAMINA.redirects and (exchange.times_asked > STAMINA.redirects or len(exchange.path) > 20_000):
            await exchange.send(whole("<p>Here it ends.</p>"))
            return
        host = exchange.base_url.removeprefix("http://")
        to = location.format(base=exchange.base_url, host=host, canary=exchange.canary, n=exchange.times_asked)
        text = f"HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        await exchange.send(text.encode("utf-8", "surrogateescape"))

    return answer


def at_first(first: Answer, then: Answer) -> Answer:
    """Answer the first request for the path so, every other so."""

    async def answer(exchange: Exchange) -> None:
        await (first if exchange.times_asked == 1 else then)(exchange)

    return answer


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, asyncio.CancelledError):
        await writer.wait_closed()
