"""`winnow schema`: the JSON Schema of a record."""

from __future__ import annotations

import json

import click

from crawler.exports.elasticsearch import index_template
from crawler.records.schema import record_schema


@click.command("schema")
@click.option("--to", "target", type=click.Choice(["jsonl", "elasticsearch"]), default="jsonl", show_default=True,
              metavar="TARGET", help="Of the records, or of their export.")  # fmt: skip
def command(target: str) -> int:
    """Print the JSON Schema (2020-12) of a record, or the index template of an export to Elasticsearch.

    \b
    winnow schema > record.schema.json
    winnow schema --to elasticsearch > template.json
    """
    schema = index_template() if target == "elasticsearch" else record_schema()
    click.echo(json.dumps(schema, indent=2, ensure_ascii=False))
    return 0
