"""One crawl of the demo's news web, twice over the same folder, that every test of this folder looks at."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crawler.demo.server import DemoServer
from crawler.urls import normalized_url

if TYPE_CHECKING:
    from collections import Counter

    from crawler.demo.expectations import DemoPage
    from tests.conftest import Bench, Ended


@dataclass(frozen=True)
class DemoCrawl:
    """What a first and a second `winnow crawl` of the demo's sites left behind."""

    server: DemoServer
    output: Path
    first: Ended
    second: Ended
    asked_at_first: Counter[str]
    asked_in_all: Counter[str]
    records: list[dict[str, Any]]
    """Lines of the finished files after the first run."""
    records_after_second: list[dict[str, Any]]
    ledger: dict[str, dict[str, Any]]
    """Rows by normalized URL."""
    report: dict[str, Any]

    def records_of(self, page: DemoPage) -> list[dict[str, Any]]:
        return [r for r in self.records if r["normalized_url"] == normalized_url(self.server.url(page))]

    def record_for(self, page: DemoPage) -> dict[str, Any]:
        """The one record of an article: its own, or its exact copy's where that was committed first."""
        row = self.row_of(page)
        assert row is not None
        if row["state"] == "duplicate":
            (record,) = [r for r in self.records if r["id"] == row["original_id"]]
        else:
            (record,) = self.records_of(page)
        return record

    def row_of(self, page: DemoPage) -> dict[str, Any] | None:
        return self.ledger.get(normalized_url(self.server.url(page)))


@dataclass(frozen=True)
class Checkout:
    """Runs `scrapy crawl` in the checkout, as its users do."""

    bench: Bench
    root: Path

    def crawl(self, spider: str, output: Path, *arguments: str) -> list[dict[str, Any]]:
        """Run; return the lines of the -O file."""
        exported = output.parent / f"{output.name}.jsonl"
        done = subprocess.run(
            [
                sys.executable, "-m", "scrapy", "crawl", spider, *arguments, "-O", str(exported),
                "-s", f"WINNOW_OUTPUT={output}", "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False",
                "-s", "LOG_LEVEL=WARNING",
            ],
            cwd=self.root, env=self.bench.environment(), capture_output=True, timeout=90, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return [json.loads(line) for line in exported.read_bytes().splitlines()]


@pytest.fixture(scope="session")
def checkout(bench: Bench) -> Checkout:
    return Checkout(bench, Path(__file__).parents[2])


def demo_sites(server: DemoServer, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    tables = "".join(f'[[site]]\nname = "{site.key}"\nurl = "{site.url}"\n' for site in server.sites)
    path = folder / "sites.toml"
    path.write_text(f"[defaults]\ndelay = 0\n{tables}", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def demo(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoCrawl]:
    folder = tmp_path_factory.mktemp("demo")
    winnow = bench.command_line(folder)
    with DemoServer() as server:
        demo_sites(server, folder)
        allowed = [word for entry in server.allow for word in ("--allow-address", entry)]
        first = winnow.run("crawl", "-o", "out", *allowed)
        asked = server.requests.copy()
        output = folder / "out"
        records = bench.written(output)
        (report,) = bench.reports(output)
        second = winnow.run("crawl", "-o", "out", *allowed)
        with closing(sqlite3.connect(output / "state.sqlite")) as connection:
            connection.row_factory = sqlite3.Row
            ledger = {row["normalized_url"]: dict(row) for row in connection.execute("SELECT * FROM ledger")}
        yield DemoCrawl(
            server, output, first, second, asked, server.requests.copy(), records, bench.written(output), ledger, report
        )
