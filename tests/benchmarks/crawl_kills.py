"""Full form: SIGKILL to the whole process group of the real command, reruns; nothing lost, twice or broken.

A third of the kills come at a random time, a third at one of the first steps of writing (where sources are polled and
nothing of their articles is there yet), a third at any later step: around an fsync or rename, at a BEGIN or COMMIT.

python -m tests.benchmarks.crawl_kills NEWSWEB_SCRIPT [--kills 60] [--sites 20] [--pages 100] [--seed 1]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.benchmarks.newsweb import Web, crawl_command, decisions, records, served

KILLED = Path(__file__).with_name("killed_winnow.py")
SHORTEST, LONGEST = 1.5, 20.0
"""Seconds after which a run is killed: from its start-up to the middle of its pages."""
POLL_STEPS = 120
"""Steps of writing until the sources of some sites are polled."""
STEPS = 1500


def killed(web: Web, output: Path, draw: random.Random, turn: int) -> int | None:
    """Run the command until it is killed as the turn says; return its code if it ended before."""
    command, seconds = crawl_command(web, output), LONGEST * 20
    if turn % 3 == 0:
        seconds = draw.uniform(SHORTEST, LONGEST)
    else:
        step = draw.randint(1, POLL_STEPS) if turn % 3 == 1 else draw.randint(POLL_STEPS, STEPS)
        command = [sys.executable, str(KILLED), str(step), *command[command.index("crawl") :]]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        code = process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None
    return None if code == -signal.SIGKILL else code


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
    kills: Counter[str] = Counter()
    rounds = 0
    with served(options.script, folder, sites=options.sites, pages=options.pages) as web:
        while kills.total() < options.kills:
            rounds += 1
            output = folder / f"output-{rounds}"
            while kills.total() < options.kills:
                turn = kills.total()
                if killed(web, output, draw, turn) is not None:
                    break  # the crawl came to its end: begin another in a new folder
                kills[("at a time", "at a first step", "at a later step")[turn % 3]] += 1
            started = time.monotonic()
            code = subprocess.run(crawl_command(web, output), check=False, stderr=subprocess.DEVNULL).returncode
            seconds = time.monotonic() - started
            found = decisions(web, output)
            wrong = {key: number for key, number in found.items() if key[1].isupper() and number}
            ids = Counter(record["id"] for record in records(output))
            twice = sum(number > 1 for number in ids.values())
            print(
                f"round {rounds}: {dict(kills)} so far; last run exit {code} after {seconds:.0f} s; "
                f"{len(ids)} records, twice {twice}, wrong {wrong or 0}, "
                f"left over {sorted(path.name for path in output.rglob('*.part'))}",
                flush=True,
            )
    print(folder)


if __name__ == "__main__":
    main()
