"""What the tests of commands and crawls share: the `winnow` command as a process, and small web servers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from crawler.cli import main
from crawler.records.schema import record_schema

ROOT = Path(__file__).parents[1]
ENDS_WITHIN = 60.0
PROGRESS = re.compile(r"^\w+: \d+ (?:of \d+ )?pages?\b.*\n", re.MULTILINE)
"""What a run says every half minute where no terminal is: on a loaded machine any may take so long."""
PYTHON_NOISE = re.compile(r"Traceback|\w+Warning\b|Exception ignored|Unhandled error")


@dataclass(frozen=True)
class Ended:
    """A command that came to its end."""

    code: int
    out: bytes
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    def lines_on(self, name: str) -> list[str]:
        """The lines on stderr that name the input."""
        return [line for line in self.err.splitlines() if line.startswith(f"{name}: ")]


class Running:
    """A command at work; `end` waits for it."""

    def __init__(
        self, arguments: tuple[str, ...], folder: Path, *, stdin: bool = False, variables: dict[str, str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "crawler", *arguments],
            cwd=folder,
            env=environment() | (variables or {}),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def end(self, given: bytes | None = None, within: float = ENDS_WITHIN) -> Ended:
        try:
            out, err = self.process.communicate(given, timeout=within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            pytest.fail(f"not done within {within} s; stderr so far:\n{err.decode()}")
        return Ended(self.process.returncode, out, PROGRESS.sub("", err.decode()))

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


def environment() -> dict[str, str]:
    """The environment of a command: the checkout's package, no proxy, 80 columns."""
    kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return kept | {"PYTHONPATH": path, "COLUMNS": "80", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}


