"""An article as Markdown with a YAML front matter; what the page's text says stays text in both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from crawler.items import JsonValue, Paragraph, ParagraphKind, Record
from crawler.records.lines import json_line

_SPECIAL = re.compile(r"[\\`*<\[\]]|(?<!\w)_|_(?!\w)|&(?=[#\w]+;)")
_LINE_START = re.compile(r"^(\s*)(#|>|~|[-+=|](?=\s|[-=|:]|$)|\d{1,9}(?=[.)](?:\s|$)))", re.MULTILINE)
_FENCE = re.compile(r"`{3,}")


def markdown(record: Record) -> str:
    """Return front matter with the main fields, the title as a heading, and the paragraphs by their kinds."""
    heading = f"# {escaped(' '.join(record.title.split()))}\n\n" if record.title else ""
    return f"---\n{''.join(_front_matter(record))}---\n\n{heading}" + "\n\n".join(_parts(record))


def _front_matter(record: Record) -> Iterator[str]:
    named: dict[str, JsonValue] = {
        "id": record.id, "url": record.url, "title": record.title, "authors": list(record.authors),
        "date_published": record.date_published, "date_modified": record.date_modified, "language": record.language,
        "site_name": record.site_name, "section": record.section, "tags": list(record.tags),
        "description": record.description, "image_url": record.image_url, "fetched_at": record.fetched_at,
    }  # fmt: skip
    for name, value in named.items():
        if value:
            # JSON values are YAML values, and quoting them so leaves nothing to YAML's own rules.
            yield json_line({name: value})[1:-1].replace(f'"{name}"', name, 1) + "\n"


def _parts(record: Record) -> Iterator[str]:
    for kind, paragraphs in groupby(record.paragraphs, key=lambda paragraph: paragraph.kind):
        if kind is ParagraphKind.LIST_ITEM:
            yield "\n".join(
                f"- {_joined(escaped(paragraph.text.removeprefix('- ')), '  ')}" for paragraph in paragraphs
            )
        else:
            yield from map(_part, paragraphs)


def _part(paragraph: Paragraph) -> str:
    if paragraph.kind is ParagraphKind.CODE:
        longest = max(map(len, _FENCE.findall(paragraph.text)), default=2)
        fence = "`" * (longest + 1)
        return f"{fence}\n{paragraph.text}\n{fence}"
    text = escaped(paragraph.text)
    if paragraph.kind is ParagraphKind.SUBHEADING:
        return f"## {' '.join(text.split())}"
    if paragraph.kind is ParagraphKind.LEAD:
        return f"**{text}**"
    if paragraph.kind is ParagraphKind.QUOTE:
        return f"> {_joined(text, '> ')}"
    return text


def escaped(text: str) -> str:
    """Return text that Markdown shows as it stands: no emphasis, link, picture, HTML, heading or list comes of it."""
    text = _SPECIAL.sub(lambda match: "\\" + match.group(), text)
    return _LINE_START.sub(_behind_backslash, text)


def _behind_backslash(match: re.Match[str]) -> str:
    mark = match.group(2)
    return f"{mark}\\" if mark[:1].isdigit() else f"\\{mark}"


def _joined(text: str, margin: str) -> str:
    return text.replace("\n", f"\n{margin}")
