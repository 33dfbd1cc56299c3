"""Full form: first run, second run, published and revised articles, against the truth of a local news web.

python -m tests.benchmarks.crawl_newsweb NEWSWEB_SCRIPT [--sites 20] [--pages 100] [--folder DIR]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
import time
from pathlib import Path

from tests.benchmarks.newsweb import Web, crawl_command, decisions, records, served

SHOWN = ("requests", "article_200", "article_304", "conditional", "robots_violations", "outside_hits")


def run(web: Web, output: Path, name: str) -> None:
    web.ask("/__stats?reset")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    code = subprocess.run(crawl_command(web, output), check=False).returncode
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    total = web.ask("/__stats")["total"]
    counts = ", ".join(f"{key} {total.get(key, 0)}" for key in SHOWN)
    lines = records(output)
    versions = sum(record["version"] > 1 for record in lines)
    print(f"{name}: exit {code}, {wall:.1f} s, {cpu:.1f} s CPU; {counts}; {len(lines)} lines, {versions} versions")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path)
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="winnow-newsweb-"))
    with served(options.script, folder, sites=options.sites, pages=options.pages, more=("--hold-back", "3")) as web:
        output = folder / "output"
        run(web, output, "first run")
        for (kind, outcome), number in sorted(decisions(web, output).items()):
            print(f"  {kind:20} {outcome:10} {number}")
        run(web, output, "second run")
        print("published:", web.ask("/__publish?n=3"))
        run(web, output, "third run")
        print("revised:", web.ask("/__revise?n=2"))
        run(web, output, "fourth run")
    print(folder)


if __name__ == "__main__":
    main()
