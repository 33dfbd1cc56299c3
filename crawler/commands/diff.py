"""`winnow diff`: what changed between the versions of an article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click

from crawler.commands.console import counted, printable
from crawler.errors import FileUnreadable, PageError, StateError, UsageError
from crawler.items import Record
from crawler.records.versions import Changes, FieldChange, ParagraphChange, changes

_ID = re.compile(r"[0-9a-f]{4,32}")
_MARKED = {" ": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
"""As word diffs of other programs show it."""


@click.command("diff")
@click.argument("article", metavar="ID")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("output"), show_default=True,
              help="Folder of the crawl, or a file of records.")  # fmt: skip
def command(article: str, output: Path) -> int:
    """Show what changed between the versions of an article: fields, paragraphs, words.

    ID is a record's id, its first digits, or the article's URL. [-gone-] and {+come+} mark words.

    \b
    winnow diff 3f2a90c1 --output news
    winnow diff https://example.org/story
    """
    versions = _versions(output, article)
    first = versions[0]
    click.echo(f"{first.id}  {printable(first.url or '')}")
    for before, after in pairwise(versions):
        for line in _lines(before, after, changes(before, after)):
            click.echo(line)
    if len(versions) == 1:
        click.echo(f"one version only, of {_time(first)}: nothing to compare", err=True)
    return 0


def _versions(output: Path, article: str) -> list[Record]:
    """Return the versions of one article, the earliest first; raises UsageError where it is none, or not one."""
    from crawler.records.reader import read_records
    from crawler.urls import normalized_url, record_id

    try:
        begin = record_id(normalized_url(article)) if "://" in article else article.lower()
    except PageError as error:
        raise UsageError(str(error)) from error
    if not _ID.fullmatch(begin):
        raise UsageError(f"{article}: neither a record's id, nor four or more digits of one, nor a URL")
    try:
        found = [record for record in read_records(output, begin.encode()) if record.id.startswith(begin)]
    except FileUnreadable as error:
        if not output.exists():
            raise UsageError(f"{output}: no such folder; name that of a crawl with --output") from error
        raise StateError(f"{error}: mend that line or move the file away") from error
    ids = sorted({record.id for record in found})
    if len(ids) != 1:
        fault = f"several articles: {', '.join(ids[:5])}" if ids else "no such article in the finished files"
        raise UsageError(f"{article}: {fault}; `winnow state show` and the records name them")
    return found


def _lines(before: Record, after: Record, found: Changes) -> Iterator[str]:
    yield ""
    yield f"version {before.version}, {_time(before)} -> version {after.version}, {_time(after)}"
    if not found.fields and not found.paragraphs:
        yield "  no difference in text and fields"
    for change in found.fields:
        yield from _field_lines(change)
    if found.paragraphs:
        kinds = [change.kind for change in found.paragraphs]
        numbers = [f"{kinds.count(kind)} {kind}" for kind in ("changed", "added", "removed") if kind in kinds]
        yield f"  text: {counted(len(kinds), 'paragraph')}: {', '.join(numbers)}"
    for paragraph in found.paragraphs:
        yield from _paragraph_lines(paragraph)


def _field_lines(change: FieldChange) -> Iterator[str]:
    yield f"  {change.name}"
    for mark, value in (("-", change.before), ("+", change.after)):
        if value not in (None, [], ""):
            yield f"    {mark} {printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))}"


def _paragraph_lines(change: ParagraphChange) -> Iterator[str]:
    yield f"  paragraph {change.number} {change.kind}"
    if change.kind == "changed":
        yield "    " + "".join(_MARKED[piece.mark].format(printable(piece.text)) for piece in change.pieces)
    else:
        yield f"    {change.pieces[0].mark} {printable(change.pieces[0].text)}"


def _time(record: Record) -> str:
    return record.fetched_at or "fetched at an unknown time"
