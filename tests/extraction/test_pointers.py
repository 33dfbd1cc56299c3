"""Lines, lists and teasers that only point to other pages of the site."""

from __future__ import annotations

import pytest
from lxml import html

from crawler.extraction.blocks import split_tree
from crawler.extraction.pointers import find_pointers
from crawler.items import BlockKind, Label, Segment

URL = "https://example.org/news/the-bridge-is-closed-again"
STORY = "<p>The bridge over the river was closed on Monday, said the town.</p>"
ITEMS = "".join(
    f"<li><a href=/news/{n}>{text}</a></li>" for n, text in enumerate(("The ferry is back", "A mayor resigns now"))
)
CARD = "<div class=card><h4><a href=/news/the-depot-could-be-moved>The depot could move</a></h4><p>A summary.</p></div>"


def pointers(body: str) -> list[str]:
    tree = split_tree(html.document_fromstring(f"<html><body>{STORY}{body}{STORY}</body></html>"))
    labels = [Label.RELATED if b.kind is BlockKind.HEADING else Label.BODY for b in tree.blocks]
    segments = [Segment(label, b.text, b.xpath, 0.9, "") for label, b in zip(labels, tree.blocks, strict=True)]
    return [tree.blocks[i].text for i in find_pointers(tree, segments, URL)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p><b>More:</b> <a href=/news/1>The ferry is back again</a></p>", ["More: The ferry is back again"]),
        ("<p>相关：<a href=/news/1>the ferry is back</a></p>", ["相关：the ferry is back"]),
        ("<p>Website: <a href=https://other.org/a>The ferry is back</a></p>", []),
        ("<p>Maker: <a href=/makers/a>Google</a></p>", []),
        ("<p>Infos: <a href=/a>https://example.org/the/long/way</a></p>", []),
        ("<p>The mayor said: <a href=/news/1>the ferry</a> is back.</p>", []),
        (f"<ul>{ITEMS}</ul>", ["The ferry is back", "A mayor resigns now"]),
        (f"<p>These were closed:</p><ul>{ITEMS}</ul>", []),
        (f"<ul>{ITEMS}<li>And so on</li></ul>", []),
        (CARD, ["A summary."]),
        (CARD * 3, []),
    ],
    ids=["label", "chinese", "other site", "product", "address", "sentence", "list", "announced list", "mixed list",
         "teaser", "sections"],
)  # fmt: skip
def test_pointers(body: str, found: list[str]) -> None:
    assert pointers(body) == found
