"""Records as text: JSON Lines, one JSON array, Markdown, plain text."""

from __future__ import annotations

from enum import StrEnum

from crawler.items import Record
from crawler.records.lines import json_line
from crawler.records.markdown import markdown


class RecordFormat(StrEnum):
    JSONL = "jsonl"
    JSON = "json"
    MARKDOWN = "markdown"
    TEXT = "text"


def piece(record: Record, form: RecordFormat, number: int, *, navigation: bool = False) -> str:
    """Return what the record adds to a document of the format; `number` counts the records before it."""
    if form is RecordFormat.JSONL:
        return json_line(record.to_dict(navigation=navigation)) + "\n"
    if form is RecordFormat.JSON:
        return (",\n" if number else "[\n") + json_line(record.to_dict(navigation=navigation))
    text = markdown(record) if form is RecordFormat.MARKDOWN else plain(record)
    return ("\n\n" if number else "") + text + "\n"


def ending(form: RecordFormat, number: int) -> str:
    """Return what closes a document of `number` records."""
    if form is not RecordFormat.JSON:
        return ""
    return "\n]\n" if number else "[]\n"


def plain(record: Record) -> str:
    """Return title and text, as one would read them."""
    return f"{record.title}\n\n{record.text}" if record.title else record.text
