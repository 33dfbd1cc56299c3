"""What a crawl knew of a page beside the exchange, kept in its record's `WARC-JSON-Metadata` field.

With it, extracting the archive gives the record that the crawl wrote: the same id where a site's own query
parameters count, the same dates where the feed gave them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import msgspec

from crawler.items import Link
from crawler.rights import ServerRights

FIELD = "WARC-JSON-Metadata"
KEY = "winnow"
MAX_CHARS = 30_000
"""Of the whole value; readers of WARC bound a header line at 64 KB. Chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNotes:
    requested_url: str | None = None
    link: Link | None = None
    """What the source said of the page."""
    significant_params: frozenset[str] = frozenset()
    server_rights: ServerRights = field(default_factory=ServerRights)
    """Without the page's own headers, which the archive has."""


def notes_text(notes: PageNotes) -> str:
    """Return the field's value: JSON in ASCII. What a source said at inordinate length is left out."""
    text = _text(notes)
    if len(text) > MAX_CHARS and notes.link is not None:
        text = _text(replace(notes, link=replace(notes.link, title=None)))
    return text if len(text) <= MAX_CHARS else _text(PageNotes())


def read_notes(text: str | None) -> PageNotes:
    """Return the notes of a field's value; empty ones for other writers' values and broken ones."""
    if text is None:
        return PageNotes()
    try:
        told = json.loads(text)
        return msgspec.convert(told[KEY] if isinstance(told, dict) and KEY in told else {}, PageNotes)
    except (ValueError, RecursionError, msgspec.ValidationError):
        return PageNotes()


def _text(notes: PageNotes) -> str:
    return json.dumps({KEY: msgspec.to_builtins(notes)})
