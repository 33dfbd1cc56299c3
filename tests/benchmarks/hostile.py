"""Full form of the hostile cases: all in one crawl and one scrape, with the bounds that ship, in 2 GB of address space.

python -m tests.benchmarks.hostile [crawl|scrape|worst|bounds|kills|mechanisms] [--cases NAME,NAME] [--markdown]

crawl, scrape: every case; what is not as it must be is named, then peak memory, time and the account.
worst: one case at a time, those that take most.
bounds: the same beside a plain Scrapy spider with trafilatura, which has 120 s and 4 GB. Winnow's peak is the sum of
its processes' own peaks, shared pages counted in each; it reads the good article of the site too.
mechanisms: each is turned off over its cases; those that then are not as they must be are noted in seen_to_fail.json.
`--mechanisms NAME,NAME` chooses some.
kills: a worker is killed with SIGKILL every second in a crawl of 500 pages.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks import plain_scrapy
from tests.benchmarks.tables import Table, write_tables
from tests.crawls.hostile import case as cases_of
from tests.crawls.hostile import compression, judge, mechanisms, run
from tests.crawls.hostile.articles import article, feed
from tests.crawls.hostile.canary_resolver import CANARY_PORT
from tests.crawls.hostile.case import Case, Exchange, whole
from tests.crawls.hostile.server import HostileServer
from tests.crawls.hostile.table import CASES

ADDRESS_SPACE = 2 << 30
LOOK_SECONDS = 0.1
FULL: Mapping[str, Any] = {"settings": {"WINNOW_NETWORK_DOWN_HOSTS": 0}}
"""All bounds as shipped; most hosts here are out of reach on purpose, so that the network counts as up."""
WORST = (
    "brotli_bomb", "gzip_bomb", "zstd_bomb", "gzip_in_gzip_bomb", "endless_body", "endless_chunks", "endless_headers",
    "continue_flood",
    "million_elements", "million_attributes", "half_million_links", "attributes_behind_a_quote", "one_line_8_mb",
    "deep_div_100000", "deep_div", "page_over_cap", "drip_body", "hang_before_status", "gzip_cut",
    "robots_200_mb",
)  # fmt: skip


@dataclass
class Measured:
    """Runs a command in bounded address space and notes the most memory that its processes had."""

    main_mb: float = 0.0
    worker_mb: float = 0.0
    sum_mb: float = 0.0
    peaks_mb: float = 0.0
    """Sum of the peaks of the processes that live at one time: never less than what they had together."""
    killer: bool = False
    only_children: bool = False
    """Kill what the main process started itself, not what that started."""
    kills: int = field(default=0)

    def __call__(
        self,
        *arguments: str,
        folder: Path,
        changes: Mapping[str, Any],
        given: bytes | None = None,
        within: float = 3600.0,
    ) -> tuple[int, float, bytes, str]:
        started = time.monotonic()
        with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.crawls.hostile.command", *arguments],
                cwd=folder, env=run.environment(changes), stdin=subprocess.PIPE, stdout=out, stderr=err,
                preexec_fn=_bound,  # noqa: PLW1509 - no other thread is in a lock of ours
            )  # fmt: skip
            threading.Thread(target=self._watch, args=(process,), daemon=True).start()
            process.communicate(given, timeout=within)
        seconds = time.monotonic() - started
        return process.returncode, seconds, (folder / "stdout").read_bytes(), (folder / "stderr").read_text("utf-8")

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        killed_at = time.monotonic()
        while process.poll() is None:
            main, workers = _resident_mb(process.pid), {pid: _resident_mb(pid) for pid in _descendants(process.pid)}
            self.main_mb = max(self.main_mb, main)
            self.worker_mb = max(self.worker_mb, *workers.values(), 0.0)
            self.sum_mb = max(self.sum_mb, main + sum(workers.values()))
            peaks = sum(plain_scrapy.high_water_mb(pid) for pid in (process.pid, *workers))
            self.peaks_mb = max(self.peaks_mb, peaks)
            if self.killer and time.monotonic() - killed_at >= 1 and workers:
                killed_at = time.monotonic()
                targets = list(_children(process.pid)) if self.only_children else list(workers)
                os.kill(random.choice(targets or list(workers)), signal.SIGKILL)
                self.kills += 1
            time.sleep(LOOK_SECONDS)


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


def _resident_mb(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6
    except (OSError, IndexError):
        return 0.0


def _children(pid: int) -> Iterator[int]:
    """Worker processes; the resource tracker of multiprocessing is none."""
    with contextlib.suppress(OSError):  # each of them may end while it is looked at
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in task.read_text().split():
                if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
                    yield int(child)


def _descendants(pid: int) -> Iterator[int]:
    for child in _children(pid):
        yield child
        yield from _descendants(child)


def everything(mode: str, cases: Sequence[Case]) -> None:
    measured = Measured()
    folder = Path(tempfile.mkdtemp(prefix="winnow-hostile-"))
    with HostileServer(cases) as server:
        start = run.crawl if mode == "crawl" else run.scrape
        ran = start(server, cases, folder, FULL, runner=measured)
        wrong = 0
        for case in cases:
            if mode == "crawl":
                faults = judge.faults_of_crawl(case, ran, server)
            else:
                faults = judge.faults_of_scrape(case, ran, server) if case.has_page else []
            wrong += bool(faults)
            if faults:
                print(f"{case.family} {case.name}: {'; '.join(faults)}")
        good = sum(ran.of(_key(mode, server.good_url(case))) is not None for case in cases)
        records = Counter(outcome.word for outcome in ran.pages.values())
        print(f"{mode}: {len(cases)} cases, {wrong} not as they must be, exit {ran.code}, {ran.seconds:.0f} s")
        print(f"good articles with an outcome: {good}; outcomes: {dict(sorted(records.items()))}")
        print(f"requests to inner addresses: {len(server.canary_hits)}")
        print(
            f"peak MB: main {measured.main_mb:.0f}, a worker {measured.worker_mb:.0f}, together {measured.sum_mb:.0f}"
        )
        if ran.report:
            accounts = ran.report["sites"].values()
            print(f"accounts that hold: {sum(account['holds'] for account in accounts)} of {len(accounts)}")
    print(folder)


def _key(mode: str, url: str) -> str:
    return run.identity(url) if mode == "crawl" else url


def worst(cases: Sequence[Case]) -> None:
    """One `winnow scrape` for each case alone."""
    print("| case | seconds | peak MB main | worker | outcome |\n|---|---|---|---|---|")
    with HostileServer(cases) as server:
        for case in cases:
            measured = Measured()
            folder = Path(tempfile.mkdtemp(prefix="winnow-worst-"))
            ran = run.scrape(server, [case], folder, FULL, runner=measured)
            outcome = ran.of(server.url(case))
            word = outcome.word if outcome else "nothing"
            print(
                f"| {case.name} | {ran.seconds:.0f} | {measured.main_mb:.0f} | {measured.worker_mb:.0f} | {word} |",
                flush=True,
            )


def bounds(cases: Sequence[Case], *, markdown: bool) -> None:
    """Each case alone: the plain spider, then `winnow scrape`."""
    sides = [f"{who}: {what}" for who in ("plain Scrapy + trafilatura", "Winnow") for what in ("s", "MB", "outcome")]
    table = Table("Seconds, peak memory and outcome of the worst cases", ("case", *sides))
    with HostileServer(cases) as server:
        for case in cases:
            folder = Path(tempfile.mkdtemp(prefix="winnow-bounds-"))
            (folder / "plain").mkdir()
            plain = plain_scrapy.fetch(server.url(case), folder / "plain")
            measured = Measured()
            ran = run.scrape(server, [case], folder, FULL, runner=measured)
            ours = plain_scrapy.Bounded(ran.seconds, measured.peaks_mb, _shown(ran.of(server.url(case))))
            cells = [c for side in (plain, ours) for c in (f"{side.seconds:.1f}", f"{side.peak_mb:.0f}", side.outcome)]
            table.add(case.name, *cells)
            print(case.name, *cells, sep=", ", file=sys.stderr, flush=True)
    write_tables([table], sys.stdout, markdown=markdown)


def _shown(outcome: run.Outcome | None) -> str:
    if outcome is None:
        return "nothing"
    return f"record with {len(outcome.record['text'])} characters" if outcome.record else outcome.word


def kills(pages: int = 500, *, only_children: bool = False) -> None:
    async def listed(exchange: Exchange) -> None:
        links = [f"{exchange.base_url}/n/{n}" for n in range(pages)]
        await exchange.send(whole(feed(links), kind="application/rss+xml"))

    async def shown(exchange: Exchange) -> None:
        await exchange.send(whole(article(500_000 + int(exchange.path[3:]))))

    case = Case("kills", "500 good pages", frozenset(), {"/feed.xml": listed, "/n/*": shown})
    measured = Measured(killer=True, only_children=only_children)
    folder = Path(tempfile.mkdtemp(prefix="winnow-kills-"))
    with HostileServer([case]) as server:
        ran = run.crawl(server, [case], folder, FULL, runner=measured)
    words = Counter(outcome.word for outcome in ran.pages.values())
    records = run.written(folder / "output")
    ids = {record["id"] for record in records}
    print(f"{measured.kills} kills in {ran.seconds:.0f} s, exit {ran.code}")
    print(f"{len(records)} records, {len(ids)} ids, {dict(words)}")
    print(folder)


def turned_off(names: Sequence[str]) -> None:
    """Turn each mechanism off over its cases and note which then fail."""
    cases_of.STAMINA.seconds, cases_of.STAMINA.flood_bytes, cases_of.STAMINA.redirects = 7.0, 12_000_000, 30
    compression.BOMB_BYTES = 1 << 24
    seen = mechanisms.seen_to_fail() if mechanisms.SEEN_TO_FAIL.exists() else {}
    with HostileServer(CASES) as server:
        os.environ[CANARY_PORT] = str(server.canary)
        for name in names or mechanisms.BY_NAME:
            mechanism = mechanisms.BY_NAME[name]
            failing, ran = without_mechanism(mechanism, server)
            seen[name] = list(failing)
            asked = [case.name for case in mechanism.cases(CASES)]
            good = sum(outcome.word == "new" for outcome in ran.pages.values())
            print(f"{name}: {len(failing)} of {len(asked)} fail, {good} records in all, {ran.seconds:.0f} s")
            for case, faults in failing.items():
                print(f"  {case}: {faults[0]}")
            print("  not:", *(case for case in asked if case not in failing), flush=True)
            mechanisms.SEEN_TO_FAIL.write_text(json.dumps(seen, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    never = [case.name for case in CASES if not any(case.name in names for names in seen.values())]
    print(f"{len(CASES) - len(never)} of {len(CASES)} cases were seen to fail; not:", *never)


def without_mechanism(
    mechanism: mechanisms.Mechanism, server: HostileServer
) -> tuple[dict[str, list[str]], run.HostileRun]:
    """Return the cases that fail without the mechanism, by name, with what is wrong. Good articles do not count."""
    cases = mechanism.cases(CASES)
    folder = Path(tempfile.mkdtemp(prefix="winnow-without-"))
    server.asked.clear()
    changes = mechanisms.without({"settings": {"DOWNLOAD_TIMEOUT": 20}}, *mechanism.off)
    if mechanism.crawls:
        ran = run.crawl(server, cases, folder, changes, within=900.0)
        judged = judge.faults_of_crawl
    else:
        ran = run.scrape(server, cases, folder, changes, good=1, within=900.0)
        judged = judge.faults_of_scrape
    failing: dict[str, list[str]] = {}
    for case in cases:
        faults = [fault for fault in judged(case, ran, server) if "the good article" not in fault]
        if faults:
            failing[case.name] = faults
    return failing, ran


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "mode", choices=("crawl", "scrape", "worst", "bounds", "kills", "mechanisms"), default="crawl", nargs="?"
    )
    parser.add_argument("--cases", default="", help="names, separated by commas")
    parser.add_argument("--mechanisms", default="", help="names, separated by commas")
    parser.add_argument("--markdown", action="store_true", help="the table of bounds as Markdown")
    options = parser.parse_args()
    chosen = set(options.cases.split(",")) if options.cases else set()
    cases = [case for case in CASES if not chosen or case.name in chosen]
    if options.mode == "kills":
        kills()
        kills(only_children=True)
    elif options.mode == "mechanisms":
        turned_off(options.mechanisms.split(",") if options.mechanisms else ())
    elif options.mode in ("worst", "bounds"):
        those = [case for case in CASES if case.name in (chosen or WORST)]
        worst(those) if options.mode == "worst" else bounds(those, markdown=options.markdown)
    else:
        everything(options.mode, cases)


if __name__ == "__main__":
    main()
