"""What the memory of a site buys: with and without it, for the first pages of sites, in ten orders, and on real hosts.

    python -m crawler.training.site_memory CORPORA/template-sites --fold-models tests/gate/folds --fold-stages STAGES
    python -m tests.benchmarks.site_memory CORPORA STAGES [--orders 10] [--real]

Each page of `template-sites` is labelled by the model of the fold that never saw the site of its template, and adjusted
by the stage of the fold that never saw this site. All k pages of a site are in its memory when they are labelled; each
is judged by the others. `--real` reads the pages of hosts with three and more in the other corpora, out of fold.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.assembly import assemble
from crawler.extraction.block_model import LABELS, TEXT_COUNT, Floats
from crawler.extraction.decode import decode
from crawler.extraction.hints import gather_hints
from crawler.extraction.labeller import choose_labels
from crawler.extraction.sieve import sift_page
from crawler.items import Label, Segment
from crawler.site_learning import DEFAULT_OPTIONS
from crawler.site_memory.evidence import weigh
from crawler.site_memory.fingerprints import page_prints
from crawler.site_memory.memory import SiteMemory, empty_memory, observe_page, remember
from crawler.site_memory.second_stage import SecondStage, adjust, load_stage, shipped_stage
from crawler.site_memory.storage import to_bytes
from crawler.training.body_truth import IN_BODY, body_shares
from crawler.training.corpora import read_html
from crawler.training.options import StageOptions
from crawler.training.stage_rows import SitePage, read_blocks, read_sites, with_recurring_lines
from crawler.urls import registered_domain
from tests.gate.out_of_fold import FOLDS, CorpusPage, corpus_pages, fold_model, fold_of_pages
from tests.gate.scoring import text_scores, word_f1

FIRST = (1, 3, 5, 10, 20, 40)
OWN_FIELDS = [LABELS.index(label) for label in (Label.TITLE, Label.BYLINE, Label.CAPTION)]
PROMOTION = [
    LABELS.index(label) for label in (Label.ADVERTISEMENT, Label.JOB_LISTING, Label.COMMENT_POLICY, Label.SUBSCRIPTION)
]
REAL = ("fundus-news", "wcxb-articles", "trafilatura-eval")
MIN_PAGES = 3

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outcome:
    labels: Labels
    text: str


@dataclass(slots=True)
class Tally:
    """Of some pages, without and with memory."""

    f1: tuple[list[float], list[float]]
    true: list[Labels]
    given: tuple[list[Labels], list[Labels]]
    kept: int = 0
    lost: int = 0
    recurring: int = 0
    recurring_lost: int = 0

    def add(self, page: SitePage, outcomes: Sequence[Outcome], counts: Floats) -> None:
        self.true.append(page.labels)
        for side, outcome in enumerate(outcomes):
            self.given[side].append(outcome.labels)
            self.f1[side].append(word_f1(outcome.text, page.body))
        without, with_memory = (outcome.labels for outcome in outcomes)
        was_kept = (page.labels < TEXT_COUNT) & (without < TEXT_COUNT)
        is_lost = was_kept & (with_memory >= TEXT_COUNT) & ~np.isin(with_memory, OWN_FIELDS)
        self.kept += int(was_kept.sum())
        self.lost += int(is_lost.sum())
        self.recurring += int((was_kept & (counts > 0)).sum())
        self.recurring_lost += int((is_lost & (counts > 0)).sum())

    def line(self, first: int) -> str:
        true, pages = np.concatenate(self.true), len(self.true)
        figures = []
        for side in (0, 1):
            given = np.concatenate(self.given[side])
            chaff = (true >= TEXT_COUNT) & ~np.isin(true, OWN_FIELDS) & (given < TEXT_COUNT)
            promotion = np.isin(true, PROMOTION) & (given < TEXT_COUNT)
            figures.append((fmean(self.f1[side]), macro_f1(true, given), chaff.sum() / pages, promotion.sum() / pages))
        cells = [f"{without:.4f} {with_memory:.4f}" for without, with_memory in zip(*figures, strict=True)]
        lost = f"{self.lost} of {self.kept:,}; recurring {self.recurring_lost} of {self.recurring}"
        return f"| {first} | {pages} | {' | '.join(cells)} | {lost} |"


def macro_f1(true: Labels, given: Labels) -> float:
    """Return the mean F1 of the labels that occur."""
    found = [n for n in range(len(LABELS)) if (true == n).any()]
    return fmean(
        2 * float(((true == n) & (given == n)).sum()) / float((true == n).sum() + (given == n).sum()) for n in found
    )


def outcome_of(page: SitePage, probabilities: Floats) -> Outcome:
    """Return labels and text as extraction has them in the end."""
    chosen = choose_labels(probabilities, page.tree, page.evidence).tolist()
    segments = tuple(
        Segment(LABELS[label], block.text, block.xpath, float(shares[label]), "")
        for block, label, shares in zip(page.tree.blocks, chosen, probabilities, strict=True)
    )
    segments = sift_page(
        page.tree, segments, gather_hints(page.tree, page.evidence), page.evidence.url, page.evidence.titles
    )
    labels = np.array([LABELS.index(segment.label) for segment in segments])
    return Outcome(labels, assemble(page.tree, segments, page.evidence.titles).text)


def recalled(memory: SiteMemory, page: SitePage, stage: SecondStage) -> tuple[Floats, Floats]:
    """Return adjusted probabilities, and on how many other articles each block's text stands."""
    seen = observe_page(memory, page.prints, page.probabilities)
    evidence = weigh(memory, page.prints, page.tree.blocks, page.probabilities, seen)
    return adjust(stage, page.probabilities, evidence), evidence.counts


