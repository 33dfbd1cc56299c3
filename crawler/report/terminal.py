"""A run's summary as tables, and as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.report.sparklines import line_of_blocks
from crawler.report.summary import RunSummary, sites_of
from crawler.report.url_lists import ALL_SITES, UrlList
from crawler.state.clusters import Cluster
from crawler.state.values import STATES

PIPE_COLUMNS = 200
"""Chosen, not measured."""
ALWAYS_SHOWN = ("new", "failed")
"""States with a column in every run; others have one where a URL is in them, so that 80 columns hold the table."""
MIN_SITE_WIDTH = 12
"""The column that folds becomes no narrower: Rich would take the whole of it first. Chosen."""
SHOWN_URLS = 3
"""URLs under each cause. Chosen, not measured."""


def as_json(summary: RunSummary) -> str:
    """Return one JSON object: the run's report as it is, and what was gathered to it."""
    lists: dict[str, dict[str, Any]] = {"state": {}, "cause": {}, "status": {}, "language": {}, "label": {}}
    for (kind, site, word), urls in summary.lists.items():
        if site == ALL_SITES:
            lists[kind][word] = _urls(urls)
    return json.dumps(
        {
            "run_id": summary.run.run_id,
            "alarms": [{"site": site or None, "alarm": alarm} for site, alarm in summary.alarms],
            "notes": list(summary.notes),
            "states": dict(summary.states),
            "causes": dict(summary.causes),
            "refusals": dict(summary.refusals),
            "languages": dict(summary.languages),
            "trends": {site.name: asdict(site.trend) for site in summary.sites},
            "clusters": [_cluster(cluster) for cluster in summary.clusters],
            "urls": lists,
            "report": summary.run.report,
        },
        indent=2,
        ensure_ascii=False,
    )


def print_tables(summary: RunSummary) -> None:
    """Print alarms, sites, causes with their first URLs, and the run's mixes to stdout."""
    console = _console()
    report = summary.run.report
    console.print(Text(f"Run {summary.run.run_id}, ended {report.get('finished_at')}", style="bold"))
    for site, alarm in summary.alarms:
        console.print(Text(_printable(f"ALARM {site}: {alarm}" if site else f"ALARM {alarm}"), style="bold red"))
    if not summary.alarms:
        console.print("no alarms")
    for note in summary.notes:
        console.print(note)
    states = [state for state in STATES if state in ALWAYS_SHOWN or summary.states.get(state)]
    console.print(_table("Sites by yield", ("site", "trend", "found", *states), _site_rows(summary, states)))
    if summary.causes:
        _print_urls(console, "Why not", _cause_entries(summary))
    for title, columns, numbers in (
        ("Status codes", ("status", "answers"), report.get("http_statuses", {})),
        ("Languages", ("language", "records"), summary.languages),
        ("Blocks by label", ("label", "blocks"), report.get("blocks_by_label", {})),
    ):
        if numbers:
            console.print(_table(title, columns, _rows(numbers)))
    if summary.clusters:
        _print_urls(console, "Copies of each other", map(_cluster_entry, summary.clusters))


def _urls(urls: UrlList) -> dict[str, Any]:
    return {"total": urls.total, "urls": [asdict(listed) for listed in urls.urls], "rest": urls.rest or None}


def _cluster(cluster: Cluster) -> dict[str, Any]:
    return {
        "id": cluster.id,
        "original": cluster.original,
        "sites": sites_of(cluster),
        "members": [asdict(member) for member in cluster.members],
    }


def _site_rows(summary: RunSummary, states: Sequence[str]) -> Iterable[tuple[str, ...]]:
    for site in summary.sites:
        numbers = [site.figures.get("found", 0), *(site.states.get(state, 0) for state in states)]
        yield site.name, line_of_blocks(site.trend.new), *map(str, numbers)


def _cause_entries(summary: RunSummary) -> Iterable[tuple[str, Sequence[str]]]:
    for cause, number in summary.causes.items():
        urls = summary.lists[("cause", ALL_SITES, cause)].urls[:SHOWN_URLS]
        yield f"{number} {cause}" + (", among them:" if number > len(urls) > 0 else ""), [listed.url for listed in urls]


def _cluster_entry(cluster: Cluster) -> tuple[str, Sequence[str]]:
    pages = len(cluster.members)
    return f"{pages} pages of {', '.join(sites_of(cluster))}; the original:", [cluster.members[0].url]


def _print_urls(console: Console, title: str, entries: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Print lines, each with its URLs below it; a URL is never cut, so that it can be copied."""
    console.print(Text(f"\n{title}", style="bold"))
    for line, urls in entries:
        console.print(Text(_printable(line)))
        for url in urls:
            console.print(Text(f"  {_printable(url)}"), soft_wrap=True)


def _rows(numbers: Mapping[str, int]) -> Iterable[tuple[str, ...]]:
    return ((name, str(number)) for name, number in sorted(numbers.items(), key=lambda pair: -pair[1]))


def _console() -> Console:
    """A terminal has its width; a pipe or file has none."""
    is_known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if is_known else PIPE_COLUMNS)


def _table(title: str, columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", box=None, padding=(0, 1), title_style="bold")
    table.pad_edge, table.collapse_padding = False, True
    words = {"site", "trend", "status", "language", "label"}
    for column in columns:
        is_long = column == "site"
        table.add_column(
            column, justify="left" if column in words else "right", overflow="fold", no_wrap=not is_long,
            min_width=MIN_SITE_WIDTH if is_long else None,
        )  # fmt: skip
    for row in rows:
        # As Text: a name in brackets is no markup.
        table.add_row(*(Text(_printable(cell)) for cell in row))
    return table


def _printable(text: str) -> str:
    """Return text that cannot steer a terminal; line ends are ours."""
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
