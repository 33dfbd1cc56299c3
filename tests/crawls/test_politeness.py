"""Politeness as the servers see it: real crawls by the command, and when which host was asked for what."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Bench, CommandLine, Ended

HANG_UP = 0
"""Instead of a status: the connection is closed without an answer."""


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Host:
    """A web server on an address of its own. A path's last reply is repeated; paths without one answer 404."""

    name: str
    port: int = 0
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[tuple[float, str]] = field(default_factory=list)
    """Seconds and path of each request."""

    @property
    def url(self) -> str:
        return f"http://{self.name}:{self.port}"

    @property
    def allow(self) -> str:
        return f"{self.name}:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for _, path in self.asked]

    @property
    def stories(self) -> list[str]:
        return [path for path in self.paths if path.startswith("/story/")]

    def times(self, path: str) -> list[float]:
        return [moment for moment, asked in self.asked if asked == path]

    def robots(self, text: str = "", status: int = 200, **headers: str) -> None:
        self.replies["/robots.txt"] = [Reply(status, text.encode(), {"Content-Type": "text/plain", **headers})]

    def next_reply(self, path: str) -> Reply:
        self.asked.append((time.monotonic(), path))
        replies = self.replies.get(path, [Reply(404)])
        return replies.pop(0) if len(replies) > 1 else replies[0]


