"""Serves every case on a loopback address of its own, from one thread, with nothing but sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import Self

from tests.crawls.hostile.articles import article, feed
from tests.crawls.hostile.case import HTML, Answer, Case, Exchange, closed, whole
from tests.crawls.hostile.compression import make_bombs

NETWORK = "127.64.0.0/16"
"""What is allowed; one address a case."""
CANARY_ADDRESSES = ("127.0.0.1", "127.65.0.1", "::1")
"""What is not allowed: an inner network that must never be asked."""
HEAD_SECONDS = 20.0


class HostileServer:
    """All cases at once, while the context is open."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = cases
        self.port = _free_port()
        self.canary = _free_port()
        self.asked: Counter[tuple[str, str]] = Counter()
        """(case, path) -> requests."""
        self.canary_hits: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        make_bombs()
        self._thread.start()
        assert self._ready.wait(30), "the hostile server does not come up"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(20)

    def host(self, case: Case) -> str:
        number = self.cases.index(case) + 1
        return f"127.64.{number // 250}.{number % 250 + 1}"

    def base_url(self, case: Case) -> str:
        return f"http://{self.host(case)}:{self.port}"

    def number(self, case: Case) -> int:
        """Of the case's good article."""
        return 1000 + 10 * self.cases.index(case)

    def url(self, case: Case) -> str:
        """What is asked for in the case."""
        if not case.url:
            return f"{self.base_url(case)}/case"
        return case.url.format(host=self.host(case), port=self.port, canary=self.canary)

    def good_url(self, case: Case) -> str:
        return f"{self.base_url(case)}/good"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        servers = []
        for case in self.cases:
            servers.append(await asyncio.start_server(self._handler(case), self.host(case), self.port, limit=1 << 20))
        for address in CANARY_ADDRESSES:
            with contextlib.suppress(OSError):  # a machine without IPv6
                servers.append(await asyncio.start_server(self._canary, address, self.canary))
        self._ready.set()
        await self._stopping.wait()
        for server in servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _canary(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(5):
                said = await reader.read(1000)
            if said:
                self.canary_hits.append(said.split(b"\r\n")[0].decode("latin-1"))
                writer.write(whole(article(7)))
        await closed(writer)

    def _handler(self, case: Case):  # type: ignore[no-untyped-def]
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                async with asyncio.timeout(HEAD_SECONDS):
                    said = await reader.readuntil(b"\r\n\r\n")
                path = said.split(b" ")[1].decode("latin-1")
                self.asked[case.name, path] += 1
                exchange = Exchange(
                    path, self.base_url(case), self.canary, reader, writer, self._stopping,
                    self.asked[case.name, path],
                )  # fmt: skip
                await self._answer(case, path)(exchange)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                pass
            finally:
                self._tasks.discard(task)
                await closed(writer)

        return handle

    def _answer(self, case: Case, path: str) -> Answer:
        routes = case.routes
        if path in routes:
            return routes[path]
        for name, answer in routes.items():
            if name.endswith("*") and path.startswith(name[:-1]):
                return answer
        return lambda exchange: self._default(case, path, exchange)

    async def _default(self, case: Case, path: str, exchange: Exchange) -> None:
        """The good parts of a site: its article, more of them by number, and a feed."""
        number = self.number(case)
        path = path.partition(";")[0].partition("?")[0]
        if path == "/good":
            await exchange.send(whole(article(number)))
        elif path.startswith("/story/") and path[7:].isdigit():
            await exchange.send(whole(article(number + int(path[7:]))))
        elif path == "/feed.xml":
            links = [escape(self.url(case)), self.good_url(case)] if case.has_page else [self.good_url(case)]
            await exchange.send(whole(feed(links), kind="application/rss+xml"))
        else:
            await exchange.send(whole("<p>There is nothing here.</p>", "404 Not Found", HTML))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