def memory_of(pages: Sequence[SitePage]) -> SiteMemory:
    memory = empty_memory(len(LABELS))
    for page in pages:
        memory = remember(memory, observe_page(memory, page.prints, page.probabilities))
    return memory


def first_pages(sites: dict[str, list[SitePage]], stages: dict[str, SecondStage]) -> Iterator[str]:
    """Yield the rows of the table over the first pages of each site."""
    alone = {page.id: outcome_of(page, page.probabilities) for pages in sites.values() for page in pages}
    yield "| first | pages | word F1 | macro F1 | leaked a page | promotion | true text lost |"
    yield "|---|---|---|---|---|---|---|"
    for first in FIRST:
        tally = Tally(([], []), [], ([], []))
        for name, pages in sites.items():
            memory = memory_of(pages[:first])
            for page in pages[:first]:
                probabilities, counts = recalled(memory, page, stages[name])
                tally.add(page, (alone[page.id], outcome_of(page, probabilities)), counts)
        yield tally.line(first)


@dataclass(slots=True)
class OrderCounts:
    """How many blocks have the same label in crawls of the same pages in several orders."""

    orders: int
    blocks: int = 0
    as_in_most: float = 0.0
    in_two: float = 0.0
    """Mean over all pairs of orders."""
    in_all: int = 0
    on_one_side: int = 0

    def add(self, labels: Labels) -> None:
        """Count one page; `labels` has a row an order and a column a block."""
        for column in labels.T:
            times = np.bincount(column)
            self.as_in_most += times.max() / self.orders
            self.in_two += (times * (times - 1)).sum() / (self.orders * (self.orders - 1))
        self.blocks += labels.shape[1]
        self.in_all += int((labels == labels[0]).all(axis=0).sum())
        self.on_one_side += int(((labels < TEXT_COUNT) == (labels[0] < TEXT_COUNT)).all(axis=0).sum())

    def add_up(self, other: OrderCounts) -> None:
        self.blocks += other.blocks
        self.as_in_most += other.as_in_most
        self.in_two += other.in_two
        self.in_all += other.in_all
        self.on_one_side += other.on_one_side

    def line(self) -> str:
        return (
            f"{self.orders} orders: labels of {self.in_two / self.blocks:.4f} of the blocks alike in two,"
            f" {self.as_in_most / self.blocks:.4f} as in most, {self.in_all / self.blocks:.4f} alike in all,"
            f" {self.on_one_side / self.blocks:.4f} in all on the same side of the text"
        )


def in_orders(sites: dict[str, list[SitePage]], stages: dict[str, SecondStage], orders: int) -> str:
    """Return how far the labels of a crawl depend on the order in which a site's pages come."""
    order_counts = OrderCounts(orders)
    started, readings = time.process_time(), 0
    for name, pages in sites.items():
        labels: dict[str, list[Labels]] = defaultdict(list)
        for seed in range(orders):
            order = random.Random(seed).sample(pages, len(pages))
            for page, probabilities in crawled(order, stages[name]):
                labels[page.id].append(choose_labels(probabilities, page.tree, page.evidence))
                readings += 1
        for found in labels.values():
            order_counts.add(np.stack(found))
    return f"{order_counts.line()}; {1000 * (time.process_time() - started) / readings:.1f} ms of CPU a page"


def crawled(order: Sequence[SitePage], stage: SecondStage) -> Iterator[tuple[SitePage, Floats]]:
    """Yield the pages with their probabilities as a crawl in this order has them: the first ones are held."""
    memory = empty_memory(len(LABELS))
    held: list[SitePage] = []
    for page in order:
        if memory.serial >= DEFAULT_OPTIONS.enough:
            yield page, recalled(memory, page, stage)[0]
        else:
            held.append(page)
        memory = remember(memory, observe_page(memory, page.prints, page.probabilities))
        if memory.serial >= DEFAULT_OPTIONS.enough:
            for waiting in held:
                yield waiting, recalled(memory, waiting, stage)[0]
            held.clear()


