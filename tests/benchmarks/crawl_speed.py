"""A whole crawl of a local news web against Scrapy with trafilatura wired by hand, and trafilatura's own command.

    python -m tests.benchmarks.crawl_speed NEWSWEB.PY [--sites 20] [--pages 100] [--rounds 5] [--rival NAME ...]

Quick form: --sites 5 --pages 40 --rounds 1. In each round every contestant crawls the same web once, in turn; figures
are medians over the rounds, ratios are of one round. trafilatura's command takes no address with a port, so the web is
on port 80, for which root is needed, and gets the list of URLs that the others find by themselves.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from crawler.dedup.fingerprints import text_hash
from crawler.dedup.minhash import signature_of
from tests.benchmarks.contestants import OURS, THEIR_COMMAND, contestants, expected_pages
from tests.benchmarks.machine import machine
from tests.benchmarks.newsweb import Web, ledger, records, served
from tests.benchmarks.process_tree import Used, run_measured
from tests.benchmarks.tables import Table, write_tables

PAGE_FIELDS = ("wall", "pages/s", "CPU ms a page", "peak MB", "of it main", "stall CPU ms", "stall wall ms")


@dataclass(frozen=True, slots=True)
class Crawl:
    """One crawl: what it took and what came of it."""

    used: Used
    pages: int
    """Answers with an article that the web gave."""
    found: Counter[str]
    """Outcome -> pages of the truth, see `outcomes`."""
    loop: dict[str, Any] = field(default_factory=dict)

    @property
    def figures(self) -> tuple[float, ...]:
        wall, cpu = self.used.wall_seconds, self.used.cpu_seconds
        stalls = self.loop.get("longest_cpu_ms", 0.0), self.loop.get("longest_wall_ms", 0.0)
        pages = max(1, self.pages)
        return wall, pages / wall, 1000 * cpu / pages, self.used.peak_mb, self.used.main_peak_mb, *stalls


def crawl(name: str, web: Web, folder: Path) -> Crawl:
    folder.mkdir(exist_ok=True)
    web.ask("/__stats?reset")
    command = contestants(web)[name](folder)
    used = run_measured(command, folder / "figures.json", folder / "log")
    total = web.ask("/__stats")["total"]
    loop = folder / "loop.json"
    watched = json.loads(loop.read_text(encoding="utf-8")) if loop.exists() else {}
    found = outcomes(web, *_results(name, folder), total.get("robots_violations", 0))
    return Crawl(used, total.get("article_200", 0), found, watched)


def _results(name: str, folder: Path) -> tuple[Counter[str], set[str]]:
    """Return how many records each URL has, and the URLs that are known as copies of others."""
    if name == OURS:
        lines = records(folder / "output")
        copies = {url for url, (state, _, _) in ledger(folder / "output").items() if state == "duplicate"}
        copies |= {line["url"] for line in lines if line["duplicate_of"]}
    elif name.startswith(THEIR_COMMAND):
        lines = [json.loads(path.read_bytes()) for path in (folder / "records").rglob("*.json")]
        return Counter(line["source"] for line in lines), set()
    else:
        lines, copies = [json.loads(line) for line in (folder / "records.jsonl").read_bytes().splitlines()], set()
    return Counter(line["url"] for line in lines), copies


def outcomes(web: Web, written: Counter[str], copies: set[str], private: int) -> Counter[str]:
    """Count pages: `right`, `missing`, `twice`, `copy not seen`, and `private`, which robots.txt forbids to fetch.

    Of a page and its copies whichever came first is the original.
    """
    found: Counter[str] = Counter(private=private)
    pages = expected_pages(web)
    originals = Counter(page["dup_of"] or url for url, page in pages.items() if url not in copies)
    for url, page in pages.items():
        if written[url] > 1:
            found["twice"] += 1
        elif not written[url] and url not in copies:
            found["missing"] += 1
        elif page["dup_of"] and url not in copies and originals[page["dup_of"]] > 1:
            found["copy not seen"] += 1
        else:
            found["right"] += 1
    return found


def comparison(rounds: list[dict[str, Crawl]]) -> Iterator[Table]:
    names = list(rounds[0])
    table = Table("Whole crawls, medians", ("", *PAGE_FIELDS, "pages", "right", "wrong"))
    for name in names:
        figures = [statistics.median(values) for values in zip(*(one[name].figures for one in rounds), strict=True)]
        last = rounds[-1][name]
        wrong = ", ".join(f"{n} {outcome}" for outcome, n in last.found.items() if n and outcome != "right")
        row = [f"{value:.1f}" for value in figures]
        table.add(name, *row, str(last.pages), str(last.found["right"]), wrong or "none")
    yield table
    if OURS not in names:
        return
    table = Table("winnow against each, of one round: median (least to most)", ("", "pages/s", "CPU a page"))
    for name in names:
        if name != OURS:
            table.add(name, *(_ratios(rounds, name, column) for column in (1, 2)))
    yield table


def _ratios(rounds: list[dict[str, Crawl]], name: str, column: int) -> str:
    found = [one[OURS].figures[column] / one[name].figures[column] for one in rounds]
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def store_share(run: Crawl, output: Path) -> float:
    """Return the share of CPU of store, ledger and near-duplicates, with the signatures that workers make."""
    started = time.process_time()
    for line in records(output):
        text_hash(line["text"])
        signature_of(line["text"])
    signatures = time.process_time() - started
    return (
        float(run.loop["store_cpu_seconds"] + run.loop["state_thread_cpu_seconds"] + signatures) / run.used.cpu_seconds
    )


def main(arguments: Iterable[str] | None = None) -> int:
    options = _options(arguments)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="winnow-speed-"))
    rounds: list[dict[str, Crawl]] = []
    more, shares, again = ("--dead-links", "0"), [], []
    print(machine(), flush=True)
    with served(options.script, folder, sites=options.sites, pages=options.pages, more=more, port=80) as web:
        names = [OURS, *(options.rival or [name for name in contestants(web) if name != OURS])]
        for number in range(options.rounds):
            order = names if number % 2 == 0 else names[::-1]
            runs = {}
            for name, n in zip(order, count(), strict=False):
                own = folder / f"round-{number}-{n}"
                runs[name] = crawl(name, web, own)
                print(f"{name}: {runs[name].used}", file=sys.stderr, flush=True)
                if name == OURS:
                    shares.append(store_share(runs[name], own / "output"))
                    second = crawl(name, web, own)
                    again.append(second.used.cpu_seconds / runs[name].used.cpu_seconds)
            rounds.append({name: runs[name] for name in names})
    write_tables(comparison(rounds), sys.stdout, markdown=options.markdown)
    last = rounds[-1][OURS].loop
    print(f"\nsecond run, nothing new: {statistics.median(again):.3f} of the first's CPU (at most 0.05)")
    print(f"near-duplicates, store and ledger: {statistics.median(shares):.3f} of the CPU (at most 0.08)")
    print(
        f"longest callback of the last round: {last['longest']}; {last['over_50_ms']} of {last['callbacks']} over 50 ms"
    )
    print(folder)
    return 0


def _options(arguments: Iterable[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path)
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rival", action="append", metavar="NAME", help="only this one (repeatable)")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--markdown", action="store_true")
    return parser.parse_args(None if arguments is None else list(arguments))


if __name__ == "__main__":
    sys.exit(main())
