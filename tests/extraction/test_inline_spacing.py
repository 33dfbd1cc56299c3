from __future__ import annotations

import pytest

from crawler.extraction.blocks import split_tree
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import parse


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        ("said <b><a href=/ada>Ada Berg</a></b>, who", "said Ada Berg, who"),
        ("<a href=/ada><span>Ada Berg</span></a>. Then", "Ada Berg. Then"),
        ("the <i><a href=/t>Tide</a></i>’s view", "the Tide’s view"),
        ("un<b><span>believ</span></b>able", "unbelievable"),
        ("<span>T</span>iefgreifend", "Tiefgreifend"),
        ("<b><span>T</span></b>iefgreifend", "Tiefgreifend"),
        ("steel<sup><a href=#n>1</a></sup>, wood", "steel¹, wood"),
        ("<span>Ada</span><span>, who</span>", "Ada, who"),
        ("<a href=/1>One</a><a href=/2>Two</a>", "One Two"),
        ("<b><a href=/1>One</a></b><b><a href=/2>Two</a></b>", "One Two"),
        ("<span><span>3 minutes</span></span>Ada Berg is", "3 minutes Ada Berg is"),
        ("<span><span>Angry</span></span>11 readers", "Angry 11 readers"),
    ],
)
def test_spaces_that_style_sets_and_no_others(markup: str, line: str) -> None:
    tree = split_tree(parse(f"<p>{markup}</p>", DEFAULT_OPTIONS))
    assert [block.text for block in tree.blocks] == [line]