@contextmanager
def serving(host: Host) -> Iterator[Host]:
    """Answer at the host's address; the port stays the same when it is opened again."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:
            with lock:
                reply = host.next_reply(self.path)
            if reply.status == HANG_UP:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(reply.status)
            for name, value in ({"Content-Type": "text/html; charset=utf-8"} | dict(reply.headers)).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Server((host.name, host.port), Handler)
    host.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


Open = Callable[[], Host]


@pytest.fixture
def new_host() -> Iterator[Open]:
    with ExitStack() as stack:
        numbers = iter(range(11, 250))
        yield lambda: stack.enter_context(serving(Host(f"127.0.0.{next(numbers)}")))


class News:
    """A folder with a sites.toml, and crawls of it."""

    def __init__(self, winnow: CommandLine, bench: Bench) -> None:
        self.winnow = winnow
        self.bench = bench
        self.output = winnow.folder / "output"
        self.sites: dict[str, tuple[Host, str]] = {}

    def add(self, name: str, host: Host, stories: range = range(0), at: Host | None = None, more: str = "") -> None:
        """Add a site whose feed lists so many stories, which may lie at another host."""
        where = at or host
        for number in stories:
            where.replies.setdefault(f"/story/{number}", [Reply(body=self.bench.page_of(number).encode())])
        links = "".join(f"<item><title>{n}</title><link>{where.url}/story/{n}</link></item>" for n in stories)
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{links}</channel></rss>'
        host.replies["/feed.xml"] = [Reply(body=feed.encode(), headers={"Content-Type": "application/rss+xml"})]
        allowed = f'allow_hosts = ["{at.name}"]\n' if at else ""
        self.sites[name] = (host, allowed + more)

    def crawl(self, *more: object) -> Ended:
        text = "[defaults]\ndelay = 0\n"
        for name, (host, keys) in self.sites.items():
            text += f'[[site]]\nname = "{name}"\nurl = "{host.url}/"\nfeeds = ["{host.url}/feed.xml"]\n{keys}'
        (self.winnow.folder / "sites.toml").write_text(text, encoding="utf-8")
        return self.winnow.run("crawl", "--workers", 1, "--allow-address", "127.0.0.0/8", *more)

    @property
    def report(self) -> dict[str, Any]:
        """The report of the last run."""
        path = max((self.output / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        report: dict[str, Any] = json.loads(path.read_bytes())
        return report

    def causes(self, name: str) -> dict[str, int]:
        causes: dict[str, int] = self.report["sites"][name]["causes"]
        return causes

    def states(self) -> Counter[str]:
        with closing(sqlite3.connect(self.output / "state.sqlite")) as connection:
            return Counter(state for (state,) in connection.execute("SELECT state FROM ledger"))

    def source_cause(self, host: Host) -> str | None:
        with closing(sqlite3.connect(self.output / "state.sqlite")) as connection:
            row = connection.execute("SELECT cause FROM sources WHERE url = ?", (f"{host.url}/feed.xml",)).fetchone()
        return None if row is None else row[0]


@pytest.fixture
def news(winnow: CommandLine, bench: Bench) -> News:
    return News(winnow, bench)


def test_robots(news: News, new_host: Open) -> None:
    """One run over sites whose robots.txt answer in all ways; a second run asks only those that gave no answer."""
    kept = new_host()
    kept.robots("User-agent: *\nDisallow: /story/1\n\nUser-agent: other\nDisallow: /\n")
    news.add("kept", kept, range(3))

    hops = new_host()
    for n in range(5):
        path = "/robots.txt" if n == 0 else f"/robots-{n}"
        hops.replies[path] = [Reply(301, headers={"Location": f"/robots-{n + 1}"})]
    hops.replies["/robots-5"] = [Reply(body=b"User-agent: *\nDisallow: /feed.xml\n")]
    news.add("hops", hops, range(3, 4))

    loop = new_host()
    loop.replies["/robots.txt"] = [Reply(302, headers={"Location": "/robots.txt"})]
    news.add("loop", loop, range(4, 5))

    missing = new_host()
    news.add("missing", missing, range(5, 6))

    large = new_host()
    large.robots("User-agent: *\nDisallow: /story/6\n" + "#" * 600_000 + "\nDisallow: /\n")
    news.add("large", large, range(6, 8))

    inside = new_host()
    inside.robots(status=302, Location="http://10.0.0.1/robots.txt")
    news.add("inside", inside, range(8, 9))

    front, broken = new_host(), {}
    for name, status in {"fails": 503, "busy": 429, "hangs_up": HANG_UP}.items():
        broken[name] = new_host()
        broken[name].robots("User-agent: *\nAllow: /\n", status)
        source = new_host()
        news.add(name, source, range(10, 12), at=broken[name])
    assert front.asked == []

    ended = news.crawl()
    assert ended.code == 3
    assert sorted(kept.stories) == ["/story/0", "/story/2"]
    assert news.causes("kept") == {"robots_disallowed": 1}
    assert hops.paths == ["/robots.txt", *(f"/robots-{n}" for n in range(1, 6))]
    assert news.source_cause(hops) == "robots_disallowed"
    assert (loop.paths.count("/robots.txt"), loop.stories) == (6, ["/story/4"])
    assert missing.stories == ["/story/5"]
    assert large.stories == ["/story/7"]
    assert inside.paths == ["/robots.txt"]
    assert news.source_cause(inside) is None, "a wait is not held against the source"
    for name, host in broken.items():
        assert set(host.paths) == {"/robots.txt"}, name
        assert news.causes(name) == {"robots_unavailable": 2}

    asked = {host.name: host.paths.count("/robots.txt") for host in (kept, missing, large)}
    assert set(asked.values()) == {1}
    broken["fails"].robots("User-agent: *\nAllow: /\n")
    news.crawl()
    assert {host.name: host.paths.count("/robots.txt") for host in (kept, missing, large)} == asked
    assert sorted(broken["fails"].stories) == ["/story/10", "/story/11"]


def test_crawl_delay(news: News, new_host: Open) -> None:
    slow, endless = new_host(), new_host()
    slow.robots("User-agent: *\nCrawl-delay: 0.3\n")
    endless.robots("User-agent: *\nCrawl-delay: 99999999\n")
    news.add("slow", slow, range(3))
    news.add("endless", endless, range(10, 12))
    news.crawl()
    assert endless.paths == ["/robots.txt"]
    assert news.source_cause(endless) is None, "a wait is not held against the source"
    news.add("slow", slow, range(5))  # a second run, which has the delay from the state
    news.crawl()
    assert len(slow.stories) == 5
    assert slow.paths.count("/robots.txt") == 1
    moments = [moment for moment, path in slow.asked if path != "/robots.txt"]
    assert min(later - earlier for earlier, later in pairwise(moments)) >= 0.28


def test_retry_after(news: News, new_host: Open) -> None:
    """A short one is waited for and nothing is asked meanwhile; a long one ends the host's run, and the next too."""
    short, long, date = new_host(), new_host(), new_host()
    short.replies["/story/2"] = [Reply(429, headers={"Retry-After": "2"})]
    news.add("short", short, range(6))
    short.replies["/story/2"].append(Reply(body=news.bench.page_of(2).encode()))
    long.replies["/story/12"] = [Reply(503, headers={"Retry-After": "7200"})]
    news.add("long", long, range(10, 16))
    date.replies["/feed.xml"] = []
    news.add("date", date, range(20, 22))
    date.replies["/feed.xml"] = [Reply(429, headers={"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"})]

    started = time.monotonic()
    news.crawl()
    refused, given = short.times("/story/2")
    assert given - refused >= 2
    assert not [path for moment, path in short.asked if refused < moment < refused + 2]
    assert len(set(short.stories)) == 6
    assert time.monotonic() - started < 20
    assert long.paths[-1] == "/story/12"
    left = 6 - len(long.stories) + 1
    assert news.causes("long") == {"host_parked": left}
    assert date.paths == ["/robots.txt", "/feed.xml"]

    before = len(long.asked), len(date.asked)
    news.crawl()
    assert (len(long.asked), len(date.asked)) == before
    assert news.causes("long") == {"host_parked": left}
    assert news.states()["failed"] == 0


