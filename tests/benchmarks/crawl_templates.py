"""Two runs over template sites without and with site memory: CPU, pages by template, text against the truth.

The first run takes most pages of each site, the second the rest, as a scheduled crawl does.

    python -m tests.benchmarks.crawl_templates NEWSWEB_SCRIPT CORPORA [--sites 20] [--pages 40] [--first 28]

CORPORA is the folder of the web's pages: `template-sites/pages.jsonl` has the true bodies. Above 40 pages a site has
articles again, with a paragraph of their own each. `articles` counts the distinct ones of the truth that have a record:
most stand on several sites, so that records are fewer than pages. Linux.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import fmean
from typing import Any

from tests.benchmarks.machine import machine
from tests.benchmarks.newsweb import PORT, Web, records, served
from tests.benchmarks.process_tree import Used, run_measured
from tests.gate.scoring import word_f1

PAGES, FIRST, SITES = 40, 28, 20
"""Pages of a site, how many of them the first run takes in the mean, and the most sites that the web has."""


def true_articles(web: Web) -> dict[str, str]:
    """Return URL -> article; the same one stands on several sites, in the template of each."""
    return {page["url"]: str(page["article"]) for page in web.truth() if page.get("article")}


def true_bodies(web: Web, corpora: Path) -> dict[str, str]:
    """Return URL -> true body of each page of the web."""
    lines = (corpora / "template-sites" / "pages.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    by_file = {Path(entry["html"]).name: entry["body"] for entry in map(json.loads, lines)}
    found = {}
    for page in web.truth():
        body = by_file.get(Path(str(page.get("html") or "")).name)
        if body is not None:
            found[page["url"]] = body
    return found


def crawl(web: Web, folder: Path, limit: int, *, with_memory: bool) -> tuple[Used, list[dict[str, Any]]]:
    """Run once over what was crawled before; return what was written now."""
    folder.mkdir(exist_ok=True)
    known = {record["id"] for record in records(folder / "output")}
    command = [
        sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"sites={web.sites_toml}",
        "-s", f"WINNOW_OUTPUT={folder / 'output'}", "-s", f"WINNOW_ALLOW_ADDRESSES=127.0.0.0/8:{web.port}",
        "-s", f"WINNOW_SITE_MEMORY={with_memory}", "-s", f"WINNOW_LIMIT={limit}", "-s", "LOG_LEVEL=WARNING",
    ]  # fmt: skip
    used = run_measured(command, folder / "figures.json", folder / "log.txt")
    return used, [record for record in records(folder / "output") if record["id"] not in known]


def line(name: str, used: Used, written: list[dict[str, Any]], bodies: dict[str, str], articles: dict[str, str]) -> str:
    methods = Counter(record["extraction"]["method"] for record in written)
    scores = [word_f1(record["text"], bodies[record["url"]]) for record in written if record["url"] in bodies]
    score = f"{fmean(scores):.4f} ({len(scores)})" if scores else "–"
    distinct = {articles[record["url"]] for record in written if record["url"] in articles}
    return (
        f"| {name} | {len(written)} | {len(distinct)} | {methods['template']} | {used.cpu_seconds:.1f} |"
        f" {used.wall_seconds:.0f} | {score} | {used.main_peak_mb:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--sites", type=int, default=SITES)
    parser.add_argument("--pages", type=int, default=PAGES, help="of a site")
    parser.add_argument("--first", type=int, default=FIRST, help="of a site in the first run, in the mean")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    print(machine())
    print("| memory | records | articles | by template | CPU, s | wall, s | word F1 | main, MB |")
    print("|---" * 8 + "|")
    with tempfile.TemporaryDirectory(prefix="winnow-templates-") as name:
        folder = Path(name)
        with served(
            options.script,
            folder / "web",
            sites=options.sites,
            pages=options.pages,
            more=("--template-sites",),
            port=options.port,
        ) as web:
            bodies, articles = true_bodies(web, options.corpora), true_articles(web)
            for number in range(options.rounds):
                for kind in ("without", "with"):
                    for run, limit in (("first", options.first * options.sites), ("second", 0)):
                        used, written = crawl(web, folder / f"{kind}-{number}", limit, with_memory=kind == "with")
                        print(line(f"{kind}, {run} run", used, written, bodies, articles), flush=True)


if __name__ == "__main__":
    main()
