"""`winnow crawl --dry-run`: what a run would ask for, and why; reads the state, sends nothing, writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from crawler.commands.console import printable
from crawler.config import Site, choose_sites, load_sites
from crawler.engine_config import load_engine
from crawler.errors import UsageError
from crawler.spiders.sources import sources_of
from crawler.state.database import STATE_NAME, refuse_orphans
from crawler.state.overview import Overview, overview
from crawler.state.scheduling import is_due


def plan(sites: Path, output: Path, names: Sequence[str], *, due: bool, now: datetime) -> int:
    """Print, site by site, the sources to ask and the pages to fetch; return the exit code."""
    if load_engine(sites).kind == "redis":
        raise UsageError("--dry-run knows state files only; `winnow state show` tells what is on Redis")
    path = output / STATE_NAME
    if not path.exists():
        refuse_orphans(path)
    known = overview(output) if path.exists() else Overview((), (), (), ())
    for site in choose_sites(load_sites(sites), names):
        click.echo(printable(site.name))
        for line in (*_sources(site, known, due=due, now=now), *_pages(site, known)):
            click.echo(f"  {printable(line)}")
    for host in known.hosts:
        click.echo(printable(f"leave {host.host}: parked until {host.parked_until}"))
    return 0


def _sources(site: Site, known: Overview, *, due: bool, now: datetime) -> list[str]:
    states = {state.url: state for state in known.sources if state.site == site.name}
    lines = []
    for url, source in {source.url: source for source in sources_of(site, states.values())}.items():
        state = states.get(url)
        if state is None:
            lines.append(f"ask    {url}: never asked before")
        elif not due or is_due(state, now):
            whole = "only if it has changed" if source.validators(state, site) else "whole"
            lines.append(f"ask    {url}: last asked {state.polled_at}, {whole}")
        else:
            lines.append(f"leave  {url}: not due before {state.due_at}")
    return lines


def _pages(site: Site, known: Overview) -> list[str]:
    left = Counter({c.cause or "found": c.urls for c in known.ledger if c.site == site.name and c.state == "waiting"})
    again = Counter({c.cause: c.urls for c in known.ledger if c.site == site.name and c.state == "failed" and c.cause})
    lines = [f"fetch  {number} pages left from earlier runs: {cause}" for cause, number in sorted(left.items())]
    return lines + [
        f"fetch  up to {number} pages that failed before: {cause}" for cause, number in sorted(again.items())
    ]
