"""`winnow state`: what earlier runs know, and how to forget or restore it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from crawler.commands.console import counted
from crawler.commands.options import Decorator
from crawler.errors import PageError

output: Decorator = click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("output"), show_default=True,
    help="Folder of the crawl.",
)  # fmt: skip


@click.group("state")
def command() -> None:
    """Look at the state of a crawl, forget parts of it, or rebuild it from the records.

    \b
    winnow state show --output news
    winnow state forget --url https://example.org/story
    winnow state rebuild
    """


@command.command("show")
@output
@click.option("--site", metavar="NAME", help="Only this site.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, for machines.")
def show(output: Path, site: str | None, as_json: bool) -> int:
    """Show sources, found URLs by state and cause, and the last runs; also while a run is at work.

    \b
    winnow state show --site example.org
    winnow state show --json | jq .waiting
    """
    from crawler.commands import state_tables
    from crawler.state.overview import overview

    seen = overview(output, site)
    if as_json:
        click.echo(state_tables.as_json(seen))
    else:
        state_tables.print_tables(seen)
    return 0


def _moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text is not None else None
    except ValueError as error:
        raise click.BadParameter(f"“{text}” is no date; write it as 2026-11-22 or 2026-11-22T10:45:00Z") from error
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


@command.command("forget")
@output
@click.option("--site", metavar="NAME", help="URLs of this site.")
@click.option("--url", metavar="URL", help="This URL.")
@click.option("--before", metavar="DATE", callback=_moment, help="URLs last settled before this day or time (UTC).")
def forget(output: Path, site: str | None, url: str | None, before: datetime | None) -> int:
    """Forget found URLs: where a source gives one again, it is fetched and written anew. Records stay as they are.

    What is given together must hold together. Nothing is asked.

    \b
    winnow state forget --url https://example.org/story
    winnow state forget --site example.org --before 2026-01-01
    """
    from crawler.state.database import STATE_NAME
    from crawler.state.forgetting import Choice
    from crawler.state.forgetting import forget as forget_rows
    from crawler.urls import normalized_url

    if site is None and url is None and before is None:
        raise click.UsageError("Say what to forget: --site, --url or --before.")
    if not (output / STATE_NAME).exists():
        raise click.UsageError(f"{output / STATE_NAME}: no such file; name the folder of a crawl with --output.")
    try:
        key = normalized_url(url) if url is not None else None
    except PageError as error:
        raise click.UsageError(f"--url: {error}") from error
    done = forget_rows(output, Choice(site, url, key, before))
    click.echo(f"{output}: forgot {counted(done.urls, 'URL')}, {counted(done.records, 'record')} among them", err=True)
    return 0


@command.command("rebuild")
@output
@click.option("--sites", type=click.Path(path_type=Path), help="A sites.toml, for the names of the sites.")
def rebuild(output: Path, sites: Path | None) -> int:
    """Rebuild a lost state.sqlite from the records, so that the next crawl writes none of them again.

    A state file that is there is never overwritten: move it away first. Without --sites a site is named by its
    domain until its URLs are found again. Sources are asked anew, and so are URLs that gave no record.

    \b
    mv output/state.sqlite broken.sqlite; winnow state rebuild
    """
    from crawler.state.rebuilding import rebuild as rebuild_state

    done = rebuild_state(output, _names(sites) if sites is not None else {})
    for warning in done.warnings:
        click.echo(warning, err=True)
    if done.cut_bytes:
        click.echo(f"{done.cut_bytes} bytes of torn lines were cut off the end of part files", err=True)
    files, runs = counted(len(done.files), "file"), counted(done.runs, "run report")
    click.echo(f"{output}: rebuilt from {counted(done.records, 'record')} in {files}, {runs}", err=True)
    return 0


def _names(sites: Path) -> dict[str, str]:
    """Return domain -> name of the site."""
    from crawler.config import load_sites
    from crawler.urls import registered_domain

    return {registered_domain(site.url): site.name for site in load_sites(sites)}
