"""`winnow state`: what earlier runs know, and how to forget or restore it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.commands import options
from crawler.commands.console import counted, printable
from crawler.errors import PageError

if TYPE_CHECKING:
    from crawler.state.forgetting import Choice, Forgotten


@click.group("state")
def command() -> None:
    """Look at the state of a crawl, forget parts of it, or rebuild it from the records.

    \b
    winnow state show --output news
    winnow state forget --url https://example.org/story
    winnow state rebuild
    """


@command.command("show", short_help="Sources, found URLs, the last runs.")
@options.engine_file
@options.crawl_folder
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, for machines.")
@click.option("--site", metavar="NAME", shell_complete=options.complete_sites, help="Only this site.")
def show(output: Path, as_json: bool, site: str | None, sites: Path) -> int:
    """Show sources, found URLs by state and cause, and the last runs; also while a run is at work.

    Of one site also what its pages repeat.

    Of a crawl on Redis: all workers, who holds what, how long URLs wait, dead letters.

    \b
    winnow state show --site example.org
    winnow state show --json | jq .waiting
    """
    from crawler.commands import site_memories, state_tables
    from crawler.engine_config import load_engine
    from crawler.state.database import STATE_NAME
    from crawler.state.overview import overview, site_memory

    if sites.exists() and not (output / STATE_NAME).exists() and load_engine(sites).kind == "redis":
        return _show_shared(load_engine(sites).setting, site, as_json=as_json)
    seen = overview(output, site)
    memory = site_memories.learned(site_memory(output, site)) if site is not None else None
    if as_json:
        more = {"site_memory": site_memories.as_object(memory)} if site is not None else {}
        click.echo(state_tables.as_json(seen, more))
    else:
        state_tables.print_tables(seen)
        if site is not None:
            click.echo("\n" + "\n".join(map(printable, site_memories.lines(memory))))
    return 0


def _show_shared(setting: Mapping[str, Any], site: str | None, *, as_json: bool) -> int:
    from crawler.commands import shared_tables, site_memories
    from crawler.engines.opening import server_of
    from crawler.engines.overview import shared_overview
    from crawler.engines.sources import RedisSources

    server = server_of(setting)
    try:
        seen = shared_overview(server, site)
        stored = RedisSources.reading(server).site_memory(site) if site is not None else None
    finally:
        server.close()
    memory = site_memories.learned(stored)
    if as_json:
        more = {"site_memory": site_memories.as_object(memory)} if site is not None else {}
        click.echo(shared_tables.as_json(seen, more))
    else:
        shared_tables.print_tables(seen)
        if site is not None:
            click.echo("\n" + "\n".join(map(printable, site_memories.lines(memory))))
    return 0


def _moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text is not None else None
    except ValueError as error:
        raise click.BadParameter(f"“{text}” is no date; write it as 2026-11-22 or 2026-11-22T10:45:00Z") from error
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


@command.command("forget", short_help="Have URLs fetched anew.")
@options.engine_file
@options.crawl_folder
@click.option("--site", metavar="NAME", shell_complete=options.complete_sites, help="URLs of this site.")
@click.option("--url", metavar="URL", help="This URL.")
@click.option("--before", metavar="DATE", callback=_moment, help="URLs last settled before this day or time (UTC).")
def forget(sites: Path, output: Path, site: str | None, url: str | None, before: datetime | None) -> int:
    """Forget found URLs: where a source gives one again, it is fetched and written anew. Records stay as they are.

    What is given together must hold together. --site alone forgets what its pages repeat too. Nothing is asked.

    \b
    winnow state forget --url https://example.org/story
    winnow state forget --site example.org --before 2026-01-01
    """
    from crawler.engine_config import load_engine
    from crawler.state.database import STATE_NAME
    from crawler.state.forgetting import Choice
    from crawler.state.forgetting import forget as forget_rows
    from crawler.urls import normalized_url

    if site is None and url is None and before is None:
        raise click.UsageError("Say what to forget: --site, --url or --before.")
    try:
        choice = Choice(site, url, normalized_url(url) if url is not None else None, before)
    except PageError as error:
        raise click.UsageError(f"--url: {error}") from error
    place = str(output)
    if (output / STATE_NAME).exists():
        done = forget_rows(output, choice)
    elif sites.exists() and load_engine(sites).kind == "redis":
        place, done = _forget_shared(load_engine(sites).setting, choice)
    else:
        raise click.UsageError(f"{output / STATE_NAME}: no such file; name the folder of a crawl with --output.")
    click.echo(f"{place}: forgot {counted(done.urls, 'URL')}, {counted(done.records, 'record')} among them", err=True)
    return 0


def _forget_shared(setting: Mapping[str, Any], choice: Choice) -> tuple[str, Forgotten]:
    from crawler.engines.forgetting import forget as forget_on_redis
    from crawler.engines.opening import server_of

    server = server_of(setting)
    try:
        return f"Redis at {server.options.place}", forget_on_redis(server, choice)
    finally:
        server.close()


@command.command("rebuild", short_help="Restore a lost state from the records.")
@click.option("--sites", type=click.Path(path_type=Path), help="A sites.toml, for the names of the sites.")
@options.crawl_folder
def rebuild(sites: Path | None, output: Path) -> int:
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
