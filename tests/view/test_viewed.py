"""What of a record is looked at, and in which order."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from crawler.items import Label, Paragraph, ParagraphKind
from crawler.view.viewed import Viewed, article_pieces, place_of

if TYPE_CHECKING:
    from collections.abc import Callable


def test_runs_hold_every_block_once_in_order(make_viewed: Callable[..., Viewed]) -> None:
    viewed = make_viewed()
    blocks = [block for run in viewed.runs for block in run.blocks]
    assert [block.number for block in blocks] == list(range(len(viewed.record.segments)))
    assert tuple(block.segment for block in blocks) == viewed.record.segments
    assert all(block.segment.label is run.label for run in viewed.runs for block in run.blocks)
    assert all(a.label is not b.label for a, b in zip(viewed.runs, viewed.runs[1:], strict=False))


def test_shares_count_blocks_and_characters(make_viewed: Callable[..., Viewed]) -> None:
    viewed = make_viewed()
    segments = viewed.record.segments
    assert {share.label: share.blocks for share in viewed.shares} == Counter(s.label for s in segments)
    assert sum(share.chars for share in viewed.shares) == sum(len(segment.text) for segment in segments)


def test_fields_have_values_and_origins(make_viewed: Callable[..., Viewed]) -> None:
    viewed = make_viewed()
    fields = {field.name: field for field in viewed.fields}
    assert fields["title"].origin == viewed.record.origins["title"]
    assert not {"text", "boilerplate", "origins", "duplicate_of"} & fields.keys()
    assert all(field.value not in (None, "", [], {}) for field in viewed.fields)


def test_what_is_missing_is_said(make_viewed: Callable[..., Viewed]) -> None:
    assert make_viewed().missing is None
    assert "navigation apart" in (make_viewed(whole=False).missing or "")


@pytest.mark.parametrize(
    ("label", "words"),
    [(Label.LEAD, "kept in the text"), (Label.BYLINE, "kept in a field"), (Label.NAVIGATION, "removed")],
    ids=str,
)
def test_place_of_a_label(label: Label, words: str) -> None:
    assert place_of(label) == words


def test_list_items_and_rows_are_set_together() -> None:
    kinds = [ParagraphKind.PARAGRAPH] * 2 + [ParagraphKind.LIST_ITEM] * 3 + [ParagraphKind.TABLE] * 2
    pieces = list(article_pieces([Paragraph(kind, str(number)) for number, kind in enumerate(kinds)]))
    assert pieces == [
        (ParagraphKind.PARAGRAPH, ("0",)),
        (ParagraphKind.PARAGRAPH, ("1",)),
        (ParagraphKind.LIST_ITEM, ("2", "3", "4")),
        (ParagraphKind.TABLE, ("5", "6")),
    ]
