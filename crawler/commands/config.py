"""`winnow config check`: whether a sites.toml can be used."""

from __future__ import annotations

from pathlib import Path

import click


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
    for site in sites_without_contact(sites, ()):
        fault = missing_contact(site.user_agent)
        click.echo(f"{path}: {site.name}: {fault}; crawling it needs a URL or an e-mail of yours there", err=True)
    click.echo(f"{path}: in order, {len(sites)} site" + ("s" if len(sites) != 1 else ""))
    return 0
