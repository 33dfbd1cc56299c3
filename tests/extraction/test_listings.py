"""Code keeps its lines."""

from __future__ import annotations

import pytest

import crawler
from crawler.extraction.clean_text import clean_code
from crawler.items import Paragraph, ParagraphKind

CODE = "def closed(bridge):\n    if bridge.cracks:\n        return True\n\n    return False"
STORY = "".join(
    f"<p>The bridge over the river was closed on day {n}, said the town, whose engineers found cracks.</p>"
    for n in "1234"
)


def paragraphs(listing: str) -> list[Paragraph]:
    page = f"<html><head><title>Bridge</title></head><body><article><h1>Bridge</h1>{STORY}{listing}{STORY.upper()}"
    return [p for p in crawler.extract(page).paragraphs if p.kind is ParagraphKind.CODE]


@pytest.mark.parametrize(
    "listing",
    [
        f"<pre>{CODE}</pre>",
        f"<pre><code class=language-python>\n{CODE}\n</code></pre>",
        "<pre>" + CODE.replace("\n", "<br>") + "</pre>",
        "<pre>" + CODE.replace("return", "<span class=k>return</span>").replace("    ", "\t") + "</pre>",
        "<pre>" + "\n".join(f"<div>{line}</div>" for line in CODE.split("\n")) + "</pre>",
        f"<pre><pre>{CODE}</pre></pre>",
        f"<pre>{CODE}<script>copy()</script></pre>",
    ],
)
def test_lines_of_a_listing(listing: str) -> None:
    assert [p.text.replace("\n\n", "\n") for p in paragraphs(listing)] == [CODE.replace("\n\n", "\n")]


def test_two_listings_are_two() -> None:
    other = CODE.replace("closed", "open_again").replace("cracks", "beams_are_mended_and_checked")
    assert [p.text for p in paragraphs(f"<pre>{CODE}</pre><pre>{other}</pre>")] == [CODE, other]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\n  a\n    b\r\n\n\n\n  c  \n", "a\n  b\n\nc"),
        ("\ta\u200b\n\t\tb", "a\n    b"),
        ("a\u2028b", "a\nb"),
        (" \n ", ""),
    ],
)
def test_clean_code(text: str, cleaned: str) -> None:
    assert clean_code(text) == cleaned
