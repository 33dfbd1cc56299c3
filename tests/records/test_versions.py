from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Extraction, Paragraph, ParagraphKind, Record, Status
from crawler.records.versions import MAX_WORDS, Piece, changes

Maker = Callable[[int], Record]
LONG = "one two three four five six seven eight"


def _with(record: Record, paragraphs: list[str]) -> Record:
    return replace(
        record,
        text="\n\n".join(paragraphs),
        paragraphs=tuple(Paragraph(ParagraphKind.PARAGRAPH, text) for text in paragraphs),
    )


CASES = {
    "nothing": (["a b", "c d"], ["a b", "c d"], []),
    "a word": ([LONG], [LONG.replace("four", "4")], [("changed", 1)]),
    "a paragraph more": (["a b", "c d"], ["a b", LONG, "c d"], [("added", 2)]),
    "a paragraph less": (["a b", LONG, "c d"], ["a b", "c d"], [("removed", 2)]),
    "another in its place": (["a b", LONG, "c d"], ["a b", "x y z", "c d"], [("removed", 2), ("added", 2)]),
    "one changed, one more": ([LONG], [f"{LONG} nine", "new"], [("changed", 1), ("added", 2)]),
    "everything": (["a b"], ["c d"], [("removed", 1), ("added", 1)]),
    "emptied": (["a b"], [], [("removed", 1), ("added", 1)]),
}


@pytest.mark.parametrize("name", CASES)
def test_paragraphs(name: str, make_record: Maker) -> None:
    before, after, expected = CASES[name]
    found = changes(_with(make_record(1), before), _with(make_record(1), after))
    assert [(change.kind, change.number) for change in found.paragraphs] == expected
    assert found.fields == ()


def test_words(make_record: Maker) -> None:
    before, after = _with(make_record(1), [LONG]), _with(make_record(1), [LONG.replace("four five", "4 and five")])
    (change,) = changes(before, after).paragraphs
    assert change.pieces == (
        Piece(" ", "one two three "), Piece("-", "four"), Piece("+", "4 and"), Piece(" ", " five six seven eight"),
    )  # fmt: skip


def test_fields(make_record: Maker) -> None:
    before = make_record(1)
    after = replace(before, title="Other", authors=("A", "B"), fetched_at="2026-11-22T10:00:00Z", etag='"2"')
    found = changes(before, after)
    assert [(change.name, change.before, change.after) for change in found.fields] == [
        ("title", "Bridge 1 reopens", "Other"),
        ("authors", [], ["A", "B"]),
    ]


def test_a_record_without_paragraphs_is_split_at_blank_lines(make_record: Maker) -> None:
    before = replace(make_record(1), text="a\n\nb", paragraphs=())
    (change,) = changes(before, replace(before, text="a\n\nb\n\nc")).paragraphs
    assert (change.kind, change.number) == ("added", 3)


def test_huge_paragraphs_are_not_compared_word_by_word(make_record: Maker) -> None:
    huge = "word " * (MAX_WORDS + 1)
    found = changes(_with(make_record(1), [huge]), _with(make_record(1), [f"{huge}more"]))
    assert [change.kind for change in found.paragraphs] == ["removed", "added"]


BARE = Record(id="0" * 32, extraction=Extraction(Status.OK, None, "", {}))
words = st.lists(st.sampled_from(["a", "b", "c", "d\u00e9"]), min_size=1, max_size=12).map(" ".join)
texts = st.lists(words, min_size=1, max_size=5)


@given(texts, texts)
def test_what_went_and_what_came_is_all_there(before: list[str], after: list[str]) -> None:
    found = changes(_with(BARE, before), _with(BARE, after)).paragraphs
    assert bool(found) == (before != after)
    for change in found:
        if change.kind != "added":
            gone = "".join(piece.text for piece in change.pieces if piece.mark != "+")
            assert gone in before
        if change.kind != "removed":
            come = "".join(piece.text for piece in change.pieces if piece.mark != "-")
            assert come == after[change.number - 1]
