"""Runs the real command over the hostile server, and says what became of each case."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawler.urls import normalized_url
from tests.crawls.hostile.case import Case
from tests.crawls.hostile.command import NAME
from tests.crawls.hostile.server import NETWORK, HostileServer

ROOT = Path(__file__).parents[3]
SHORT = {
    "settings": {
        "DOWNLOAD_TIMEOUT": 4,
        "RETRY_TIMES": 1,
        "DNS_TIMEOUT": 3,
        "WINNOW_PAGE_SECONDS": 8,
        "WINNOW_NETWORK_DOWN_HOSTS": 0,
    },
}
"""Bounds under which the whole takes a minute; the full form has those that ship."""
STDERR_LINE = re.compile(r"(?P<url>\S+): (?P<cause>[a-z_]+): ")


@dataclass
class Outcome:
    """What became of one URL."""

    word: str
    """State of a page that was written or is known, else the cause."""
    record: dict[str, Any] | None = None
    told: str = ""
    """The cause in words."""


@dataclass
class HostileRun:
    """What a command left behind."""

    code: int
    seconds: float
    out: bytes
    err: str
    pages: dict[str, Outcome] = field(default_factory=dict)
    """By URL as asked for; crawls: by normalized URL."""
    polls: dict[str, str] = field(default_factory=dict)
    """Source URL -> `read` or the cause."""
    report: dict[str, Any] = field(default_factory=dict)

    def of(self, url: str) -> Outcome | None:
        return self.pages.get(url)


Runner = Callable[..., tuple[int, float, bytes, str]]


def command(
    *arguments: str, folder: Path, changes: Mapping[str, Any] = SHORT, given: bytes | None = None, within: float = 300.0
) -> tuple[int, float, bytes, str]:
    """Run `winnow`; return exit code, seconds, stdout and stderr."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tests.crawls.hostile.command", *arguments],
        cwd=folder, env=environment(changes), input=given, capture_output=True, timeout=within, check=False,
    )  # fmt: skip
    return done.returncode, time.monotonic() - started, done.stdout, done.stderr.decode("utf-8", "replace")


def environment(changes: Mapping[str, Any]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    return kept | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "LC_ALL": "C.UTF-8", NAME: json.dumps(changes)}


def sites_toml(server: HostileServer, cases: Iterable[Case], folder: Path) -> Path:
    text = "[defaults]\ndelay = 0\n"
    for case in cases:
        base = server.base_url(case)
        text += f'\n[[site]]\nname = "{case.name}"\nurl = "{base}/"\n'
        for key, paths in (("feeds", case.feeds), ("sitemaps", case.sitemaps), ("front_pages", case.front_pages)):
            # The good article of a site without a feed is in one of its own.
            named = (
                [*paths, "/feed.xml"]
                if key == "feeds" and paths[-1:] != ("/feed.xml",) and case.good != "any"
                else list(paths)
            )
            if named:
                text += f"{key} = {json.dumps([base + path for path in named])}\n"
    path = folder / "sites.toml"
    path.write_text(text, encoding="utf-8")
    return path


def allowed(server: HostileServer) -> tuple[str, ...]:
    """The addresses of the cases, on their port and on one where nothing listens."""
    return ("--allow-address", f"{NETWORK}:{server.port}", "--allow-address", f"{NETWORK}:1")


def crawl(
    server: HostileServer,
    cases: Iterable[Case],
    folder: Path,
    changes: Mapping[str, Any] = SHORT,
    runner: Runner | None = None,
    **more: Any,
) -> HostileRun:
    """One `winnow crawl` over the sites of the cases."""
    sites = sites_toml(server, cases, folder)
    output = folder / "output"
    arguments = ["crawl", "--sites", str(sites), "--output", str(output), *allowed(server)]
    run = HostileRun(*(runner or command)(*arguments, folder=folder, changes=changes, **more))
    records = {normalized_url(record["requested_url"]): record for record in written(output)}
    with closing(sqlite3.connect(output / "state.sqlite")) as state:
        for url, word, cause, told in state.execute("SELECT normalized_url, state, cause, detail FROM ledger"):
            run.pages[url] = Outcome(cause or word, records.get(url), told)
        run.polls = {url: cause or "read" for url, cause in state.execute("SELECT url, cause FROM sources")}
    for line in run.err.splitlines():  # polls that wait leave no row
        told = STDERR_LINE.match(line.partition(" ")[2] if line.startswith("warning") else line)
        if told and told["url"] not in run.polls:
            run.polls[told["url"]] = told["cause"]
    for path in sorted(output.glob("runs/*.json")):
        run.report = json.loads(path.read_bytes())
    return run


def scrape(
    server: HostileServer,
    cases: Iterable[Case],
    folder: Path,
    changes: Mapping[str, Any] = SHORT,
    runner: Runner | None = None,
    *,
    good: int | None = None,
    **more: Any,
) -> HostileRun:
    """One `winnow scrape` of the page of each case and of its good article, or of so many good articles in all."""
    there = [case for case in cases if case.has_page]
    urls = [*map(server.url, there), *map(server.good_url, there[:good])]
    arguments = ["scrape", "-", "--delay", "0", *allowed(server)]
    given = "\n".join(urls).encode()
    run = HostileRun(*(runner or command)(*arguments, folder=folder, changes=changes, given=given, **more))
    for line in run.out.splitlines():
        record = json.loads(line)
        run.pages[record["requested_url"]] = Outcome("new", record)
    for told in run.err.splitlines():
        for url in urls:
            if told.startswith(f"{printed(url)}: "):
                word, _, words = told.removeprefix(f"{printed(url)}: ").partition(": ")
                run.pages.setdefault(url, Outcome(word, told=words))
    return run


def printed(url: str) -> str:
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in url)


def written(output: Path) -> list[dict[str, Any]]:
    files = sorted(output.glob("records/*/*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def identity(url: str) -> str:
    """Return the normalized URL, or the URL itself where it has none."""
    try:
        return normalized_url(url)
    except Exception:  # noqa: BLE001 - hostile URLs are the point
        return url
