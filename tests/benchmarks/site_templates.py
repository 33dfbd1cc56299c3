"""What the template of a site saves: pages labelled by it against the same pages read in full, in crawls of sites.

    python -m crawler.training.site_memory CORPORA/template-sites --fold-models tests/gate/folds --fold-stages STAGES
    python -m tests.benchmarks.site_templates CORPORA STAGES [--sites NAME ...] [--seed 1] [--orders 10]

Every site of `template-sites` is crawled once without and once with its memory, in one drawn order, in one process:
labelled by the model of the fold that never saw its template's site, and by the stage of the fold that never saw this
site. Then each site gets the pages of the next one in mid-crawl, at addresses of its own: the template has changed.
With `--orders` each site is only crawled in so many orders, and the labels of its final records are compared.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from statistics import fmean, median
from typing import Any
from unittest.mock import patch

import numpy as np

from crawler.extraction.block_model import load_model
from crawler.extraction.page_labels import NUMBERS
from crawler.flow import record_of
from crawler.items import BY_TEMPLATE, Label, Page, Record
from crawler.site_knowledge import SiteKnowledge
from crawler.site_learning import SiteLearning
from tests.benchmarks.machine import machine
from tests.benchmarks.site_memory import OrderCounts, read_stages
from tests.gate.out_of_fold import FOLDS
from tests.gate.scoring import word_f1

BEFORE, AFTER = 25, 12
"""Pages of the old and of the new template in a crawl in which it changes."""
FETCHED = "2026-11-22T00:00:00Z"
"""After the dates of all pages: one that is still to come is no date, and another would be looked for."""
WORSE = 0.02
"""Word F1 under that of reading in full from which a record counts as bad."""


@dataclass(slots=True)
class Crawled:
    records: dict[str, Record] = field(default_factory=dict)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """CPU of each reading: `full`, `again` or `template`."""
    changed_after: int | None = None
    """Pages read since the change until it was noticed."""


def page_of(folder: Path, entry: dict[str, Any], url: str | None = None) -> Page:
    body = gzip.decompress((folder / entry["html"]).read_bytes())
    address = url or entry["url"]
    return Page(body, url=address, requested_url=address, fetched_at=FETCHED)


def crawl(pages: Sequence[Page], *, with_memory: bool, change_at: int | None = None) -> Crawled:
    """Read the pages one after the other as a crawl does."""
    learning = SiteLearning(lambda _: None, len(Label))
    knowledge = SiteKnowledge(learning, Counter())
    crawled = Crawled()

    def read(page: Page) -> None:
        was_thin = learning.is_thin("site")
        record = _timed(crawled, knowledge.informed(page, "site") if with_memory else page)
        state = knowledge.learned(page, record, "site", was_thin=was_thin) if with_memory else "done"
        if state == "again":
            again = replace(page, first_reading=record.first_reading)
            record = _timed(crawled, knowledge.informed(again, "site"))
            knowledge.learned(page, record, "site", was_thin=False)
        if state != "held":
            crawled.records[record.url or ""] = record

    for number, page in enumerate(pages):
        read(page)
        for held in list(knowledge.due()):
            if isinstance(held, Page):
                read(held)
        if change_at is not None and crawled.changed_after is None and learning.changes:
            crawled.changed_after = number + 1 - change_at
    for record in knowledge.left_over():
        crawled.records[record.url or ""] = record
    return crawled


def _timed(crawled: Crawled, page: Page) -> Record:
    started = time.process_time()
    record = record_of(page)
    way = BY_TEMPLATE if record.extraction.method == BY_TEMPLATE else "again" if page.first_reading else "full"
    crawled.seconds[way].append(time.process_time() - started)
    return record


class Contest:
    def __init__(self, folder: Path, stages: Path, seed: int) -> None:
        lines = (folder / "pages.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        self.folder = folder
        self.seed = seed
        self.sites: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for entry in map(json.loads, lines):
            self.sites[entry["site"]].append(entry)
        self.bodies = {entry["url"]: entry["body"] for pages in self.sites.values() for entry in pages}
        self.stages = read_stages(stages)
        self.folds = json.loads((FOLDS / "folds.json").read_text(encoding="utf-8"))

    def out_of_fold(self, site: str) -> ExitStack:
        """Return a context in which pages are labelled by models that never saw the site."""
        template = self.sites[site][0]["template"]
        model = _model(self.folds[f"typed/{template}"])
        stack = ExitStack()
        stack.enter_context(patch("crawler.extraction.labeller.shipped_model", lambda _: model))
        stack.enter_context(patch("crawler.site_memory.recall.shipped_stage", lambda: self.stages[site]))
        return stack

    def order(self, site: str) -> list[dict[str, Any]]:
        return random.Random(self.seed).sample(self.sites[site], len(self.sites[site]))

    def site_line(self, site: str, total: defaultdict[str, list[float]]) -> str:
        pages = [page_of(self.folder, entry) for entry in self.order(site)]
        with self.out_of_fold(site):
            alone, known = (crawl(pages, with_memory=with_memory) for with_memory in (False, True))
        total["alone"] += alone.seconds["full"]
        for way, seconds in known.seconds.items():
            total[way] += seconds
        answered = [url for url, record in known.records.items() if record.extraction.method == BY_TEMPLATE]
        scores = [fmean(word_f1(crawled.records[url].text, self.bodies[url]) for url in alone.records)
                  for crawled in (alone, known)]  # fmt: skip
        of_answered = [
            [word_f1(crawled.records[url].text, self.bodies[url]) for url in answered] for crawled in (alone, known)
        ]
        total["answered alone"] += of_answered[0]
        total["answered known"] += of_answered[1]
        total["all alone"].append(scores[0])
        total["all known"].append(scores[1])
        milliseconds = " | ".join(_ms(known.seconds[way]) for way in ("full", "again", BY_TEMPLATE))
        return f"| {site} | {len(answered)} of {len(pages)} | {scores[0]:.4f} {scores[1]:.4f} | {milliseconds} |"

    def change_line(self, site: str, other: str) -> tuple[str, int | None, int, int]:
        """Return what happens when the site turns into the other in mid-crawl."""
        old = [page_of(self.folder, entry) for entry in self.order(site)[:BEFORE]]
        entries = self.order(other)[:AFTER]
        new = [page_of(self.folder, entry, f"{old[0].url}/new/{n}") for n, entry in enumerate(entries)]
        with self.out_of_fold(other):
            alone = crawl(new, with_memory=False)
            known = crawl([*old, *new], with_memory=True, change_at=BEFORE)
        bad = 0
        for page, entry in zip(new, entries, strict=True):
            url = page.url or ""
            in_full, found = (word_f1(crawled.records[url].text, entry["body"]) for crawled in (alone, known))
            bad += found < in_full - WORSE
        trusted = sum(record.extraction.method == BY_TEMPLATE for record in known.records.values())
        noticed = "never" if known.changed_after is None else f"after {known.changed_after}"
        return f"| {site} | {trusted} | {noticed} | {bad} |", known.changed_after, bad, trusted

    def order_counts(self, site: str, orders: int) -> OrderCounts:
        """Crawl the site in several orders."""
        pages = [page_of(self.folder, entry) for entry in self.sites[site]]
        labels: defaultdict[str, list[list[int]]] = defaultdict(list)
        with self.out_of_fold(site):
            for seed in range(orders):
                order = random.Random(seed).sample(pages, len(pages))
                for url, record in crawl(order, with_memory=True).records.items():
                    labels[url].append([NUMBERS[segment.label] for segment in record.segments])
        counts = OrderCounts(orders)
        for found in labels.values():
            counts.add(np.array(found))
        return counts


@cache
def _model(fold: int) -> Any:
    return load_model(FOLDS / f"page-{fold}.npz")


def _ms(seconds: Sequence[float]) -> str:
    return f"{1000 * fmean(seconds):.1f}" if seconds else "–"


def report(contest: Contest, names: Sequence[str]) -> Iterator[str]:
    yield machine()
    total: defaultdict[str, list[float]] = defaultdict(list)
    yield "| site | by template | word F1 without, with memory | full, ms | again, ms | template, ms |"
    yield "|---|---|---|---|---|---|"
    for site in names:
        yield contest.site_line(site, total)
    full, fast = total["full"], total[BY_TEMPLATE]
    if fast:
        pages = len(total["alone"])
        spent = sum(sum(total[way]) for way in ("full", "again", BY_TEMPLATE))
        yield (
            f"\n{len(fast)} of {pages} pages by template, {fmean(fast) / fmean(full):.3f} of a full reading's CPU"
            f" (medians {median(fast) / median(full):.3f}); whole crawl {spent / sum(total['alone']):.3f} of one"
            " without memory"
        )
        yield (
            f"word F1 of these {fmean(total['answered alone']):.4f} without memory,"
            f" {fmean(total['answered known']):.4f} by template; of all pages"
            f" {fmean(total['all alone']):.4f}, {fmean(total['all known']):.4f}"
        )
    yield "\n| site whose template changes | by template | noticed | worse records after |"
    yield "|---|---|---|---|"
    for site, other in zip(names, [*names[1:], names[0]], strict=True):
        if site != other:
            yield contest.change_line(site, other)[0]


def order_report(contest: Contest, names: Sequence[str], orders: int) -> Iterator[str]:
    yield machine()
    total = OrderCounts(orders)
    for site in names:
        counts = contest.order_counts(site, orders)
        total.add_up(counts)
        yield f"{site}: {counts.line()}"
    yield f"all: {total.line()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("stages", type=Path, help="folder that the training wrote with --fold-stages")
    parser.add_argument("--sites", nargs="*", default=None, help="only these")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--orders", type=int, default=0, help="only crawl each site in so many orders")
    options = parser.parse_args()
    contest = Contest(options.corpora / "template-sites", options.stages, options.seed)
    names = options.sites or sorted(contest.sites)
    for line in order_report(contest, names, options.orders) if options.orders else report(contest, names):
        print(line, flush=True)


if __name__ == "__main__":
    main()
