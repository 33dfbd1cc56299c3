"""A configured proxy may be inside, by name too; what it is asked for is guarded as without it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import threading
from typing import TYPE_CHECKING, Self

from tests.certificates import self_signed
from tests.crawls.hostile.run import command

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Bench, Web

NAMES = {"proxy.inner.example": "127.0.0.1", "inside.example": "127.0.0.1"}
"""What DNS says here: the proxy's name, and a name on the web that leads inside. No other name resolves."""
DNS = f"""
import socket
real = socket.getaddrinfo
def known(host, *arguments, **more):
    name = host.decode() if isinstance(host, bytes) else host
    if name.endswith(".example") and name not in {NAMES!r}:
        raise socket.gaierror(socket.EAI_NONAME, "not known")
    return real({NAMES!r}.get(name, name), *arguments, **more)
socket.getaddrinfo = known
"""


class Proxy:
    """Forwards to one server, and through tunnels to another, whatever host is asked for; notes the hosts."""

    def __init__(self, web: Web, behind_tunnels: Web) -> None:
        self.web = web
        self.behind_tunnels = behind_tunnels
        self.hosts: list[str] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, rest = head.split(b" ", 2)
            web = self.behind_tunnels if method == b"CONNECT" else self.web
            there, to_web = await asyncio.open_connection(web.address, web.port)
            if method == b"CONNECT":
                self.hosts.append(target.decode())
                writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                host, _, path = target.partition(b"//")[2].partition(b"/")
                self.hosts.append(host.decode())
                close = rest.replace(b"Connection: keep-alive\r\n", b"").replace(
                    b"\r\n", b"\r\nConnection: close\r\n", 1
                )
                to_web.write(b"GET /" + path + b" " + close)
            await asyncio.gather(_copy(reader, to_web), _copy(there, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


def fetched(proxy: Proxy, urls: list[str], folder: Path) -> tuple[int, bytes, str]:
    address = f"http://user:secret@proxy.inner.example:{proxy.port}"
    use = f"import os\nos.environ['http_proxy'] = os.environ['https_proxy'] = {address!r}"
    settings = {"WINNOW_NETWORK_DOWN_HOSTS": 0, "RETRY_TIMES": 0, "DOWNLOAD_VERIFY_CERTIFICATES": False}
    changes = {"settings": settings, "code": [use, DNS]}
    code, _, out, err = command("scrape", *urls, "--delay", "0", folder=folder, changes=changes)
    return code, out, err


def test_a_proxy_inside_is_used_and_names_that_lead_inside_are_not_asked_of_it(
    web: Web, bench: Bench, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    bench.add_stories(web, range(2))
    good = ["http://news.example/story/0", "https://news.example/story/2"]
    inside = ["http://inside.example/story/1", "https://inside.example/story/1"]
    with bench.served("127.0.0.1", context) as secure, Proxy(web, secure) as proxy:
        bench.add_stories(secure, range(2, 4))
        code, out, err = fetched(proxy, [*good, *inside, "http://127.0.0.1/story/1"], tmp_path)
    assert [json.loads(line)["url"] for line in out.splitlines()] == good, err
    assert code == 3
    for url in inside:
        assert f"{url}: robots_unavailable: " in err
    assert "inside.example is at an address that is not public" in err
    assert "http://127.0.0.1/story/1: address_refused: " in err
    assert set(proxy.hosts) == {"news.example", "news.example:443"}
    assert "secret" not in err
