"""CPU a page and memory of a crawl as it grows: 1,000, 10,000 and 100,000 URLs of short articles.

    python -m tests.benchmarks.crawl_growth [--sizes 1000 10000 100000]

The articles are short, so that what the main process does for each page weighs most. What a run costs whatever its
size (start, sources) is measured with a page a site and taken off.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.worker_process import cores
from tests.benchmarks.endless_web import address
from tests.benchmarks.machine import machine
from tests.benchmarks.newsweb import records
from tests.benchmarks.process_tree import ROOT, Used, run_measured
from tests.benchmarks.tables import Table, write_tables

SITES = 20
PORT = 8870
GROWTH_AT_MOST = 1.05
MEMORY_AT_MOST = 350 + 250 * cores()


@contextlib.contextmanager
def served(pages: int, folder: Path) -> Iterator[Path]:
    """Serve the web while the context is open; gives its sites.toml."""
    tables = "".join(
        f'[[site]]\nname = "s{n}"\nurl = "http://{address(n)}:{PORT}/"\n'
        f'sitemaps = ["http://{address(n)}:{PORT}/sitemap.xml"]\n'
        for n in range(SITES)
    )
    sites = folder / "sites.toml"
    sites.write_text(f"[defaults]\ndelay = 0\n{tables}", encoding="utf-8")
    command = [sys.executable, "-m", "tests.benchmarks.endless_web", str(SITES), str(pages), str(PORT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield sites
        finally:
            process.terminate()


def crawl(pages: int) -> tuple[Used, int, float]:
    """Crawl a web of so many pages; return what it took, its records and the megabytes of its state."""
    folder = Path(tempfile.mkdtemp(prefix="winnow-growth-"))
    output = folder / "output"
    with served(pages // SITES, folder) as sites:
        command = [
            sys.executable, "-m", "crawler", "crawl", "--sites", str(sites), "--output", str(output), "--quiet",
            "--allow-address", f"127.0.0.0/8:{PORT}",
        ]  # fmt: skip
        used = run_measured(command, folder / "figures.json", folder / "log")
    print(f"{pages}: {json.dumps(used.wall_seconds)} s, {folder}", file=sys.stderr, flush=True)
    return used, len(records(output)), (output / "state.sqlite").stat().st_size / 1e6


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    sizes = parser.parse_args(None if arguments is None else list(arguments)).sizes
    print(machine(), flush=True)
    start = crawl(SITES)[0].cpu_seconds
    header = ("URLs", "records", "pages/s", "CPU ms a page", "against first", "peak MB", "of it main", "state MB")
    table = Table(f"Growth; a start takes {start:.2f} s of CPU, which is taken off", header)
    first = None
    for size in sizes:
        used, written, state = crawl(size)
        a_page = 1000 * (used.cpu_seconds - start) / (size - SITES)
        first = first or a_page
        figures = (size / used.wall_seconds, a_page, a_page / first, used.peak_mb, used.main_peak_mb, state)
        table.add(str(size), str(written), *(f"{figure:.2f}" for figure in figures))
    write_tables([table], sys.stdout, markdown=False)
    print(f"at most: {GROWTH_AT_MOST} against first; {MEMORY_AT_MOST} MB with {cores()} workers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