def test_a_host_that_fails_is_parked_and_others_are_not(news: News, new_host: Open) -> None:
    for number in range(4):  # nobody there, named first: neither are they the whole network
        with serving(Host(f"127.0.1.{number + 1}")) as dead:
            news.add(f"dead{number}", dead, range(100, 102))
    walled, broken, good = new_host(), new_host(), new_host()
    for host, name, status, first in ((walled, "walled", 403, 0), (broken, "broken", 500, 20)):
        for number in range(first, first + 12):
            host.replies[f"/story/{number}"] = [Reply(status)]
        news.add(name, host, range(first, first + 12))
    news.add("good", good, range(40, 46))
    ended = news.crawl()
    assert ended.code == 3
    assert len(walled.stories) == len(set(walled.stories)) == 5
    assert len(set(broken.stories)) == 5  # and a retry or two between
    assert len(good.stories) == 6
    assert news.report["finish_reason"] == "finished"
    assert news.causes("walled") == {"http_failed": 5, "host_parked": 7}
    assert news.causes("broken") == {"host_parked": 12}
    assert f"{walled.allow}: left alone until " in ended.err
    before = len(walled.asked), len(broken.asked)
    news.crawl()
    assert (len(walled.asked), len(broken.asked)) == before


def test_no_network(news: News, winnow: CommandLine, bench: Bench) -> None:
    """Everything is out of reach: the run stops, nothing counts as done or failed, and a later run has it all."""
    hosts = [Host(f"127.0.0.{n}") for n in range(2, 6)]
    with ExitStack() as stack:
        for number, host in enumerate(hosts):
            stack.enter_context(serving(host))
            news.add(f"site{number}", host, range(number * 10, number * 10 + 3))
        assert news.crawl("--limit", 4).code == 0
    before = news.states()
    assert (before["new"], before["waiting"]) == (4, 8)

    ended = news.crawl()
    assert ended.code != 0
    assert news.report["finish_reason"] == "network_down"
    assert news.states() == before
    assert "the network is down" in ended.err

    with ExitStack() as stack:
        for host in hosts:
            stack.enter_context(serving(host))
        news.crawl()
    assert news.states() == {"new": 12}


def test_rights(news: News, new_host: Open) -> None:
    """What is reserved is not stored and says why; what was said stands in the records; the file is asked for once."""
    host, recorded = new_host(), new_host()
    host.robots("User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /\n")
    tdm_file = [{"location": "/story/1$", "tdm-reservation": 1}, {"location": "/story/2$", "tdm-reservation": 1}]
    host.replies["/.well-known/tdmrep.json"] = [Reply(body=json.dumps(tdm_file).encode())]
    headers: dict[int, dict[str, str]] = {
        2: {"tdm-reservation": "0"},
        3: {"tdm-reservation": "1", "tdm-policy": "https://news.example/policy.json"},
        4: {"X-Robots-Tag": "winnow: noarchive"},
        5: {"X-Robots-Tag": "otherbot: noarchive"},
    }
    for number, more in headers.items():
        host.replies[f"/story/{number}"] = [Reply(body=news.bench.page_of(number).encode(), headers=more)]
    tagged = news.bench.page_of(6).replace("<head>", '<head><meta name="robots" content="noindex">')
    host.replies["/story/6"] = [Reply(body=tagged.encode())]
    news.add("obeyed", host, range(7), more='rights = "obey"\n')
    recorded.replies["/story/13"] = [Reply(body=news.bench.page_of(13).encode(), headers=headers[3])]
    news.add("recorded", recorded, range(13, 14))  # the default at an allowed address

    assert news.crawl().code == 0
    assert news.causes("obeyed") == {"rights_reserved": 4}
    assert host.paths.count("/.well-known/tdmrep.json") == 1
    records = {record["url"].rpartition("/")[2]: record["rights"] for record in news.bench.written(news.output)}
    signals = {"content_signal_search": "yes", "content_signal_ai_train": "no"}
    assert records == {
        "0": signals,
        "2": signals | {"tdm_reservation": False, "tdm_origin": "header"},
        "5": signals | {"x_robots_tag": ["otherbot: noarchive"]},
        "13": {"tdm_reservation": True, "tdm_origin": "header", "tdm_policy": headers[3]["tdm-policy"]},
    }
    news.add("obeyed", host, range(8))
    news.crawl()
    assert "/story/7" in host.paths
    assert host.paths.count("/.well-known/tdmrep.json") == 1
