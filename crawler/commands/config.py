"""`winnow config check`: whether a sites.toml can be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from crawler.config import Site


@click.group("config")
def command() -> None:
    """Check a sites.toml.

    \b
    winnow config check
    winnow config check other-sites.toml
    """


@command.command("check", short_help="Read a sites.toml as a crawl would.")
@click.argument("path", type=click.Path(path_type=Path), default=Path("sites.toml"))
def check(path: Path) -> int:
    """Read a sites.toml as `winnow crawl` would; the first fault is named with file, line, key and mend.

    Without PATH it is sites.toml.

    \b
    winnow config check
    winnow config check other-sites.toml
    """
    from crawler.config import load_sites  # loads time zones and URL parser
    from crawler.contact import missing_contact, sites_without_contact

    sites = load_sites(path)
    silent = sites_without_contact(sites, ())
    for site in silent:
        fault = missing_contact(site.user_agent)
        click.echo(f"{path}: {site.name}: {fault}; crawling it needs a URL or an e-mail of yours there", err=True)
    for url, names in _shared_sources(sites).items():
        told = f"{' and '.join(names)} have the source {url}; an article goes to the one that finds it first"
        click.echo(f"{path}: {told}", err=True)
    number = f"{len(sites)} site" + ("s" if len(sites) != 1 else "")
    click.echo(f"{path}: {number}, {len(silent)} without a contact" if silent else f"{path}: in order, {number}")
    return 0


def _shared_sources(sites: Sequence[Site]) -> dict[str, list[str]]:
    from crawler.spiders.sources import sources_of

    names: dict[str, list[str]] = {}
    for site in sites:
        for source in sources_of(site, ()):
            names.setdefault(source.url, []).append(site.name)
    return {url: of_url for url, of_url in names.items() if len(of_url) > 1}
