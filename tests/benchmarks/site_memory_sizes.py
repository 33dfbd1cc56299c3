"""How large the memories of many sites are: 1,000 sites of 1,000 pages, in the state file and in the process.

    python -m tests.benchmarks.site_memory_sizes CORPORA [--sites 1000] [--pages 1000] [--real 6]

The pages of a few sites of `template-sites` are read once. Further articles of the same site are drawn from what these
taught: what stands on one of them only gets new fingerprints, as another article's own text would.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crawler.flow import record_of
from crawler.items import Label, Page
from crawler.site_learning import SiteLearning
from crawler.site_memory.memory import Observation
from crawler.site_memory.storage import observation_from_bytes, observation_to_bytes
from crawler.state.database import open_beside, open_state, transaction
from crawler.state.site_memory import keep_site_memories, load_site_memory
from tests.benchmarks.machine import machine

BUSY_SECONDS = 5.0


def resident_mb() -> float:
    """Linux: memory of this process now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6


def observations(folder: Path, entries: list[dict[str, Any]]) -> list[Observation]:
    """Return what the pages of a site taught, read one after the other."""
    learning = SiteLearning(lambda _: None, len(Label))
    found = []
    for entry in entries:
        body = gzip.decompress((folder / entry["html"]).read_bytes())
        record = record_of(Page(body, url=entry["url"], site_memory=learning.snapshot("site")))
        if record.site_observation is not None:
            learning.learn("site", record.site_observation)
            found.append(observation_from_bytes(record.site_observation))
    return found


def drawn(seen: list[Observation], pages: int, seed: int) -> Iterator[Observation]:
    """Yield so many articles: those seen first, then others like them with texts of their own."""
    yield from seen[:pages]
    times = Counter(key for one in seen for key in one.keys.tolist())
    draw = np.random.default_rng(seed)
    for number in range(len(seen), pages):
        like = seen[number % len(seen)]
        lesson = like.lesson and replace(like.lesson, is_foreign=False)
        own = np.array([times[key] == 1 for key in like.keys.tolist()])
        keys: NDArray[np.uint64] = np.where(own, draw.integers(1 << 63, size=len(own), dtype=np.uint64), like.keys)
        order = np.argsort(keys)
        article = int(draw.integers(1 << 63))
        yield replace(
            like,
            keys=keys[order],
            shares=like.shares[order],
            repeats=like.repeats[order],
            article=article,
            lesson=lesson,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--real", type=int, default=6, help="sites whose pages are read")
    options = parser.parse_args()
    print(machine())
    folder = options.corpora / "template-sites"
    of_site: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folder / "pages.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
        entry = json.loads(line)
        of_site[entry["site"]].append(entry)
    stored = []
    for number, name in enumerate(sorted(of_site)[: options.real]):
        learning = SiteLearning(lambda _: None, len(Label))
        for one in drawn(observations(folder, of_site[name]), options.pages, number):
            learning.learn(name, observation_to_bytes(one))
        stored.append(learning.snapshot(name))
        print(f"{name}: {options.pages} pages, {len(stored[-1]) / 1000:.0f} kB", flush=True)
    report(stored, options.sites)


def report(stored: list[bytes], sites: int) -> None:
    """Print the size of the state with so many memories, and what a process takes that goes through all of them."""
    names = {f"site-{number}.example": stored[number % len(stored)] for number in range(sites)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.sqlite"
        with closing(open_state(path, BUSY_SECONDS)) as connection:
            empty = path.stat().st_size
            with transaction(connection):
                keep_site_memories(connection, names, "2026-01-01T00:00:00Z")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        print(f"state: {(path.stat().st_size - empty) / 1e6:.1f} MB for {sites} sites")
        before = resident_mb()
        with closing(open_beside(path, BUSY_SECONDS)) as connection:
            learning = SiteLearning(lambda site: load_site_memory(connection, site), len(Label))
            for name in names:
                learning.snapshot(name)
        grown, at_hand = resident_mb() - before, learning.options.memories
        print(f"process: {grown:.0f} MB more after all of them, {at_hand} at hand at a time")


if __name__ == "__main__":
    main()
