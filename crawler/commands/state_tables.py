"""An overview of the state as tables for a person, or as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.commands.console import printable
from crawler.state.overview import Overview
from crawler.state.values import SourceState

PIPE_COLUMNS = 200
"""Chosen, not measured."""


def as_json(seen: Overview, more: Mapping[str, object] | None = None) -> str:
    """Return sources, ledger, waiting, runs and parked hosts as one JSON object."""
    hosts = [
        {name: value for name, value in asdict(host).items() if not name.startswith("robots_")} for host in seen.hosts
    ]
    return json.dumps(
        {
            "sources": [asdict(source) | {"ask_whole": source.ask_whole} for source in seen.sources],
            "ledger": [asdict(count) for count in seen.ledger],
            "waiting": seen.waiting,
            "runs": [asdict(run) for run in seen.runs],
            "hosts": hosts,
            **(more or {}),
        },
        indent=2,
        ensure_ascii=False,
    )


def print_tables(seen: Overview) -> None:
    console = console_of()
    now = datetime.now(UTC)
    console.print(
        table(
            "Sources",
            ("site", "source", "kind", "last poll", "status", "interval", "due"),
            [_source_cells(source, now) for source in seen.sources],
        ),
        table(
            "Found URLs",
            ("site", "state", "cause", "URLs"),
            [(count.site, count.state, count.cause or "", str(count.urls)) for count in seen.ledger],
        ),
        f"Waiting: {seen.waiting}",
        table(
            "Last runs",
            ("run", "began", "ended", "found", "new", "failed"),
            [
                (
                    run.run_id,
                    _time(run.started_at),
                    _time(run.finished_at),
                    str(run.found),
                    str(run.new),
                    str(run.failed),
                )
                for run in seen.runs
            ],
        ),
    )
    if seen.hosts:
        parked = [
            (host.host, host.parked_cause or "retry_after", _time(host.parked_until or host.retry_after_until))
            for host in seen.hosts
        ]
        console.print(table("Hosts left alone", ("host", "cause", "until"), parked))


def console_of() -> Console:
    """A terminal has its width; a pipe or file has none, so URLs stay whole there as far as may be."""
    is_known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if is_known else PIPE_COLUMNS)


def _source_cells(source: SourceState, now: datetime) -> tuple[str, ...]:
    status = f"{source.cause} ×{source.failures}" if source.cause else str(source.http_status or "")
    return (
        source.site,
        source.url,
        source.kind,
        _ago(source.polled_at, now),
        status,
        span(source.interval_seconds),
        _ahead(source.due_at, now),
    )


def table(title: str, columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Table:
    made = Table(title=f"\n{title}", title_justify="left", box=None, pad_edge=False, title_style="bold")
    for column in columns:
        numeric = column in {"URLs", "found", "new", "failed", "interval", "groups", "in flight", "deaths", "process"}
        is_long = column in {"site", "source", "host"}
        made.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=not is_long)
    for row in rows:
        # As Text: a name in brackets is no markup.
        made.add_row(*(Text(printable(cell)) for cell in row))
    return made


def _time(moment: str | None) -> str:
    """Return UTC to the minute; a run that has not ended has none."""
    return moment[:16].replace("T", " ") if moment else "–"


def _ago(moment: str, now: datetime) -> str:
    return f"{span((now - datetime.fromisoformat(moment)).total_seconds())} ago"


def _ahead(moment: str | None, now: datetime) -> str:
    seconds = (datetime.fromisoformat(moment) - now).total_seconds() if moment is not None else 0
    return f"in {span(seconds)}" if seconds > 0 else "now"


def span(seconds: float) -> str:
    minutes = max(0, round(seconds / 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 1440:.0f} d"
