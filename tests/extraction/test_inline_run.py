"""Lines within a run of text: those that are blocks of their own, raised figures, quotations, formulas."""

from __future__ import annotations

import pytest

from crawler.extraction.blocks import split_tree
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import parse

LINKS = '<a href="/1">The bridge</a><br><a href="/2">The ferry</a>'


def texts(body: str) -> list[str]:
    return [block.text for block in split_tree(parse(f"<html><body>{body}</body></html>", DEFAULT_OPTIONS)).blocks]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<p>The council met.<br>{LINKS}<br>It voted.<br>Twice.</p>",
         ["The council met.", "The bridge", "The ferry", "It voted. Twice."]),
        ("<p><b>A vote</b><br>The council met.<br>It voted.</p>", ["A vote", "The council met. It voted."]),
        ("<p><b>A poem<br>in two lines</b></p>", ["A poem in two lines"]),
        ("<p><b>A poem</b><br><b>in two lines</b><br>Then prose.</p>", ["A poem in two lines", "Then prose."]),
        ("<a href=/1>A headline<br>in two lines</a>", ["A headline in two lines"]),
        ("<h1><b>A headline</b><br>and what is under it</h1>", ["A headline and what is under it"]),
        ("<p>Read <a href=/1>this</a><br>and <b>that</b></p>", ["Read this and that"]),
        (f"<p>Text<br>{LINKS}</p>", ["Text", "The bridge", "The ferry"]),
    ],
    ids=["links", "bold", "one bold", "bold lines", "one link", "heading", "parts of lines", "at the end"],
)  # fmt: skip
def test_lines_that_are_blocks_of_their_own(body: str, expected: list[str]) -> None:
    assert texts(body) == expected


def test_each_line_keeps_its_own_links() -> None:
    blocks = split_tree(parse(f"<body><p>Text.<br>{LINKS}</p></body>", DEFAULT_OPTIONS)).blocks
    assert [(block.hrefs, block.linked_chars) for block in blocks] == [((), 0), (("/1",), 10), (("/2",), 9)]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("It rose to 45<sup><a href=#n3>3</a></sup> in 2019<sup>1</sup>.", "It rose to 45³ in 2019¹."),
        ("10<sup>6</sup> m<sup>2</sup>, 10<sup>-3</sup>", "10⁶ m², 10⁻³"),
        ("the 1<sup>st</sup> and H<sub>2</sub>O", "the 1st and H2O"),
        ("She said: <q>I took <b>it</b></q>.", "She said: “I took it”."),
        ("She said: <q>“I took it”</q>.", "She said: “I took it”."),
        ("<span>W</span><span>hen it</span> rained", "When it rained"),
        ("<span>A</span><span>B</span>", "A B"),
        ("that <math><semantics><mi>E</mi><mo>=</mo><mi>m</mi><annotation>E=m</annotation></semantics></math> holds",
         "that E=m holds"),
        ('that <math alttext="E = m"><mi>E</mi></math> holds', "that E = m holds"),
    ],
    ids=["notes", "powers", "letters", "quoted", "quoted by hand", "initial", "no initial", "formula", "named formula"],
)  # fmt: skip
def test_signs_within_a_line(body: str, text: str) -> None:
    assert texts(f"<p>{body}</p>") == [text]
