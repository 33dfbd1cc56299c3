"""One bound on the bytes of all answers that this process holds: those received, unpacked and being read.

Each answer is bounded by itself; this bounds their sum. What is over it waits, and none is refused. Something always
goes on: what is being read, which ends in bounded time; where nothing is, an answer that is to be unpacked, and the
oldest of those that are being received.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

FREE_BYTES = 1_000_000
"""Bytes of an answer that never wait: ordinary pages are no larger, whatever their neighbours do. Chosen."""
LOOK_SECONDS = 0.05
"""Between two looks at whether those that wait may go on. Chosen."""


class Connection(Protocol):
    """What sends bytes and can be told to wait."""

    def pause(self) -> None: ...
    def resume(self) -> None: ...


class AnswersInFlight:
    """Scrapy extension. Receiving pauses above `max_bytes`, unpacking waits; 0: no bound.

    At most `max_bytes` are held, one answer more that is received, one that is unpacked, and FREE_BYTES for each
    connection. The time that an answer waits counts for its deadline, as if its server were slow.
    """

    def __init__(self, scrapy_crawler: Crawler, max_bytes: int) -> None:
        self.crawler = scrapy_crawler
        self.max_bytes = max_bytes
        self.most_bytes = 0
        """The most that was held at any time."""
        self._receiving: dict[Connection, int] = {}
        self._paused: set[Connection] = set()
        self._received: dict[Request, int] = {}
        """Answers on their way from the connection to the spider."""
        self._unpacked: set[Request] = set()
        self._kept_bytes = 0
        self._unpacking = asyncio.Lock()
        self._look: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        return cls(scrapy_crawler, scrapy_crawler.settings.getint("WINNOW_IN_FLIGHT_BYTES"))

    @property
    def held_bytes(self) -> int:
        """Bytes of all answers that were received and are not read yet."""
        self._forget_delivered()
        held = sum(self._receiving.values()) + sum(self._received.values()) + self._bytes_being_read()
        self.most_bytes = max(self.most_bytes, held)
        return held

    def receive(self, connection: Connection, number: int) -> None:
        """Note bytes of an answer's body that came in; the connection may have to wait."""
        if not self.max_bytes:
            return
        self._receiving[connection] = self._receiving.get(connection, 0) + number
        if self.held_bytes > self.max_bytes and self._may_wait(connection):
            self._paused.add(connection)
            connection.pause()
            self._look_later()

    def end(self, connection: Connection) -> None:
        """Note that an answer is complete or has failed."""
        self._receiving.pop(connection, None)
        self._paused.discard(connection)

    def deliver(self, request: Request, number: int, *, unpacked: bool = False) -> None:
        """Note an answer that has come in whole, or what it holds now that its content codings are undone."""
        if not self.max_bytes:
            return
        self._received[request] = number
        if unpacked:
            self._unpacked.add(request)
        self.most_bytes = max(self.most_bytes, self.held_bytes)

    def keep(self, number: int) -> None:
        """Count bytes of answers that something else keeps until it has written them; negative: it has."""
        self._kept_bytes += number

    async def room_to_unpack(self) -> None:
        """Wait until an answer may be unpacked; in the order asked."""
        if not self.max_bytes or (not self._unpacking.locked() and self.held_bytes <= self.max_bytes):
            return
        async with self._unpacking:
            while self.held_bytes > self.max_bytes and (self._unpacked or self._bytes_being_read()):
                await asyncio.sleep(LOOK_SECONDS)

    def _may_wait(self, connection: Connection) -> bool:
        something_goes_on = bool(self._received) or self._bytes_being_read() > 0
        is_oldest = connection is next(iter(self._receiving))
        return self._receiving[connection] > FREE_BYTES and (something_goes_on or not is_oldest)

    def _look_later(self) -> None:
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look_now)

    def _look_now(self) -> None:
        self._look = None
        room = self.held_bytes <= self.max_bytes
        for connection in [c for c in self._receiving if c in self._paused and (room or not self._may_wait(c))]:
            self._paused.discard(connection)
            connection.resume()
        if self._paused:
            self._look_later()

    def _forget_delivered(self) -> None:
        """Leave what the spider has to the scraper's own count."""
        engine = self.crawler.engine
        under_way = engine.downloader.active if engine is not None else ()
        for request in [request for request in self._received if request not in under_way]:
            del self._received[request]
            self._unpacked.discard(request)

    def _bytes_being_read(self) -> int:
        engine = self.crawler.engine
        slot = engine.scraper.slot if engine is not None else None
        return self._kept_bytes + (slot.active_size if slot is not None else 0)
