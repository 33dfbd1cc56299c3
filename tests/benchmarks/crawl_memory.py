"""Full form: the main process's peak memory over a long crawl, against its peak at the first tenth.

python -m tests.benchmarks.crawl_memory NEWSWEB_SCRIPT [--sites 20] [--pages 1000] [--first 2000] [--corpora DIR]

DIR holds other documents for the web than the script's own; short ones let 20,000 pages be read in minutes, and what
stays in the main process does not depend on their length.

Linux: reads VmHWM (peak resident memory) from /proc.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

from tests.benchmarks.newsweb import crawl_command, served

SECONDS_BETWEEN = 2.0


def peak_mb(pid: int) -> float:
    """Return the peak of the process, 0 after its end."""
    with contextlib.suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
        if found:
            return int(found[1]) / 1000
    return 0.0


def settled(output: Path) -> int:
    """Return how many pages have come to an end so far."""
    path = output / "state.sqlite"
    if not path.exists():
        return 0
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM ledger WHERE state != 'waiting'").fetchone()[0])
        except sqlite3.OperationalError:  # not made yet
            return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path)
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--first", type=int, default=2000)
    parser.add_argument("--corpora", type=Path)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="winnow-memory-"))
    at_first = peak = 0.0
    more: tuple[str, ...] = ()
    if options.corpora:  # variants only: a few documents have no originals to spare for copies
        more = (
            "--corpora",
            str(options.corpora),
            "--datasets",
            "",
            "--private",
            "0",
            "--dup-exact",
            "0",
            "--dup-near",
            "0",
        )
    with served(options.script, folder, sites=options.sites, pages=options.pages, more=more) as web:
        started = time.monotonic()
        process = subprocess.Popen(crawl_command(web, folder / "output"), stderr=subprocess.DEVNULL)
        while process.poll() is None:
            time.sleep(SECONDS_BETWEEN)
            peak = max(peak, peak_mb(process.pid))
            pages = settled(folder / "output")
            if not at_first and pages >= options.first:
                at_first = peak
                print(f"{pages} pages: peak {at_first:.0f} MB", flush=True)
        seconds = time.monotonic() - started
    pages = settled(folder / "output")
    size = (folder / "output" / "state.sqlite").stat().st_size / 1e6
    print(
        f"{pages} pages in {seconds:.0f} s, exit {process.returncode}: peak {peak:.0f} MB, "
        f"{peak / at_first if at_first else 0:.2f} x that at {options.first}; state {size:.1f} MB"
    )
    print(folder)


if __name__ == "__main__":
    main()