class CommandLine:
    """Runs `winnow` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[Running] = []

    def run(self, *arguments: object, given: bytes | None = None, within: float = ENDS_WITHIN) -> Ended:
        """Run to the end. Whatever happens, neither traceback nor Python warning is shown to a person."""
        ended = self.start(*arguments, stdin=given is not None).end(given, within)
        assert not PYTHON_NOISE.search(ended.err), ended.err
        return ended

    def start(self, *arguments: object, stdin: bool = False, variables: dict[str, str] | None = None) -> Running:
        running = Running(tuple(map(str, arguments)), self.folder, stdin=stdin, variables=variables)
        self.started.append(running)
        return running

    def stop_all(self) -> None:
        """End what a failed test left at work."""
        for running in self.started:
            if running.process.poll() is None:
                running.process.kill()
                running.process.communicate()


@pytest.fixture
def winnow(tmp_path: Path) -> Iterator[CommandLine]:
    winnow = CommandLine(tmp_path)
    yield winnow
    winnow.stop_all()


class Inline:
    """Runs `winnow` in this process, for what ends before anything is started: five times as fast."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._patch = patch
        self._capture = capture
        patch.chdir(folder)
        patch.setenv("COLUMNS", "80")

    def run(self, *arguments: object) -> Ended:
        self._patch.setattr(sys, "argv", ["winnow", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capture.readouterr()
        assert not PYTHON_NOISE.search(err), err
        return Ended(int(ended.value.code or 0), out.encode(), err)


@pytest.fixture
def inline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inline:
    return Inline(tmp_path, monkeypatch, capsys)


Answer = Callable[["Handler"], None]


@dataclass
class Web:
    """One small web server: paths to answers, and what was asked of it."""

    address: str
    port: int
    scheme: str = "http"
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    agents: set[str] = field(default_factory=set)
    times: list[float] = field(default_factory=list)
    """Seconds of each request, as they came."""
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.address}:{self.port}"

    @property
    def allow(self) -> str:
        return f"{self.address}:{self.port}"

    def add(self, path: str, body: bytes | str, kind: str = "text/html; charset=utf-8", status: int = 200) -> str:
        """Answer the path with this body; return its URL."""
        content = body.encode() if isinstance(body, str) else body
        self.answers[path] = lambda handler: handler.give(status, content, {"Content-Type": kind})
        return self.url + path

    def redirect(self, path: str, to: str) -> str:
        self.answers[path] = lambda handler: handler.give(302, b"", {"Location": to})
        return self.url + path

    def wait_for(self, requests: int, starting: str, within: float = 30.0) -> None:
        """Wait until so many paths that start so were asked for."""
        end = time.monotonic() + within
        while sum(n for path, n in self.asked.items() if path.startswith(starting)) < requests:
            assert time.monotonic() < end, f"too few requests: {self.asked}"
            time.sleep(0.02)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    server: _Server

    def do_GET(self) -> None:
        web = self.server.web
        with self.server.counting:
            web.asked[self.path] += 1
            web.agents.add(self.headers.get("User-Agent", ""))
            web.times.append(time.monotonic())
        answer = web.answers.get(self.path)
        if answer is None:
            self.give(404, b"<p>There is nothing here.</p>", {"Content-Type": "text/html"})
        else:
            answer(self)

    def give(self, status: int, body: bytes, headers: dict[str, str], announced: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if announced is None else announced))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        """Close the connection without an answer."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: str, tls: ssl.SSLContext | None) -> None:
        self.counting = threading.Lock()
        super().__init__((address, 0), Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.web = Web(address, self.server_address[1], "https" if tls else "http")

    def server_bind(self) -> None:
        TCPServer.server_bind(self)

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def served(address: str, tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    server = _Server(address, tls)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.web
    finally:
        server.web.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    """A small web server on 127.0.0.1."""
    with served("127.0.0.1") as web:
        yield web


@pytest.fixture
def other_web() -> Iterator[Web]:
    """A second one, another site, on 127.0.0.2."""
    with served("127.0.0.2") as web:
        yield web


TRADES = ("ferryman", "baker", "gardener", "teacher", "clockmaker", "printer", "joiner", "beekeeper", "mason", "weaver")
PLACES = ("harbour", "old mill", "north bridge", "market hall", "river meadow", "railway yard", "hill chapel")


def story(number: int) -> list[str]:
    """The paragraphs of an invented article; each number has words of its own."""
    who, where = TRADES[number % len(TRADES)], PLACES[number % len(PLACES)]
    return [
        f"The {who} of ward {number} has opened a workshop at the {where}, after a year in which "
        f"the building stood empty and nobody knew what would become of it.",
        f"“We wanted a place where people come in without an errand,” the {who} said on Monday, while the neighbours "
        f"carried {number + 3} chairs across the yard and a kettle boiled on the window sill.",
        f"The council had set the rent of the {where} at {number + 200} crowns a month. That is less than the "
        f"storehouse behind it costs, and it was agreed on by {number + 11} votes against four.",
        f"On Saturday, {number + 40} visitors are expected for the first evening, with soup, two fiddles and a talk "
        f"on how the {where} came to its name in the last century.",
    ]


def page_of(number: int, *, links: tuple[str, ...] = ()) -> str:
    """An article page with a menu and a footer around it."""
    paragraphs = "".join(f"<p>{text}</p>" for text in story(number))
    anchors = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return (
        f'<!doctype html><html lang="en"><head><title>Workshop number {number} opens</title>'
        f'<meta property="article:published_time" content="2026-10-{number % 28 + 1:02}T08:00:00+00:00">'
        '<meta property="og:type" content="article"></head>'
        f"<body><nav><ul><li><a href='/'>Home</a></li>{anchors}</ul></nav><main><article>"
        f"<h1>Workshop number {number} opens</h1>{paragraphs}</article></main>"
        "<footer><p>Subscribe to our newsletter</p></footer></body></html>"
    )


def feed_of(web: Web, paths: list[str]) -> str:
    """An RSS feed that lists the paths."""
    entries = "".join(
        f"<item><title>{path}</title><link>{web.url}{path}</link><guid>{web.url}{path}</guid></item>" for path in paths
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{entries}</channel></rss>'


def add_stories(web: Web, numbers: range, seconds: float = 0.0) -> list[str]:
    """Serve articles and a feed that lists them; each takes so long to answer. Return the articles' URLs."""

    def slow(body: bytes) -> Answer:
        def answer(handler: Handler) -> None:
            web.stopping.wait(seconds)
            handler.give(200, body, {"Content-Type": "text/html; charset=utf-8"})

        return answer

    paths = [f"/story/{number}" for number in numbers]
    for number, path in zip(numbers, paths, strict=True):
        web.answers[path] = slow(page_of(number).encode())
    web.add("/feed.xml", feed_of(web, paths), "application/rss+xml")
    return [web.url + path for path in paths]


