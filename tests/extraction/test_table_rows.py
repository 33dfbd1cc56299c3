"""A row's paragraph has each cell at its place."""

from __future__ import annotations

import pytest
from lxml import html

from crawler.extraction.assembly import assemble
from crawler.extraction.blocks import split_tree
from crawler.items import Label, Segment


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        ("<td>Greens</td><td>9.1</td><td>12.1</td>", "Greens | 9.1 | 12.1"),
        ("<td>Greens</td><td></td><td>12.1</td>", "Greens |  | 12.1"),
        ("<td>Greens</td><td> </td><td>12.1</td>", "Greens |  | 12.1"),
        ("<td>Greens</td><td>–</td><td>12.1</td><td>✓</td>", "Greens | – | 12.1 | ✓"),
        ("<td></td><th>2021</th><th>2026</th>", "| 2021 | 2026"),
        ("<td>Greens</td><td></td><td></td>", "Greens"),
        ("<td><p>Ann</p><p>Smith</p></td><td>Mayor</td>", "Ann Smith | Mayor"),
        ("<td><span>Ann</span></td><td><div><div>Mayor</div></div></td>", "Ann | Mayor"),
    ],
    ids=["full", "empty", "white space", "signs", "corner", "empty at the end", "two blocks", "nested"],
)
def test_rows(cells: str, row: str) -> None:
    tree = split_tree(html.fromstring(f"<html><body><table><tr>{cells}</tr><tr><td>x</td></tr></table></body></html>"))
    segments = [Segment(Label.BODY, block.text, block.xpath, 1.0, "") for block in tree.blocks]
    assert [paragraph.text for paragraph in assemble(tree, segments).paragraphs] == [row, "x"]
