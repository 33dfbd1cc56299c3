"""Text that browsers show and libxml2 by itself loses."""

from __future__ import annotations

import pytest

import crawler
from crawler.extraction.blocks import split_tree
from crawler.extraction.html_standard import without_early_ends
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import parse

STORY = "<h1>Bridge closed</h1>" + "".join(
    f"<p>The bridge over the river was closed on day {n}, said the town, whose engineers found cracks.</p>"
    for n in "1234"
)
HEAD = "<head><title>Bridge closed</title></head>"


@pytest.mark.parametrize(
    "page",
    [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Bridge closed</title><main>{STORY}</main>",
        f"<title>Bridge closed</title><header><a href=/>Valley</a></header><article>{STORY}</article>",
        f"<html>{HEAD}<body><header>Valley</header></body></html><article>{STORY}</article></body></html>",
        f"<html>{HEAD}<body><header>Valley</header></BODY><div>{STORY}</div></html>",
        f"<html>{HEAD}<body><x-page><template shadowrootmode=open>{STORY}</template></x-page></body></html>",
    ],
)
def test_nothing_is_lost(page: str) -> None:
    record = crawler.extract(page)
    assert record.extraction.status == "ok"
    assert record.title == "Bridge closed"
    assert len(record.paragraphs) == 4


def test_order_of_text_that_began_in_the_head() -> None:
    page = "<title>t</title><main><p>One</p></main> two <article>three</article><p>Four</p> five"
    assert [block.text for block in split_tree(parse(page, DEFAULT_OPTIONS)).blocks] == [
        "One", "two", "three", "Four", "five",
    ]  # fmt: skip


def test_a_head_without_text_keeps_what_is_in_it() -> None:
    root = parse(
        f"<html><head><svg><title>x</title></svg><meta name=a></head><body>{STORY}</body></html>", DEFAULT_OPTIONS
    )
    assert [child.tag for child in root.xpath("head/*")] == ["svg", "meta"]


def test_other_templates_stay_hidden() -> None:
    page = f"<html>{HEAD}<body><article>{STORY}</article><template><p>Not shown.</p></template></body></html>"
    assert "Not shown" not in [segment.text for segment in crawler.extract(page).segments]


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        (b"", b""),
        (b"<p>no end", b"<p>no end"),
        (b"<html><body>x</body >\n</html>", b"<html><body>x\n"),
        (b"<BODY>x</BODY></HTML><p>y</p>", b"<BODY>x<p>y</p>"),
        (b"<bodyguard>x</bodyguard>", b"<bodyguard>x</bodyguard>"),
    ],
)
def test_without_early_ends(markup: bytes, kept: bytes) -> None:
    assert without_early_ends(markup) == kept


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>One.</p><svg viewBox='0 0 1 1'><path d=M0><p>Two.</p><p>Three.</p>", ["One.", "Two.", "Three."]),
        ("<p>One.</p><svg><g><path d=M0><div><p>Two.</p></div></g></svg> Tail <p>Three.</p>",
         ["One.", "Two.", "Tail", "Three."]),
        ("<p>One.</p><svg><text>drawn</text><title>a title</title></svg><p>Two.</p>", ["One.", "Two."]),
        ("<p>One.</p><svg><foreignObject><p>in the drawing</p></foreignObject></svg><p>Two.</p>", ["One.", "Two."]),
    ],
    ids=["never closed", "closed late", "a drawing", "html of the drawing"],
)  # fmt: skip
def test_a_drawing_ends_where_browsers_end_it(body: str, text: list[str]) -> None:
    assert [block.text for block in split_tree(parse(f"<body>{body}</body>", DEFAULT_OPTIONS)).blocks] == text