def sites_toml(folder: Path, *webs: Web, more: str = "") -> Path:
    """Write a sites.toml with the feed of each server."""
    text = "[defaults]\ndelay = 0\n" + more
    for number, web in enumerate(webs, 1):
        text += f'\n[[site]]\nname = "site{number}"\nurl = "{web.url}/"\nfeeds = ["{web.url}/feed.xml"]\n'
    path = folder / "sites.toml"
    path.write_text(text, encoding="utf-8")
    return path


def written(output: Path) -> list[dict[str, Any]]:
    """Every line of every finished file, read with nothing but json."""
    files = sorted(output.glob("records/*/*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def reports(output: Path) -> list[dict[str, Any]]:
    """The reports of all runs, oldest first."""
    return [json.loads(path.read_bytes()) for path in sorted(output.glob("runs/*.json"))]


@dataclass(frozen=True)
class Bench:
    """The functions above, for test modules."""

    story: Callable[[int], list[str]] = story
    page_of: Callable[..., str] = page_of
    feed_of: Callable[[Web, list[str]], str] = feed_of
    add_stories: Callable[..., list[str]] = add_stories
    sites_toml: Callable[..., Path] = sites_toml
    written: Callable[[Path], list[dict[str, Any]]] = written
    reports: Callable[[Path], list[dict[str, Any]]] = reports
    served: Callable[..., Any] = served
    environment: Callable[[], dict[str, str]] = environment
    command_line: Callable[[Path], CommandLine] = CommandLine


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench()


@pytest.fixture(scope="session")
def schema_of_records() -> Draft202012Validator:
    """The validator of a record's JSON line."""
    return Draft202012Validator(record_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


@dataclass
class RedisProcess:
    """A redis-server on a free port, with its data in a folder of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *more: str) -> None:
        """Start it, or start it again with what it kept; return when it answers."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        durable = ["--appendonly", "yes", "--save", "", "--appendfsync", "everysec"]
        self.process = subprocess.Popen(
            [*command, *durable, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                if not connection.recv(16).startswith(b"-LOADING"):
                    return
            time.sleep(0.02)
        pytest.fail("redis-server does not answer")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


HIGHEST_REDIS_PORT = 55_535
"""A server of a cluster listens at its port and at 10,000 more."""


@contextmanager
def redis_process(folder: Path, *more: str) -> Iterator[RedisProcess]:
    port = 1 << 16
    while port > HIGHEST_REDIS_PORT:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    redis = RedisProcess(folder, port)
    redis.start(*more)
    try:
        yield redis
    finally:
        redis.kill()


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    """One server for all tests that leave it alone; each takes a namespace of its own."""
    with redis_process(tmp_path_factory.mktemp("redis")) as redis:
        yield redis


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisProcess]:
    """A server that a test may stop."""
    folder = tmp_path / "redis"
    folder.mkdir()
    with redis_process(folder) as redis:
        yield redis


CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
SERIOUS = {"serious", "critical"}


class Browser:
    """A Chromium that opens files from disk; pages may neither load anything nor raise."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium
        self._contexts: list[Any] = []
        self.faults: list[str] = []

    def open(self, path: Path, width: int = 1360, scheme: str = "light") -> Any:
        """Return the page (of Playwright's sync API) of the file."""
        context = self._chromium.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
        )
        context.set_default_timeout(60_000)  # milliseconds; a loaded machine takes its time
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text))
        page.on("request", self._note_request)
        page.goto(path.absolute().as_uri())
        return page

    def _note_request(self, request: Any) -> None:
        if request.url.startswith("http"):
            self.faults.append(request.url)

    def check(self, page: Any) -> None:
        """Fail for what hinders people: a serious finding of axe-core, or a page wider than the screen."""
        from axe_playwright_python.sync_playwright import Axe  # of the extra `browser`

        found = Axe().run(page).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in SERIOUS] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The Chromium of this machine, without a window."""
    from playwright.sync_api import sync_playwright  # of the extra `browser`

    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    assert path is not None, f"none of {', '.join(CHROMIUM_NAMES)} is installed; apt-get install chromium"
    # Chromium refuses its sandbox to root, as whom containers often run.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def browser(chromium: Any) -> Iterator[Browser]:
    browser = Browser(chromium)
    yield browser
    browser.close()
    assert browser.faults == []
