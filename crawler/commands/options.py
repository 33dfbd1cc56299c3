"""Options that several commands share, with one name, one order and one meaning."""

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
json_logs: Decorator = click.option("--json-logs", is_flag=True, help="One JSON object a line on stderr.")
quiet: Decorator = click.option("-q", "--quiet", is_flag=True, help="Only warnings and errors on stderr.")
output_file: Decorator = click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write to this file, whole or not at all."
)
overwrite: Decorator = click.option("--overwrite", is_flag=True, help="Replace an existing output file.")
record_format: Decorator = click.option(
    "--format", "form", type=click.Choice(["jsonl", "json", "markdown", "text"]), default="jsonl",
    show_default=True, metavar="FORM", help="jsonl, json, markdown or text.",
)  # fmt: skip
write_all: Decorator = click.option("--all", "write_all", is_flag=True, help="Also write pages that are no articles.")
navigation: Decorator = click.option("--navigation", is_flag=True, help="Keep menus and the like in `boilerplate`.")
