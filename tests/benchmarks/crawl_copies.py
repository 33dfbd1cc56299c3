"""Copies on a local news web: each kind of its truth, and what a crawl took it for.

python -m tests.benchmarks.crawl_copies NEWSWEB_SCRIPT [--sites 10] [--pages 60] [--documents N] [--folder DIR] [--drop]

Right is a copy that is a duplicate in the ledger or in one cluster with what it copies; wrong is two different
originals in one cluster, whatever brought them there.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

from crawler.state.clusters import clusters
from tests.benchmarks import newsweb
from tests.benchmarks.newsweb import Web, crawl_command, ledger, records, served

SHOWN = 20


class Outcome:
    """What became of the pages of a news web."""

    def __init__(self, web: Web, output: Path) -> None:
        self.pages: dict[str, dict[str, Any]] = {
            page["url"]: page for page in web.truth() if page.get("published", True) and page["kind"] != "private"
        }
        self.written = {record["url"]: record["id"] for record in records(output)}
        self._urls = {name: url for url, name in self.written.items()}
        self.ledger = ledger(output)
        self._cluster_of: dict[str, str] = {}
        for cluster in clusters(output):
            for member in cluster.members:
                self._cluster_of[member.url] = cluster.id

    def is_together(self, one: str, other: str) -> bool:
        cluster = self._cluster_of.get(one)
        return cluster is not None and cluster == self._cluster_of.get(other)

    def of(self, url: str) -> str:
        """Return how a page that copies another one was taken."""
        state, cause, original = self.ledger.get(url, ("not found", None, None))
        if state == "duplicate":
            return (
                "duplicate of its original"
                if self._urls.get(original or "") == self._source(url)
                else (
                    "duplicate, in its cluster" if self.is_together(url, self._source(url)) else "DUPLICATE OF ANOTHER"
                )
            )
        if url not in self.written:
            return f"{state} {cause or ''}".strip()
        return (
            "record, in its cluster" if self.is_together(url, self._source(url)) else "RECORD, NOT FOUND TO BE A COPY"
        )

    def _source(self, url: str) -> str:
        return str(self.pages[url]["dup_of"])

    def wrong_merges(self) -> list[tuple[str, str]]:
        """Return pairs of pages of different documents that are in one cluster, or one a duplicate of the other."""
        together: defaultdict[str, list[str]] = defaultdict(list)
        for url in self.pages:
            if url in self._cluster_of:
                together[self._cluster_of[url]].append(url)
        pairs = {
            pair
            for urls in together.values()
            for pair in combinations(sorted(urls), 2)
            if self._document(pair[0]) != self._document(pair[1])
        }
        return sorted(pairs)

    def _document(self, url: str) -> str:
        page = self.pages[url]
        return str(page.get("article") or page["doc"])

    def originals(self) -> Counter[str]:
        """Return how the originals ended: each document must have one record at least."""
        found: Counter[str] = Counter()
        for url, page in self.pages.items():
            if page["kind"] in {"original", "variant"}:
                state, cause, _ = self.ledger.get(url, ("not found", None, None))
                found["record" if url in self.written else f"{state} {cause or ''}".strip()] += 1
        return found

    def variants(self) -> Counter[str]:
        """Return how many pairs of variants of one document are in one cluster."""
        of_document: defaultdict[str, list[str]] = defaultdict(list)
        for url, page in self.pages.items():
            if page["kind"] in {"original", "variant"} and url in self.written:
                of_document[self._document(url)].append(url)
        pairs = [pair for urls in of_document.values() for pair in combinations(urls, 2)]
        return Counter("together" if self.is_together(*pair) else "apart" for pair in pairs)


def report(outcome: Outcome) -> None:
    copies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for url, page in outcome.pages.items():
        if page.get("dup_of") and page["kind"] not in {"original", "variant"}:
            copies[page["kind"]][outcome.of(url)] += 1
    print("originals and variants:", dict(outcome.originals()))
    for kind, found in sorted(copies.items()):
        print(f"{kind}: {dict(found)}")
    aliases = {alias for page in outcome.pages.values() for alias in page.get("aliases") or ()}
    print(f"aliases: {len(aliases)}, of which records: {len(aliases & outcome.written.keys())}")
    print("pairs of variants of one document:", dict(outcome.variants()))
    wrong = outcome.wrong_merges()
    print(f"pairs of different documents in one cluster: {len(wrong)}")
    for one, other in wrong[:SHOWN]:
        print(f"  {outcome.pages[one]['doc']}  {outcome.pages[other]['doc']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path)
    parser.add_argument("--sites", type=int, default=10)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--documents", type=int, help="fewer than pages: the rest are variants of these")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--drop", action="store_true", help="near-duplicates are dropped instead of marked")
    parser.add_argument("--port", type=int, default=newsweb.PORT)
    options = parser.parse_args()
    newsweb.PORT = options.port
    folder = options.folder or Path(tempfile.mkdtemp(prefix="winnow-copies-"))
    more = () if options.documents is None else ("--max-docs", str(options.documents))
    with served(options.script, folder, sites=options.sites, pages=options.pages, more=more) as web:
        if options.drop:
            text = web.sites_toml.read_text(encoding="utf-8")
            web.sites_toml.write_text(
                text.replace("delay = 0", 'delay = 0\nnear_duplicates = "drop"'), encoding="utf-8"
            )
        code = subprocess.run(crawl_command(web, folder / "output"), check=False).returncode
    print(f"exit {code}, {folder}")
    report(Outcome(web, folder / "output"))


if __name__ == "__main__":
    main()
