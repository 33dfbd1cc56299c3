"""The seen index in SQLite at size: inserts a second, time of a query, bytes a document, memory; cost of a page.

python -m tests.benchmarks.seen_index [--documents 1000000] [--folder DIR] [--corpora CORPORA]

Signatures are drawn, 200,000 documents a week. At a tenth, a half and the whole of them 5,000 are compared and written
as a crawl does, in transactions of 100, a tenth of these copies. With --corpora the cost of a page is measured beside
its extraction.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np

from crawler.dedup.minhash import HEAD_PERMUTATIONS, PERMUTATIONS, Signature, signature_of
from crawler.dedup.near import BANDS, DEFAULT_NEAR_OPTIONS, Entry, matches_among
from crawler.dedup.sqlite_bands import SqliteBands
from crawler.state.database import STATE_NAME, open_state, transaction

PER_WEEK = 200_000
PER_TRANSACTION = 100
WRITTEN_ONE_BY_ONE = 5_000
"""Documents at each size that are written as a crawl does; those before are laid down in order, which is quicker."""
QUERIES = 2_000
COPY_SHARE = 0.1
SAME_NUMBERS = 0.7
"""Share of a copy's numbers that are its original's: J .7."""


class Documents:
    """Draws signatures; remembers some of them, to draw copies from."""

    def __init__(self, seed: int) -> None:
        self._draw = np.random.default_rng(seed)
        self._kept: list[Signature] = []

    def next(self, number: int) -> Entry:
        fresh = Signature(400, self._numbers(PERMUTATIONS), self._numbers(HEAD_PERMUTATIONS))
        if self._kept and self._draw.random() < COPY_SHARE:
            original = self._kept.pop(int(self._draw.integers(len(self._kept))))
            same = self._draw.random(PERMUTATIONS) < SAME_NUMBERS
            fresh = Signature(400, np.where(same, original.minima, fresh.minima), fresh.head)
        elif number % 5 == 0:
            self._kept = [*self._kept[-999:], fresh]
        return Entry(f"{number:032x}", fresh, number // PER_WEEK)

    def _numbers(self, count: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
        return self._draw.integers(0, 2**32, count, dtype=np.uint32)


def fill(connection: sqlite3.Connection, documents: Documents, first: int, number: int) -> tuple[int, float, float]:
    """Claim and confirm so many documents; return pairs found, wall and CPU seconds."""
    bands, pairs = SqliteBands(connection, DEFAULT_NEAR_OPTIONS), 0
    wall = cpu = 0.0
    for begin in range(first, first + number, PER_TRANSACTION):
        entries = [documents.next(n) for n in range(begin, begin + PER_TRANSACTION)]
        started, started_cpu = time.monotonic(), time.process_time()
        claimed = [matches_among(e.signature, bands.candidates(e), DEFAULT_NEAR_OPTIONS) for e in entries]
        with transaction(connection):
            for entry, matches in zip(entries, claimed, strict=True):
                bands.add(entry, matches)
        wall += time.monotonic() - started
        cpu += time.process_time() - started_cpu
        pairs += sum(map(len, claimed))
    return pairs, wall, cpu


def query_times(connection: sqlite3.Connection, documents: Documents, number: int) -> tuple[float, float]:
    """Return the median and the 99th percentile of a comparison, in milliseconds."""
    bands = SqliteBands(connection, DEFAULT_NEAR_OPTIONS)
    taken = []
    for _ in range(QUERIES):
        entry = documents.next(number)
        started = time.perf_counter()
        matches_among(entry.signature, bands.candidates(entry), DEFAULT_NEAR_OPTIONS)
        taken.append(1000 * (time.perf_counter() - started))
    return float(np.percentile(taken, 50)), float(np.percentile(taken, 99))


def fill_week(connection: sqlite3.Connection, draw: np.random.Generator, first: int, number: int) -> None:
    """Write the rows of so many unlike documents of one week, in the order in which the tables hold them."""
    minima = draw.integers(0, 2**32, (number, PERMUTATIONS), dtype=np.uint32)
    heads = draw.integers(0, 2**32, (number, HEAD_PERMUTATIONS), dtype=np.uint32)
    week = first // PER_WEEK
    with transaction(connection):
        signatures = (
            (first + n + 1, f"{first + n:032x}", week, Signature(400, minima[n], heads[n]).to_bytes())
            for n in range(number)
        )
        connection.executemany(
            "INSERT INTO signatures (document, record_id, week, signature) VALUES (?, ?, ?, ?)", signatures
        )
        keys = draw.integers(-(2**63), 2**63 - 1, number * BANDS, dtype=np.int64)
        order = np.argsort(keys)
        rows = zip(keys[order].tolist(), (order // BANDS + first + 1).tolist(), strict=True)
        connection.executemany(f"INSERT INTO bands (week, band, document) VALUES ({week}, ?, ?)", rows)


def lay_down(folder: Path, number: int) -> None:
    """Fill the tables up to so many documents; in a process of its own, whose memory is not the index's."""
    connection = open_state(folder / STATE_NAME, 10)
    laid = connection.execute("SELECT coalesce(max(document), 0) FROM signatures").fetchone()[0]
    while laid < number:
        more = min(number - laid, PER_WEEK - laid % PER_WEEK)
        fill_week(connection, np.random.default_rng(laid), laid, more)
        laid += more
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def run(folder: Path, number: int) -> None:
    """Lay down all documents but the last; write those as a crawl does, and ask."""
    print("documents  docs/s wall  docs/s CPU  query p50 ms  p99 ms  bytes/doc  RSS MB")
    for count in (number // 10, number // 2, number):
        laid = count - WRITTEN_ONE_BY_ONE
        laying = multiprocessing.get_context("spawn").Process(target=lay_down, args=(folder, laid))
        laying.start()
        laying.join()
        connection = open_state(folder / STATE_NAME, 10)
        size = (folder / STATE_NAME).stat().st_size / laid
        documents = Documents(count)
        _, wall, cpu = fill(connection, documents, laid, WRITTEN_ONE_BY_ONE)
        median, worst = query_times(connection, documents, count)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rates = f"{WRITTEN_ONE_BY_ONE / wall:11,.0f} {WRITTEN_ONE_BY_ONE / cpu:11,.0f}"
        print(f"{count:9,} {rates} {median:13.2f} {worst:7.2f} {size:10,.0f} {memory:7.0f}", flush=True)
        connection.close()
    connection = open_state(folder / STATE_NAME, 10)
    bands = SqliteBands(connection, DEFAULT_NEAR_OPTIONS)
    oldest = number // PER_WEEK - DEFAULT_NEAR_OPTIONS.weeks
    started = time.monotonic()
    with transaction(connection):
        bands.expire(oldest + DEFAULT_NEAR_OPTIONS.weeks)
    print(f"dropping what is older than five weeks: {time.monotonic() - started:.1f} s")
    connection.close()


def cost(corpora: Path) -> None:
    """CPU of the signature and of the whole reading of the same pages."""
    import gzip

    from crawler.flow import record_of
    from crawler.items import Page

    folder = corpora / "fundus-news"
    lines = (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines()
    pages = [
        Page(gzip.decompress((folder / page["html"]).read_bytes()), url=page["url"]) for page in map(json.loads, lines)
    ]
    record_of(pages[0])
    started = time.process_time()
    texts = [record_of(page).text for page in pages]
    reading = time.process_time() - started
    started = time.process_time()
    for text in texts:
        signature_of(text)
    signing = time.process_time() - started
    told = f"reading {1000 * reading / len(pages):.1f} ms, of which signature {1000 * signing / len(pages):.2f} ms"
    print(f"{len(pages)} pages, CPU a page: {told}, {signing / reading:.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--corpora", type=Path)
    options = parser.parse_args()
    if options.corpora is not None:
        cost(options.corpora)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="winnow-seen-"))
    folder.mkdir(parents=True, exist_ok=True)
    run(folder, options.documents)


if __name__ == "__main__":
    main()
