"""Tables that lay out a page are no tables of figures."""

from __future__ import annotations

import crawler
from crawler.extraction.blocks import split_tree
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import parse
from crawler.items import BlockKind, ParagraphKind

LINES = [
    f"The bridge over the river was closed on day {n}, said the town, whose engineers found cracks." for n in "1234"
]
HEAD = "<head><title>Bridge closed</title></head>"


def kinds(body: str) -> list[BlockKind]:
    return [block.kind for block in split_tree(parse(f"<html><body>{body}</body></html>", DEFAULT_OPTIONS)).blocks]


def test_paragraphs_of_a_layout_table_are_paragraphs() -> None:
    story = "<br><br>".join(LINES)
    page = (
        f"<html>{HEAD}<body><table><tr><td><a href=/>Home</a></td><td><h1>Bridge closed</h1>{story}</td></tr></table>"
    )
    record = crawler.extract(page)
    assert [paragraph.text for paragraph in record.paragraphs] == LINES
    assert {paragraph.kind for paragraph in record.paragraphs} == {ParagraphKind.PARAGRAPH}


def test_figures_in_a_layout_table_stay_a_table() -> None:
    story = "".join(f"<p>{line}</p>" for line in LINES)
    figures = "<table><tr><td>Length</td><td>200 m</td></tr><tr><td>Built</td><td>1931</td></tr></table>"
    found = kinds(f"<table><tr><td>{story}{figures}</td></tr></table>")
    assert found == [BlockKind.PARAGRAPH] * 4 + [BlockKind.TABLE] * 4


def test_one_long_cell_or_two_short_lines_do_not_lay_out_a_page() -> None:
    assert kinds(f"<table><tr><td>Monday</td><td>{' '.join(LINES)}</td></tr></table>") == [BlockKind.TABLE] * 2
    assert kinds("<table><tr><td>1-0<br><br>(1-0)</td><td>Away</td></tr></table>") == [BlockKind.TABLE] * 3
