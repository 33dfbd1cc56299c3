"""What changed between two versions of an article: fields, paragraphs, words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from crawler.items import JsonValue, Record

FIELDS = (
    "title", "authors", "byline", "date_published", "date_modified", "language", "section", "tags", "description",
    "image_url", "is_accessible_for_free", "captions",
)  # fmt: skip
"""Fields beside the text whose change a reader cares for."""
MIN_LIKENESS = 0.4
"""Share of words in common from which a paragraph counts as changed, not as another one. Chosen, not measured."""
MAX_WORDS = 2_000
"""Words of a paragraph up to which single words are compared: the time grows with their square."""

_TOKEN = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class FieldChange:
    name: str
    before: JsonValue
    after: JsonValue


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in a row that stayed (" "), went ("-") or came ("+")."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    number: int
    """Of the paragraph in the later version, from 1; of one that went, in the earlier."""
    pieces: tuple[Piece, ...]

    @property
    def kind(self) -> str:
        """Return `added`, `removed` or `changed`."""
        marks = {piece.mark for piece in self.pieces}
        return {frozenset("+"): "added", frozenset("-"): "removed"}.get(frozenset(marks), "changed")


@dataclass(frozen=True, slots=True)
class Changes:
    fields: tuple[FieldChange, ...]
    paragraphs: tuple[ParagraphChange, ...]


def changes(before: Record, after: Record) -> Changes:
    """Return what differs; nothing where text and fields are equal."""
    return Changes(tuple(_field_changes(before, after)), tuple(_paragraph_changes(_texts(before), _texts(after))))


def _texts(record: Record) -> list[str]:
    return [paragraph.text for paragraph in record.paragraphs] or record.text.split("\n\n")


def _field_changes(before: Record, after: Record) -> Iterator[FieldChange]:
    one, other = before.to_dict(), after.to_dict()
    for name in FIELDS:
        if one[name] != other[name]:
            yield FieldChange(name, one[name], other[name])


def _paragraph_changes(before: Sequence[str], after: Sequence[str]) -> Iterator[ParagraphChange]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        gone = list(enumerate(before[begin:end], begin + 1))
        come = list(enumerate(after[new_begin:new_end], new_begin + 1))
        for old, new in zip_longest(gone, come):
            yield from _pair_changes(old, new)


def _pair_changes(old: tuple[int, str] | None, new: tuple[int, str] | None) -> Iterator[ParagraphChange]:
    if old is not None and new is not None:
        pieces = _word_pieces(old[1], new[1])
        if pieces is not None:
            yield ParagraphChange(new[0], pieces)
            return
    if old is not None:
        yield ParagraphChange(old[0], (Piece("-", old[1]),))
    if new is not None:
        yield ParagraphChange(new[0], (Piece("+", new[1]),))


def _word_pieces(old: str, new: str) -> tuple[Piece, ...] | None:
    """Return the paragraph with what went and what came; None for two that have little in common."""
    one, other = _TOKEN.findall(old), _TOKEN.findall(new)
    if max(len(one), len(other)) > 2 * MAX_WORDS:
        return None
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.ratio() < MIN_LIKENESS:
        return None
    pieces = []
    for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(" ", "".join(one[begin:end])))
            continue
        pieces += [Piece("-", "".join(one[begin:end]))] if end > begin else []
        pieces += [Piece("+", "".join(other[new_begin:new_end]))] if new_end > new_begin else []
    return tuple(pieces)
