"""Near-duplicates by kind of copy: how many are found, and how many lookalikes are taken for copies.

python -m tests.benchmarks.mutations CORPORA [--seed 2026]

The thresholds were chosen on the seeds 7 and 8; another seed draws other copies of the same articles.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from crawler.dedup.bands import MemoryBands
from crawler.dedup.minhash import signature_of
from crawler.dedup.near import DEFAULT_NEAR_OPTIONS, Entry, matches_among
from tests.benchmarks.near_duplicates import COPIES, Article, Case, Desk, cases, held_out, load_articles, same_topic

HELD_OUT = 0.25
"""Share of the articles that the index does not hold: they give what is foreign in a copy."""
TOPIC_PAIRS = 300
TARGETS = {"syndication": 0.97, "truncated_40": 0.85}
PRECISION = 0.998


class Index:
    """All articles; what stands beside a case is there only for that case."""

    def __init__(self, articles: list[Article]) -> None:
        self._bands = MemoryBands(DEFAULT_NEAR_OPTIONS)
        for article in articles:
            self._add(article.id, article.text)

    def _add(self, name: str, text: str) -> None:
        signature = signature_of(text)
        if signature is not None:
            self._bands.add(Entry(name, signature, 0), ())

    def found(self, text: str, beside: tuple[str, ...] = ()) -> list[str]:
        names = [f"beside {number}" for number in range(len(beside))]
        for name, other in zip(names, beside, strict=True):
            self._add(name, other)
        signature = signature_of(text)
        found = []
        if signature is not None:
            candidates = self._bands.candidates(Entry("case", signature, 0))
            found = [match.record_id for match in matches_among(signature, candidates, DEFAULT_NEAR_OPTIONS)]
        for name in names:
            self._bands.remove(name)
        return found


def topic_cases(articles: list[Article]) -> Iterator[Case]:
    for one, other in same_topic(articles, TOPIC_PAIRS):
        yield Case("same_topic", one.text, None, (other.text,))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    articles = load_articles(options.corpora)
    indexed, unrelated = held_out(articles, HELD_OUT, options.seed)
    index, nothing = Index(indexed), Index([])
    began = time.process_time()
    counts, right, wrong = Counter[str](), Counter[str](), Counter[str]()
    for case in cases(Desk(unrelated, options.seed), indexed, unrelated):
        _count(case, index.found(case.text, case.beside), counts, right, wrong)
    for case in topic_cases(articles):
        _count(case, nothing.found(case.text, case.beside), counts, right, wrong)
    print(f"{len(indexed)} articles indexed, {len(unrelated)} held out, seed {options.seed}")
    for kind, number in counts.items():
        told = f"found {right[kind] / number:6.1%}  " if kind in COPIES else " " * 15
        target = f"  target {TARGETS[kind]:.0%}" if kind in TARGETS else ""
        print(f"{kind:20} {number:5} {told} wrong matches {wrong[kind]:4}{target}")
    precision = right.total() / (right.total() + wrong.total())
    print(f"precision {precision:.4f}, target {PRECISION}; {time.process_time() - began:.0f} s CPU")


def _count(case: Case, found: list[str], counts: Counter[str], right: Counter[str], wrong: Counter[str]) -> None:
    counts[case.kind] += 1
    right[case.kind] += case.original in found
    wrong[case.kind] += sum(name != case.original for name in found)


if __name__ == "__main__":
    main()
