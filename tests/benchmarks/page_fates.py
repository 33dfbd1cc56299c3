"""What became of every page of a local news web, and in what two crawls of it differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.engines.opening import server_of
from crawler.engines.rows import Row, unpack
from tests.benchmarks.newsweb import Web, records


@dataclass(frozen=True)
class Fate:
    kind: str
    """Of the page, in the truth."""
    word: str
    """`record`, `duplicate`, `skipped CAUSE`, `private`; what must not be is in capitals."""
    original: str | None
    """Address of the record that stands for the page: its own, or of the one that it repeats."""

    @property
    def is_wrong(self) -> bool:
        return self.word.split(" ")[0].isupper()


Fates = Mapping[str, Fate]
"""By address."""


def fates(web: Web, merged: Path, engine: Mapping[str, Any]) -> Fates:
    """Look up each page of the truth in the merged records, and where it is not there in the rows on the server."""
    written = Counter(record["url"] for record in records(merged))
    url_of = {record["id"]: record["url"] for record in records(merged)}
    rows = _rows(engine)
    return {
        page["url"]: _fate(page, written[page["url"]], rows.get(page["url"]), url_of)
        for page in web.truth()
        if page.get("published", True)
    }


def _rows(engine: Mapping[str, Any]) -> dict[str, Row]:
    server = server_of(engine)
    groups = set(server.ask("HVALS", server.key("sites")))
    rows = [unpack(row) for group in groups for row in server.ask("HVALS", server.key("rows", group.decode()))]
    server.close()
    return {row.url: row for row in rows}


def _fate(page: Mapping[str, Any], written: int, row: Row | None, url_of: Mapping[str, str]) -> Fate:
    kind, url = page["kind"], page["url"]
    if kind == "private":
        fetched = written or (row is not None and row.state != "skipped")
        return Fate(kind, "FETCHED" if fetched else "private", None)
    if written:
        return Fate(kind, "record" if written == 1 else "TWICE", url)
    if row is None:
        return Fate(kind, "NEVER FOUND", None)
    if row.state == "duplicate":
        original = url_of.get(row.original_id or "")
        return Fate(kind, "duplicate" if original else "DUPLICATE OF NOTHING", original)
    if row.state == "skipped" and row.cause:
        return Fate(kind, f"skipped {row.cause}", None)
    return Fate(kind, f"{row.state.upper()} {row.cause}", None)


def summary(found: Fates) -> Iterator[str]:
    """Yield one line for each kind of page and fate, then the pages that have none that may be."""
    counts = Counter((fate.kind, fate.word) for fate in found.values())
    for (kind, word), number in sorted(counts.items()):
        yield f"  {kind:18} {word:30} {number:5}"
    wrong = [f"  {fate.word}: {url}" for url, fate in sorted(found.items()) if fate.is_wrong]
    yield f"  pages without a fate that may be: {len(wrong)} of {len(found)}"
    yield from wrong


def differences(one: Fates, other: Fates) -> Iterator[str]:
    """Yield a line for each page whose fates differ by more than which of several copies is the original."""
    same, swapped = 0, 0
    groups, other_groups = _copies(one), _copies(other)
    told = []
    for url in sorted(one):
        a, b = one[url], other[url]
        if a == b:
            same += 1
        elif a.original and b.original and groups[a.original] == other_groups[b.original]:
            swapped += 1
        else:
            told.append(f"  {url} ({a.kind}): {_told(a)} / {_told(b)}")
    yield f"  of {len(one)} pages {same} have the same fate, {swapped} another of the same copies, {len(told)} differ"
    yield from told


def _copies(found: Fates) -> Mapping[str, frozenset[str]]:
    """Return the pages for which each record stands."""
    copies: defaultdict[str, set[str]] = defaultdict(set)
    for url, fate in found.items():
        if fate.original:
            copies[fate.original].add(url)
    return {original: frozenset(urls) for original, urls in copies.items()}


def _told(fate: Fate) -> str:
    return f"{fate.word} of {fate.original}" if fate.word == "duplicate" else fate.word
