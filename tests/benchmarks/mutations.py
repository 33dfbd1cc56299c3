"""Near-duplicates by kind of copy: how many are found, and how many lookalikes are taken for copies.

python -m tests.benchmarks.mutations CORPORA [--seed 2026] [--redis]

`--redis`: through the index on Redis, which keeps eight bits a number, on a server of its own.
The thresholds were chosen on the seeds 7 and 8; another seed draws other copies of the same articles.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from crawler.dedup.bands import BandIndex, MemoryBands
from crawler.dedup.minhash import signature_of
from crawler.dedup.near import DEFAULT_NEAR_OPTIONS, Entry, matches_among
from crawler.dedup.near_claims import week_of
from tests.benchmarks.near_duplicates import COPIES, Article, Case, Desk, cases, held_out, load_articles, same_topic

HELD_OUT = 0.25
"""Share of the articles that the index does not hold: they give what is foreign in a copy."""
TOPIC_PAIRS = 300
TARGETS = {"syndication": 0.97, "truncated_40": 0.85}
PRECISION = 0.998


@contextmanager
def redis_bands() -> Iterator[BandIndex]:
    from crawler.engines.bands import RedisBands
    from crawler.engines.changes import Changes
    from crawler.engines.connection import RedisServer
    from crawler.engines.leases import Leases
    from crawler.engines.options import RedisOptions
    from tests.conftest import redis_process

    with tempfile.TemporaryDirectory() as folder, redis_process(Path(folder)) as redis:
        server = RedisServer(RedisOptions(redis.url, "mutations"))
        Leases(server, "w", Path(folder))
        yield RedisBands(server, Changes(server, "w"), DEFAULT_NEAR_OPTIONS)


class Index:
    """All articles; what stands beside a case is there only for that case."""

    def __init__(self, articles: list[Article], bands: BandIndex) -> None:
        self._bands = bands
        self._week = week_of(datetime.now(UTC))
        for article in articles:
            self._add(article.id, article.text)

    def _add(self, name: str, text: str) -> None:
        signature = signature_of(text)
        if signature is not None:
            self._bands.add(Entry(_record_id(name), signature, self._week), ())

    def found(self, text: str, beside: tuple[str, ...] = ()) -> list[str]:
        names = [f"beside {number}" for number in range(len(beside))]
        for name, other in zip(names, beside, strict=True):
            self._add(name, other)
        signature = signature_of(text)
        found = []
        if signature is not None:
            candidates = self._bands.candidates(Entry("case", signature, self._week))
            found = [match.record_id for match in matches_among(signature, candidates, DEFAULT_NEAR_OPTIONS)]
        for name in names:
            self._bands.remove(_record_id(name))
        return found


def _record_id(name: str) -> str:
    """Return an id of the form that records have."""
    return sha256(name.encode()).hexdigest()[:32]


def topic_cases(articles: list[Article]) -> Iterator[Case]:
    for one, other in same_topic(articles, TOPIC_PAIRS):
        yield Case("same_topic", one.text, None, (other.text,))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--redis", action="store_true")
    options = parser.parse_args()
    if not options.redis:
        measure(options, MemoryBands(DEFAULT_NEAR_OPTIONS))
        return
    with redis_bands() as bands:
        measure(options, bands)


def measure(options: argparse.Namespace, bands: BandIndex) -> None:
    articles = load_articles(options.corpora)
    indexed, unrelated = held_out(articles, HELD_OUT, options.seed)
    index, nothing = Index(indexed, bands), Index([], MemoryBands(DEFAULT_NEAR_OPTIONS))
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
    original = None if case.original is None else _record_id(case.original)
    right[case.kind] += original in found
    wrong[case.kind] += sum(name != original for name in found)


if __name__ == "__main__":
    main()
