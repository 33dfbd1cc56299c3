"""A crawl without a network, to be killed.

`crawl FOLDER RECORDS` is one run. `every_point FOLDER` does a small crawl again and again, each time in a new
folder below FOLDER and killed one step later: around an fsync, a rename, a deletion, at a BEGIN or COMMIT.
Every third is killed once more, early in the run after. Then each is completed. `every_revisit FOLDER` does the
same to a run that fetches written articles again, all of them changed.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.items import DiscoveredVia, Extraction, Link, Record, Status
from crawler.records.writer import RecordFileOptions
from crawler.state.runs import new_run_id
from crawler.state.store import CrawlStore
from crawler.state.values import Candidate, Outcome, Poll, StoreOptions

FEED = "https://news.example/feed"
NOW = "2026-11-22T10:45:01Z"
PAUSE_SECONDS = 0.002
FILE_BYTES = 8000
"""Room for two or three batches: a file must outlive some commits to be cut at the last of them."""


def record(number: int) -> Record:
    """Every tenth text is that of the number before."""
    text = number - 1 if number % 10 == 9 else number
    return Record(
        id=f"{number:032x}",
        normalized_url=f"news.example/{number}",
        text=f"Text {text} " * 20,
        text_hash=f"sha256:{text:064x}",
        extraction=Extraction(Status.OK, None, "model", {}),
    )


def crawl(folder: Path, records: int, pause: float = 0.0) -> None:
    options = StoreOptions(batch_records=3, files=RecordFileOptions(max_bytes=FILE_BYTES))
    now = datetime.now(UTC)
    run = CrawlStore.open(folder, new_run_id(now), now, options)
    links = (Link(f"https://news.example/{n}", DiscoveredVia.FEED, FEED) for n in range(records))
    found = [Candidate(link, link.url.removeprefix("https://"), "news") for link in links]
    known = run.source(FEED)
    status = 200 if known is None else 304
    run.record_poll(Poll(FEED, "news", "feed", status, '"1"', None, None, NOW), found if known is None else [])
    while rows := run.take_waiting("news", 4):
        for row in rows:
            article = record(int(row.url.rpartition("/")[2]))
            verdict = run.claim(article)
            if verdict.state == "new":
                run.write(article, "news", row.normalized_url)
            else:
                end = Outcome(row.normalized_url, row.url, "news", "duplicate", original_id=verdict.original_id)
                run.settle(end)
            if run.due_for_flush():
                run.aside.flush()  # its steps come in the store's own thread, between those of the next pages
            time.sleep(pause)
    account = run.account()["news"]
    if not account.holds:
        raise SystemExit(f"the account does not hold: {account}")
    run.finish({"found": account.found})


def revisit(folder: Path) -> None:
    """Fetch every article once more; what was left over by a killed run is among them."""
    now = datetime.now(UTC)
    run = CrawlStore.open(folder, new_run_id(now), now, StoreOptions(batch_records=3))
    run.schedule_revisits("news", (3600,), now + timedelta(days=1))
    while rows := run.take_waiting("news", 4):
        for row in rows:
            number = int(row.url.rpartition("/")[2])
            article = replace(record(number), text_hash=f"sha256:{1000 + number:064x}")
            verdict = run.claim(article, row)
            if verdict.state != "changed":
                raise SystemExit(f"{row}: {verdict}")
            run.write(article, "news", row.normalized_url)
            if run.due_for_flush():
                run.flush()
    # After a kill in the end there is nothing left to do.
    for account in run.account().values():
        if not account.holds or account.states["waiting"]:
            raise SystemExit(f"the account does not hold: {account}")
    run.finish({})


class Countdown:
    """Kills the process at the n-th step."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def step(self) -> None:
        self.steps -= 1
        if self.steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **options: Any) -> Any:
            self.step()
            result = call(*args, **options)
            self.step()
            return result

        return stepped

    def install(self) -> None:
        for name in ("fsync", "replace", "unlink", "mkdir"):
            setattr(os, name, self.around(getattr(os, name)))
        connect = sqlite3.connect

        def traced(*args: Any, **options: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*args, **options)
            connection.set_trace_callback(
                lambda statement: self.step() if statement.startswith(("BEGIN", "COMMIT")) else None
            )
            return connection

        sqlite3.connect = traced  # type: ignore[assignment]


def _forked(work: Callable[[], None], steps: int) -> int:
    """Work in a child process that is killed at the step; 0: never. Returns the wait status."""
    child = os.fork()
    if child == 0:
        try:
            if steps:
                Countdown(steps).install()
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]


def every_point(folder: Path, work: Callable[[Path], None], begun: Path | None = None) -> None:
    """Kill the work at each step, in a folder for each, which is a copy of `begun` where that is given."""
    for steps in itertools.count(1):
        below = folder / f"{steps:04}"
        if begun is not None:
            shutil.copytree(begun, below)
        status = _forked(lambda: work(below), steps)  # noqa: B023 - called at once
        again = _forked(lambda: work(below), steps % 19 + 1) if steps % 3 == 0 else 0  # noqa: B023
        last = _forked(lambda: work(below), 0)  # noqa: B023
        if not {status, again} <= {0, int(signal.SIGKILL)} or last != 0:
            raise SystemExit(f"killed at step {steps}: {status}, {again}, {last}")
        if status == 0:
            return


if __name__ == "__main__":
    if sys.argv[1] == "crawl":
        print("begins", flush=True)
        crawl(Path(sys.argv[2]), int(sys.argv[3]), PAUSE_SECONDS)
    elif sys.argv[1] == "every_point":
        every_point(Path(sys.argv[2]), lambda folder: crawl(folder, 10))
    else:
        crawl(Path(sys.argv[2]) / "begun", 8)
        every_point(Path(sys.argv[2]) / "killed", revisit, Path(sys.argv[2]) / "begun")
