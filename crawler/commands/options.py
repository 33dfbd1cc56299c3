"""Options that several commands share, with one name, one order and one meaning.

The order: where the input is, where the output goes, its form, what is chosen, how it is fetched, what is said.
tests/commands/test_options.py holds it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from crawler.addresses import parse_allowed
from crawler.errors import UsageError

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _checked_addresses(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            parse_allowed(value)
        except UsageError as error:
            raise click.BadParameter(str(error)) from error
    return values


allow_address: Decorator = click.option(
    "--allow-address", multiple=True, metavar="CIDR[:PORT]", callback=_checked_addresses,
    help="Reach this non-public address (repeatable).",
)  # fmt: skip


def complete_sites(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Return the names in sites.toml that begin so, for the shell's completion."""
    from crawler.config import load_sites  # loads time zones and URL parser

    try:
        sites = load_sites(Path(ctx.params.get("sites") or "sites.toml"))
    except UsageError:
        return []
    return [site.name for site in sites if site.name.startswith(incomplete)]


def _stdout_as_none(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    return None if path == Path("-") else path


json_logs: Decorator = click.option("--json-logs", is_flag=True, help="One JSON object a line on stderr.")
quiet: Decorator = click.option("-q", "--quiet", is_flag=True, help="Only warnings and errors on stderr.")
output_file: Decorator = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    callback=_stdout_as_none,
    help="Write to this file, whole or not at all.",
)
sites_file: Decorator = click.option(
    "--sites", type=click.Path(path_type=Path), default=Path("sites.toml"), show_default=True, help="Which sites."
)
engine_file: Decorator = click.option(
    "--sites", type=click.Path(path_type=Path), default=Path("sites.toml"), show_default=True, help="For its [engine]."
)
crawl_folder: Decorator = click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("output"), show_default=True,
    help="Folder of the crawl.",
)  # fmt: skip
overwrite: Decorator = click.option("--overwrite", is_flag=True, help="Replace an existing output file.")
record_format: Decorator = click.option(
    "--format", "form", type=click.Choice(["jsonl", "json", "markdown", "text"]), default="jsonl",
    show_default=True, metavar="FORM", help="jsonl, json, markdown or text.",
)  # fmt: skip
write_all: Decorator = click.option("--all", "write_all", is_flag=True, help="Also write pages that are no articles.")
navigation: Decorator = click.option("--navigation", is_flag=True, help="Keep menus and the like in `boilerplate`.")
