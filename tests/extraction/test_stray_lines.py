"""Short lines in parts that are no text."""

from __future__ import annotations

import pytest

from crawler.extraction.stray_lines import without_stray_lines
from crawler.items import Block, BlockKind, Label, Segment

PROSE = "The harbour tunnel closes to all traffic on Monday after inspectors found water behind its lining. " * 3
LINE = "New bus line in March"

Row = tuple[str, Label, float, float]
"""Text, label, score, link density."""
TEXT: Row = (PROSE, Label.BODY, 0.99, 0.0)
CHAFF: Row = ("Read also", Label.RELATED, 0.9, 0.0)
CAPTION: Row = ("The tunnel in May", Label.CAPTION, 0.9, 0.0)


def labels(*rows: Row, kind: BlockKind = BlockKind.PARAGRAPH) -> list[Label]:
    blocks = [
        Block(n, text, f"/p[{n}]", kind, "p", 0, linked_chars=round(linked * len(text)))
        for n, (text, _, _, linked) in enumerate(rows)
    ]
    segments = [Segment(label, text, f"/p[{n}]", score, "") for n, (text, label, score, _) in enumerate(rows)]
    return [segment.label for segment in without_stray_lines(blocks, segments)]


def doubtful(text: str = LINE, linked: float = 0.0, score: float = 0.7) -> Row:
    return text, Label.BODY, score, linked


def test_lines_between_chaff_are_chaff() -> None:
    assert labels(TEXT, CHAFF, doubtful(), doubtful("Council argues"), CHAFF)[2:4] == [Label.RELATED] * 2
    assert labels(TEXT, CHAFF, doubtful())[2] is Label.RELATED, "at the page's end"


@pytest.mark.parametrize(
    "row", [doubtful(score=0.95), doubtful(f"{LINE}."), doubtful("He said:"), doubtful("one " * 11)]
)
def test_what_may_be_text_stays(row: Row) -> None:
    assert labels(TEXT, CHAFF, row, CHAFF)[2] is Label.BODY


def test_linked_lines_below_chaff_are_chaff_of_its_kind() -> None:
    found = labels(TEXT, CHAFF, doubtful(linked=1.0), doubtful(), TEXT)
    assert found[2:4] == [Label.RELATED, Label.BODY]
    assert labels(TEXT, doubtful(linked=1.0), CHAFF, TEXT)[1] is Label.BODY


def test_beside_parts_of_the_article_a_line_stays() -> None:
    assert labels(TEXT, CAPTION, doubtful(linked=1.0), TEXT)[2] is Label.BODY
    assert labels(TEXT, CHAFF, doubtful(), CAPTION)[2] is Label.BODY


def test_above_the_article_a_line_stays() -> None:
    assert labels(CHAFF, doubtful(), CHAFF, TEXT)[1] is Label.BODY
    assert labels(doubtful(), CHAFF, TEXT)[0] is Label.BODY


def test_a_heading_stays() -> None:
    assert labels(TEXT, CHAFF, doubtful(), CHAFF, kind=BlockKind.HEADING)[2] is Label.BODY
