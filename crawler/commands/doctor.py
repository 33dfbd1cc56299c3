"""`winnow doctor`: whether this installation, its sites, its state and its machine are in order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from crawler.commands import options
from crawler.commands.console import counted, printable
from crawler.commands.findings import Finding, Level, finding

FAULT_FOUND = 1


@click.command("doctor")
@options.sites_file
@options.crawl_folder
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, for machines.")
def command(sites: Path, output: Path, as_json: bool) -> int:
    """Check versions, imports, a sample page, sites.toml, state, engine, clock and disk.

    Of the network only a Redis of [engine] is asked.

    Each line is ok, warning or fault, with its mend. Exit code 1 where there is a fault.

    \b
    winnow doctor
    winnow doctor --output news --json | jq .faults
    """
    found: list[Finding] = []
    for each in _findings(sites, output):
        found.append(each)
        if not as_json:
            click.echo(_line(each))
    counts = Counter(each.level for each in found)
    if as_json:
        levels = {f"{level}s": counts[level] for level in (Level.WARNING, Level.FAULT)}
        click.echo(json.dumps({**levels, "checks": [asdict(each) for each in found]}, ensure_ascii=False, indent=1))
    else:
        click.echo(f"{counted(counts[Level.FAULT], 'fault')}, {counted(counts[Level.WARNING], 'warning')}")
    return FAULT_FOUND if counts[Level.FAULT] else 0


def _findings(sites: Path, output: Path) -> Iterator[Finding]:
    from crawler.commands.installation import installation_checks
    from crawler.commands.workplace import workplace_checks

    for name, check in (*installation_checks(), *workplace_checks(sites, output)):
        yield finding(name, check)


def _line(found: Finding) -> str:
    mend = f"; mend: {found.mend}" if found.mend else ""
    return f"{found.level:8} {found.name}: {printable(found.words)}{mend}"
