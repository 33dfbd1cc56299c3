"""Full form: SIGKILL to the whole process group of the real command at random times, reruns, nothing lost or twice.

python -m tests.benchmarks.crawl_kills NEWSWEB_SCRIPT [--kills 60] [--sites 20] [--pages 100] [--seed 1]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.benchmarks.newsweb import crawl_command, decisions, records, served

SHORTEST, LONGEST = 1.5, 12.0
"""Seconds after which a run is killed: from its start-up to the middle of its pages."""


def killed_run(command: list[str], seconds: float) -> int | None:
    """Run the command for some seconds, then kill its process group; return its code if it ended before."""
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    folder = Path(tempfile.mkdtemp(prefix="winnow-kills-"))
    kills = rounds = 0
    with served(options.script, folder, sites=options.sites, pages=options.pages) as web:
        while kills < options.kills:
            rounds += 1
            output = folder / f"output-{rounds}"
            while kills < options.kills:
                if killed_run(crawl_command(web, output), draw.uniform(SHORTEST, LONGEST)) is not None:
                    break  # the crawl came to its end: begin another in a new folder
                kills += 1
            started = time.monotonic()
            code = subprocess.run(crawl_command(web, output), check=False).returncode
            seconds = time.monotonic() - started
            found = decisions(web, output)
            wrong = {key: number for key, number in found.items() if key[1].isupper() and number}
            ids = Counter(record["id"] for record in records(output))
            twice = sum(number > 1 for number in ids.values())
            print(
                f"round {rounds}: {kills} kills so far; last run exit {code} after {seconds:.0f} s; "
                f"{len(ids)} records, twice {twice}, wrong {wrong or 0}"
            )
    print(folder)


if __name__ == "__main__":
    main()
