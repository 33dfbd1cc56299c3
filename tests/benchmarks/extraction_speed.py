"""CPU of `crawler.extract` against trafilatura's own extraction with metadata, page by page in one process, by stage.

    python -m tests.benchmarks.extraction_speed CORPORA [--pages N] [--rounds N] [--corpus NAME ...] [--write]

A round is a new process that reads every page once with each of the two, in turn and never the same page one after
the other: what one leaves in trafilatura's caches would be the other's gain. --write keeps the tables in stages.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import crawler
from crawler.flow import warm_up
from tests.benchmarks.machine import machine
from tests.benchmarks.stage_times import STAGES, StageTimes
from tests.benchmarks.tables import Table, write_tables
from tests.gate.out_of_fold import CorpusPage, corpus_pages

CORPORA = ("fundus-news", "wcxb-articles")
STAGES_FILE = Path(__file__).with_name("stages.md")
TARGETS = (1.0, 0.6)
WARM_PAGES = 3
"""Pages that are read before the clock runs: profiles, models and compiled expressions are loaded by then."""


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of CPU of one reading of all pages of a corpus, page by page."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    stages: dict[str, float]

    @property
    def ratio(self) -> float:
        return sum(self.ours) / sum(self.theirs)

    @property
    def page_ratio(self) -> float:
        """Of the page in the middle: a few very slow pages decide the ratio of the sums."""
        return median(ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True))


def read_round(pages: Sequence[CorpusPage], *, ours_first: bool) -> Round:
    """Read all pages with both, each half of the pages a half of the round later by the other."""
    documents = [(page.body(), page.url) for page in pages]
    half = len(documents) // 2
    warm_up()
    for body, url in documents[:WARM_PAGES]:
        crawler.extract(body, url)
        _trafilatura(body, url)
    ours, theirs = [0.0] * len(documents), [0.0] * len(documents)
    for n in range(len(documents)):
        for is_ours in (ours_first, not ours_first):
            if is_ours:
                ours[n] = _cpu(crawler.extract, *documents[n])
            else:
                theirs[n - half] = _cpu(_trafilatura, *documents[n - half])
    times = StageTimes()
    with times.measured():  # not above: the watches of the stages are no part of the work
        for body, url in documents:
            crawler.extract(body, url)
    return Round(tuple(ours), tuple(theirs), dict(times.seconds))


def _cpu(function: Callable[[bytes, str | None], object], body: bytes, url: str | None) -> float:
    started = time.process_time()
    function(body, url)
    return time.process_time() - started


def _trafilatura(body: bytes, url: str | None) -> object:
    from trafilatura import bare_extraction

    return bare_extraction(body, url=url, with_metadata=True, include_comments=False)


def measure(pages: Sequence[CorpusPage], rounds: int) -> list[Round]:
    """Return the rounds, each of a process of its own."""
    found = []
    for number in range(rounds):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found.append(pool.submit(read_round, pages, ours_first=number % 2 == 0).result())
        print(f"{pages[0].corpus}: {found[-1].ratio:.3f}", file=sys.stderr, flush=True)
    return found


def ratios(measured: dict[str, list[Round]], counts: dict[str, int]) -> Table:
    header = (
        "corpus", "pages", "pairs", "winnow, ms", "trafilatura, ms", "ratio", "least", "most", "page in the middle",
        "at most", "aim",
    )  # fmt: skip
    table = Table("CPU a page against trafilatura, medians", header)
    for name, rounds in measured.items():
        found = [one.ratio for one in rounds]
        ours, theirs = (
            _ms(map(sum, side), counts[name]) for side in ([r.ours for r in rounds], [r.theirs for r in rounds])
        )
        middle = median(one.page_ratio for one in rounds)
        shown = [f"{value:.3f}" for value in (median(found), min(found), max(found), middle, *TARGETS)]
        table.add(name, str(counts[name]), str(len(rounds)), ours, theirs, *shown)
    return table


def stages(measured: dict[str, list[Round]], counts: dict[str, int]) -> Table:
    """Return one row a stage: milliseconds a page and the share of the whole, for each corpus."""
    header = ["stage", *(f"{name}{unit}" for name in measured for unit in (", ms", ", %"))]
    table = Table("CPU a page by stage, medians", tuple(header))
    for stage in STAGES:
        cells = []
        for name, rounds in measured.items():
            share = median(100 * one.stages[stage] / sum(one.stages.values()) for one in rounds)
            cells += [_ms([one.stages[stage] for one in rounds], counts[name]), f"{share:.1f}"]
        table.add(stage, *cells)
    return table


def _ms(seconds: Iterable[float], pages: int) -> str:
    return f"{1000 * median(seconds) / pages:.2f}"


def main(arguments: Iterable[str] | None = None) -> int:
    options = _options(arguments)
    measured: dict[str, list[Round]] = {}
    counts: dict[str, int] = {}
    for name in options.corpus:
        known = [page for page in corpus_pages(options.corpora / name) if not page.is_plain]
        pages = known[:: max(1, len(known) // options.pages)][: options.pages] if options.pages else known
        counts[name] = len(pages)
        measured[name] = measure(pages, options.rounds)
    tables = [ratios(measured, counts), stages(measured, counts)]
    print(machine())
    write_tables(tables, sys.stdout, markdown=False)
    if options.write:
        kept = StringIO()
        write_tables(tables, kept, markdown=True)
        title = "# Speed of extraction\n\n`python -m tests.benchmarks.extraction_speed CORPORA --write`"
        STAGES_FILE.write_text(f"{title} on {machine()}.\n{kept.getvalue()}", encoding="utf-8")
    return 0


def _options(arguments: Iterable[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--pages", type=int, default=100, metavar="N", help="of each corpus, spread over it; 0: all")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--corpus", action="append", help="one of the folders; may be given again")
    parser.add_argument("--write", action="store_true", help=f"keep the tables in {STAGES_FILE.name}")
    options = parser.parse_args(None if arguments is None else list(arguments))
    options.corpus = options.corpus or CORPORA
    return options


if __name__ == "__main__":
    sys.exit(main())
