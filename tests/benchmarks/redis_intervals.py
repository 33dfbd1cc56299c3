"""Times between two requests to a host, by the servers' clocks, while workers come, go and are killed.

python -m tests.benchmarks.crawl_redis - intervals [--sites 8] [--pages 20] [--workers 3]
"""

from __future__ import annotations

import argparse
import random
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

from tests.benchmarks.redis_workers import Workers, redis_engine
from tests.conftest import RedisProcess, Web, add_stories, served, sites_toml

DELAY = 0.5
JITTER = 0.25
"""As in crawler/settings.py: what a delay varies by."""
KILL_EVERY = 8.0
KILLS = 3


def measure_intervals(redis: RedisProcess, folder: Path, options: argparse.Namespace) -> None:
    """Print the shortest interval of each host, and how many are under the delay less its jitter."""
    with ExitStack() as stack:
        webs = [stack.enter_context(served(f"127.0.0.{40 + n}")) for n in range(options.sites)]
        for number, web in enumerate(webs):
            add_stories(web, range(1000 * number, 1000 * number + options.pages))
        path = sites_toml(folder, *webs)
        text = path.read_text(encoding="utf-8").replace("delay = 0", f"delay = {DELAY}")
        path.write_text(redis_engine(redis, "intervals", 5) + text, encoding="utf-8")
        allowed = [word for web in webs for word in ("--allow-address", web.allow)]
        workers = Workers(path, folder / "intervals", options.workers, tuple(allowed))
        draw = random.Random(options.seed)
        for _ in range(KILLS):
            time.sleep(KILL_EVERY)
            if workers.are_at_work:
                workers.kill_one(draw)
        codes = workers.wait()
        _tell(webs, options.workers, codes)


def _tell(webs: list[Web], workers: int, codes: list[int]) -> None:
    least = DELAY * (1 - JITTER)
    intervals = [later - earlier for web in webs for earlier, later in pairwise(web.times)]
    short = [interval for interval in intervals if interval < least]
    print(
        f"{workers} workers, {KILLS} kills, delay {DELAY} s: exit {codes}; {len(intervals)} intervals at {len(webs)} "
        f"hosts, the shortest {min(intervals):.3f} s, {len(short)} under {least:.3f} s "
        f"(of them {sum(interval < least - 0.1 for interval in short)} by more than 0.1 s)",
        flush=True,
    )
