"""Records as text: JSON Lines, one JSON array, Markdown, plain text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum

from crawler.items import ParagraphKind, Record
from crawler.records.lines import json_line


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


def markdown(record: Record) -> str:
    """Return the article as Markdown with a YAML front matter of its main fields."""
    named = {
        "id": record.id, "url": record.url, "title": record.title, "authors": list(record.authors),
        "date_published": record.date_published, "language": record.language, "site_name": record.site_name,
    }  # fmt: skip
    # JSON values are YAML values, and quoting them so leaves nothing to YAML's own rules.
    front = "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in named.items() if value)
    heading = f"# {_escaped(record.title)}\n\n" if record.title else ""
    return f"---\n{front}---\n\n{heading}" + "\n\n".join(_markdown_paragraphs(record))


def plain(record: Record) -> str:
    """Return title and text, as one would read them."""
    return f"{record.title}\n\n{record.text}" if record.title else record.text


def _markdown_paragraphs(record: Record) -> Iterator[str]:
    listed: list[str] = []
    for paragraph in record.paragraphs:
        text = _escaped(paragraph.text)
        if paragraph.kind is ParagraphKind.LIST_ITEM:
            listed.append(f"- {text.removeprefix('- ')}")
            continue
        if listed:
            yield "\n".join(listed)
            listed = []
        if paragraph.kind is ParagraphKind.SUBHEADING:
            yield f"## {text}"
        elif paragraph.kind is ParagraphKind.LEAD:
            yield f"**{text}**"
        elif paragraph.kind is ParagraphKind.QUOTE:
            yield f"> {text}"
        elif paragraph.kind is ParagraphKind.CODE:
            yield f"```\n{paragraph.text}\n```"
        else:
            yield text
    if listed:
        yield "\n".join(listed)


def _escaped(text: str | None) -> str:
    """Keep a line from being taken for a heading, list or quote."""
    text = text or ""
    return "\\" + text if text[:1] in {"#", ">", "+", "*", "`"} else text
