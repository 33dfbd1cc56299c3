"""Wall time, CPU and memory of a command with all processes that come of it, also those that outlive it. Linux.

python -m tests.benchmarks.process_tree FIGURES.json COMMAND [ARGUMENT ...]
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
"""linux/prctl.h: orphans of the command become our children, so that their CPU is counted when they end."""
LOOK_SECONDS = 0.5
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Used:
    exit_code: int
    wall_seconds: float
    cpu_seconds: float
    """Of all processes, user and system."""
    peak_mb: float
    """The most that all processes held at a time; what they share counts once (PSS)."""
    main_peak_mb: float
    """Of the command's own process (PSS)."""


def run_measured(command: Sequence[str], figures: Path, log: Path) -> Used:
    """Run the command under a process of its own that measures it; its output goes to `log`."""
    measured = [sys.executable, "-m", "tests.benchmarks.process_tree", str(figures), *command]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with log.open("wb") as out:
        subprocess.run(measured, stdout=out, stderr=out, env=environment, check=True)
    return Used(**json.loads(figures.read_text(encoding="utf-8")))


def measure(command: Sequence[str]) -> Used:
    """Run the command to its end and that of all its offspring. To be called in a process without other children."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen(command)
    peak = main_peak = 0.0
    while process.poll() is None:
        held = {pid: proportional_mb(pid) for pid in offspring(os.getpid())}
        peak, main_peak = max(peak, sum(held.values())), max(main_peak, held.get(process.pid, 0.0))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)
    wall = time.monotonic() - started
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Used(process.returncode, wall, cpu, peak, main_peak)


def offspring(pid: int) -> Iterator[int]:
    """Yield the process's children and theirs, as far as they are there."""
    with contextlib.suppress(OSError):
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in map(int, path.read_text(encoding="ascii").split()):
                yield child
                yield from offspring(child)


def proportional_mb(pid: int) -> float:
    """Return the memory of a process, of shared pages its part only (PSS); 0 after its end."""
    with contextlib.suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.M)
        if found:
            return int(found[1]) / 1000
    return 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    chosen.figures.write_text(json.dumps(asdict(measure(chosen.command))), encoding="utf-8")


if __name__ == "__main__":
    main()
