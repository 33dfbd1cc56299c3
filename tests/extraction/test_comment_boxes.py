"""Comments below the article, in boxes that only their heading tells."""

from __future__ import annotations

import pytest
from lxml import html

from crawler.extraction.blocks import split_tree
from crawler.extraction.comment_boxes import without_comments
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.hints import gather_hints
from crawler.items import Label, Segment

STORY = (
    "<div>" + "<p>The council of the town met for the third time this week and voted on the bridge.</p>" * 4 + "</div>"
)
COMMENT = "I ran over that bridge as a child, and it was closed even then."


def labels_of(body: str) -> dict[str, Label]:
    tree = split_tree(html.document_fromstring(f"<html><body>{body}</body></html>"))
    segments = [Segment(Label.BODY, b.text, b.xpath, 0.9, "") for b in tree.blocks]
    for i, block in enumerate(tree.blocks):
        if block.text.startswith("Kommentare"):
            segments[i] = Segment(Label.COMMENT, block.text, block.xpath, 0.9, "")
    hints = gather_hints(tree, PageEvidence((0.0,) * len(tree.blocks)))
    return {segment.text: segment.label for segment in without_comments(tree, segments, hints)}


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (f"{STORY}<div><div>Kommentare (2)</div><div><b>Anna</b><div>{COMMENT}</div></div></div>", Label.COMMENT),
        (f"<div>Kommentare (2)</div>{STORY}<p>{COMMENT}</p>", Label.BODY),
        (f"{STORY}<div>Kommentare (2)</div><div><p>{COMMENT}</p></div>", Label.BODY),
        (f"{STORY}<div><div>Die Leute hier</div><div>{COMMENT}</div></div>", Label.BODY),
    ],
    ids=["a box", "a link above the article", "no box", "another heading"],
)
def test_what_a_box_of_comments_holds_is_no_text(body: str, label: Label) -> None:
    assert labels_of(body)[COMMENT] is label