def real_hosts(corpora: Path) -> Iterator[str]:
    """Yield what changes on real pages of hosts with several, read out of fold, by the package's stage."""
    hosts: dict[str, list[CorpusPage]] = defaultdict(list)
    known = fold_of_pages(FOLDS)
    for name in REAL:
        for listed in corpus_pages(corpora / name):
            if listed.url and known.get(listed.key, -1) >= 0:
                hosts[registered_domain(listed.url)].append(listed)
    chosen = {name: pages for name, pages in hosts.items() if len(pages) >= MIN_PAGES}
    yield f"{sum(map(len, chosen.values()))} real pages of {len(chosen)} hosts with {MIN_PAGES} and more"
    scores: tuple[dict[str, list[float]], dict[str, list[float]]] = (defaultdict(list), defaultdict(list))
    left = true_left = in_text = 0
    for of_host in chosen.values():
        read = [site_page(listed) for listed in of_host]
        memory = memory_of(read)
        for listed, page in zip(of_host, read, strict=True):
            probabilities, _ = recalled(memory, page, shipped_stage())
            outcomes = (outcome_of(page, page.probabilities), outcome_of(page, probabilities))
            for side, outcome in enumerate(outcomes):
                for figure, value in text_scores(outcome.text, listed.truth).items():
                    scores[side][figure].append(value)
            gone = (outcomes[0].labels < TEXT_COUNT) & (outcomes[1].labels >= TEXT_COUNT)
            if page.body:
                shares = np.array(body_shares([block.text for block in page.tree.blocks], page.body))
                in_text += int(((outcomes[0].labels < TEXT_COUNT) & (shares >= IN_BODY)).sum())
                true_left += int((gone & (shares >= IN_BODY)).sum())
            left += int(gone.sum())
    for figure in sorted(scores[0]):
        without, with_memory = (side[figure] for side in scores)
        yield f"{figure}: {fmean(without):.4f} {fmean(with_memory):.4f} ({len(without)} pages)"
    yield f"{left} blocks left the text; of {in_text:,} true ones, where the body is known, {true_left}"


def site_page(page: CorpusPage) -> SitePage:
    """Return a page of a corpus without labels, read by the model of its fold."""
    tree, evidence, _, _ = read_html(decode(page.body()).text, page.url)
    model = fold_model(FOLDS, "page", fold_of_pages(FOLDS)[page.key])
    evidence, probabilities = read_blocks(tree, evidence, model)
    prints = page_prints(tree.blocks, tree.containers, evidence.titles, page.key)
    return SitePage(
        "", page.key, tree, evidence, prints, probabilities, np.zeros(0, np.int64), page.truth.get("body") or ""
    )


def sizes(sites: dict[str, list[SitePage]]) -> str:
    """Return what a memory takes after all pages of a site."""
    stored = [to_bytes(memory_of(pages)) for pages in sites.values()]
    kilobytes = [len(one) / 1000 for one in stored]
    packed = [len(zlib.compress(one, 1)) / 1000 for one in stored]
    return f"a site's memory: {fmean(kilobytes):.0f} kB, {max(kilobytes):.0f} at most; in the state {fmean(packed):.0f}"


def read_stages(folder: Path) -> dict[str, SecondStage]:
    """Return for each site the stage that was trained without it."""
    folds: dict[str, int] = json.loads((folder / "stages.json").read_text(encoding="utf-8"))
    load = cache(load_stage)
    return {site: load(folder / f"stage-{fold}.npz") for site, fold in folds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("stages", type=Path, help="folder that the training wrote with --fold-stages")
    parser.add_argument("--orders", type=int, default=0, help="also crawl each site in so many orders")
    parser.add_argument("--real", action="store_true", help="also real pages of hosts with several")
    options = parser.parse_args()
    sites, stages = read_sites(options.corpora / "template-sites", FOLDS), read_stages(options.stages)
    report(sites, stages, options)


def report(sites: dict[str, list[SitePage]], stages: dict[str, SecondStage], options: Any) -> None:
    for line in first_pages(sites, stages):
        print(line, flush=True)
    recurring = {
        name: with_recurring_lines(pages, number, StageOptions()) for number, (name, pages) in enumerate(sites.items())
    }
    print("\nWith true lines drawn to recur:")
    for line in first_pages(recurring, stages):
        print(line, flush=True)
    print("\n" + sizes(sites))
    if options.orders:
        print(in_orders(sites, stages, options.orders), flush=True)
    if options.real:
        for line in real_hosts(options.corpora):
            print(line, flush=True)


if __name__ == "__main__":
    main()
