"""`winnow doctor`: whether this installation, its sites, its state and its machine are in order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from crawler.commands import options
from crawler.commands.console import counted, printable
from crawler.commands.findings import Finding, Level, finding
from crawler.errors import UsageError

if TYPE_CHECKING:
    from rich.text import Text

FAULT_FOUND = 1
LEVEL_COLUMNS = 9
NAME_COLUMNS = 18
"""Columns of the longest name, "worker processes", and of the gap after it."""
LEAST_COLUMNS, MOST_COLUMNS = 60, 100
"""Widths between which the lines follow the terminal's. Chosen."""
STYLES = {Level.OK: "green", Level.WARNING: "bold yellow", Level.FAULT: "bold red"}


@click.command("doctor")
@options.sites_file
@options.crawl_folder
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, for machines.")
@click.pass_context
def command(context: click.Context, sites: Path, output: Path, as_json: bool) -> int:
    """Check versions, imports, a sample page, sites.toml, state, engine, clock and disk.

    Of the network only a Redis of [engine] is asked.

    Each check is ok, a warning or a fault, the last two with their mend. Exit code 1 where there is a fault.

    \b
    winnow doctor
    winnow doctor --output news --json | jq .faults
    """
    for name, path in (("sites", sites), ("output", output)):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE and not path.exists():
            raise UsageError(f"--{name} {path}: there is no such path; correct it, or leave --{name} out")
    if as_json:
        found = list(_findings(sites, output))
        click.echo(json.dumps(_as_json(found), ensure_ascii=False, indent=1))
    else:
        found = list(_shown(_findings(sites, output)))
    return FAULT_FOUND if any(each.level is Level.FAULT for each in found) else 0


def _findings(sites: Path, output: Path) -> Iterator[Finding]:
    from crawler.commands.installation import installation_checks
    from crawler.commands.workplace import workplace_checks

    for name, check in (*installation_checks(), *workplace_checks(sites, output)):
        yield finding(name, check)


def _as_json(found: Sequence[Finding]) -> dict[str, object]:
    from crawler.commands.installation import versions

    counts = Counter(each.level for each in found)
    levels = {f"{level}s": counts[level] for level in (Level.WARNING, Level.FAULT)}
    return {**levels, "checks": [asdict(each) for each in found], "versions": versions()}


def _shown(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Print each finding as soon as it is known, and how many there were."""
    from rich.console import Console  # takes a moment to load

    console = Console(highlight=False)  # as wide as the terminal; a pipe has 80 columns
    columns = min(max(console.width, LEAST_COLUMNS), MOST_COLUMNS)
    counts: Counter[Level] = Counter()
    for each in findings:
        console.print(_lines(each, columns), soft_wrap=True)
        counts[each.level] += 1
        yield each
    console.print(f"\n{counted(counts.total(), 'check')}: {_account(counts)}", soft_wrap=True)


def _account(counts: Counter[Level]) -> str:
    if counts.total() == counts[Level.OK]:
        return "all in order"
    return f"{counted(counts[Level.FAULT], 'fault')}, {counted(counts[Level.WARNING], 'warning')}"


def _lines(found: Finding, columns: int) -> Text:
    """Return level, name and words, folded under each other, and the mend on a line of its own.

    Paths, URLs and commands are not cut: they can be copied.
    """
    from rich.text import Text

    indent = LEVEL_COLUMNS + NAME_COLUMNS
    told = [printable(found.words), *([f"mend: {printable(found.mend)}"] if found.mend else [])]
    lines = [
        line for words in told for line in wrap(words, columns - indent, break_long_words=False, break_on_hyphens=False)
    ]
    body = ("\n" + " " * indent).join(lines)
    return Text.assemble((f"{found.level:{LEVEL_COLUMNS}}", STYLES[found.level]), f"{found.name:{NAME_COLUMNS}}{body}")
