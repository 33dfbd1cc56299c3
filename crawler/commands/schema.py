"""`winnow schema`: the JSON Schema of a record."""

from __future__ import annotations

import json

import click

from crawler.records.schema import record_schema


@click.command("schema")
def command() -> int:
    """Print the JSON Schema (2020-12) of a record; every field has a description.

    \b
    winnow schema > record.schema.json
    """
    click.echo(json.dumps(record_schema(), indent=2, ensure_ascii=False))
    return 0
