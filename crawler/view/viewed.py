"""A record as it is looked at: its blocks in runs of one label, its fields with origins, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from crawler.items import JsonValue, Label, Paragraph, ParagraphKind, Record, Segment

UNLISTED = frozenset({"text", "paragraphs", "boilerplate", "captions", "origins"})
"""Keys of the record that are shown elsewhere than among the fields."""


@dataclass(frozen=True, slots=True)
class PageSource:
    """The page that a record was read from just now."""

    name: str
    """Path or URL, as it was given."""
    body: bytes
    plain_text: bool
    html_text: str | None = None
    """The decoded page, where it came from the network: nobody else may have a copy of it."""


class NumberedBlock(NamedTuple):
    number: int
    """Place on the page, from 0, as the training counts blocks."""
    segment: Segment


class Run(NamedTuple):
    """Neighbours of one label."""

    label: Label
    blocks: tuple[NumberedBlock, ...]


class LabelShare(NamedTuple):
    label: Label
    blocks: int
    chars: int


class Field(NamedTuple):
    name: str
    value: JsonValue
    origin: str | None


@dataclass(frozen=True)
class Viewed:
    """A record, and its page where that is at hand."""

    record: Record
    page: PageSource | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every block of the page is there: a JSON line has only those that were removed."""
        return self.page is not None

    @property
    def title(self) -> str:
        """The article's title, or what else names the record."""
        return self.record.title or self.record.url or self.record.input_id or self.record.id

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        numbered = (NumberedBlock(number, segment) for number, segment in enumerate(self.record.segments))
        return tuple(Run(label, tuple(blocks)) for label, blocks in groupby(numbered, key=lambda b: b.segment.label))

    @cached_property
    def shares(self) -> tuple[LabelShare, ...]:
        """The labels that the page has, in the order of `Label`."""
        blocks = Counter(segment.label for segment in self.record.segments)
        chars: Counter[Label] = Counter()
        for segment in self.record.segments:
            chars[segment.label] += len(segment.text)
        return tuple(LabelShare(label, blocks[label], chars[label]) for label in Label if blocks[label])

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The record's other fields that have a value, in schema order."""
        origins = self.record.origins
        return tuple(
            Field(name, value, origins.get(name))
            for name, value in self.record.to_dict().items()
            if name not in UNLISTED and value not in (None, [], {}, "")
        )

    @property
    def missing(self) -> str | None:
        """What of the page cannot be shown, in words; None where nothing is missing."""
        if self.is_complete:
            return None
        navigation = "" if self.record.plain_text else ", navigation apart"
        return (
            f"A record keeps what was removed{navigation}, and the article's text, but not where on the page the "
            "article's own blocks stood."
        )


def place_of(label: Label) -> str:
    """Where a block of the label goes, in a few words."""
    if label.in_text:
        return "kept in the text"
    return "removed" if label.is_boilerplate else "kept in a field"


def article_pieces(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[ParagraphKind, tuple[str, ...]]]:
    """Yield what is set together: list items, table rows and lines of code in a row, everything else by itself."""
    together = {ParagraphKind.LIST_ITEM, ParagraphKind.TABLE, ParagraphKind.CODE}
    for kind, group in groupby(paragraphs, key=lambda paragraph: paragraph.kind):
        texts = tuple(paragraph.text for paragraph in group)
        if kind in together:
            yield kind, texts
        else:
            yield from ((kind, (text,)) for text in texts)
