"""Targets that are JSON, one object a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crawler.exports.renamings import DATATROVE, ELASTICSEARCH, SCHEMA_ORG, ZYTE_ARTICLE, Column, Renaming
from crawler.exports.values import value_at
from crawler.items import JsonValue, Record
from crawler.records.lines import json_line


def schema_org_row(record: Record) -> str:
    """Return a NewsArticle as JSON-LD; it may stand in a `<script type="application/ld+json">` as it is."""
    row = {"@context": "https://schema.org", "@type": "NewsArticle", **_without_empty(renamed(record, SCHEMA_ORG))}
    return json_line(row).replace("<", "\\u003c") + "\n"


def zyte_row(record: Record) -> str:
    """Return what `zyte_common_items.Article.from_dict` takes; `url` is required there."""
    return json_line(_without_empty(renamed(record, ZYTE_ARTICLE))) + "\n"


def datatrove_row(record: Record) -> str:
    """Return a row with every key, null or not: loaders take the columns from the rows that they see first."""
    return json_line(renamed(record, DATATROVE)) + "\n"


def elasticsearch_rows(record: Record) -> str:
    """Return an action and its document, two lines of the body of a `_bulk` request; the URL names the index."""
    line = record.to_dict(navigation=True)
    document = {column.theirs: _cut_to_parts(value_at(line, column.ours), column) for column in ELASTICSEARCH}
    return json_line({"index": {"_id": record.id}}) + "\n" + json_line(_without_empty(document)) + "\n"


def renamed(record: Record, table: Sequence[Renaming]) -> dict[str, JsonValue]:
    """Return the record's values under their names of the table."""
    line = record.to_dict(navigation=True)
    row: dict[str, Any] = {}
    for renaming in table:
        *parents, name = renaming.theirs.split(".")
        place = row
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = renaming.how(value_at(line, renaming.ours))
    return row


def _without_empty(row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Leave out what says nothing: null, empty texts, lists and objects."""
    kept: dict[str, JsonValue] = {}
    for name, value in row.items():
        inner = _without_empty(value) if isinstance(value, dict) else value
        if inner not in (None, "", [], {}):
            kept[name] = inner
    return kept


def _cut_to_parts(value: JsonValue, column: Column) -> JsonValue:
    if not column.parts or not isinstance(value, list):
        return value
    return [{name: entry.get(name) for name, _ in column.parts} for entry in value if isinstance(entry, dict)]
