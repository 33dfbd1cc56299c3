"""Elements that HTML does not know are parts of a line where words stand beside them."""

from __future__ import annotations

import pytest
from lxml import html

from crawler.extraction.blocks import split_tree


@pytest.mark.parametrize(
    ("markup", "texts"),
    [
        (
            "<p>The <glossary-term>European Bank</glossary-term> said that <x-tip><b>rates</b></x-tip> would stay.</p>",
            ["The European Bank said that rates would stay."],
        ),
        ("<p>In <st1:place>Bern</st1:place>, on Monday.</p>", ["In Bern, on Monday."]),
        ("<p><x-drop>T</x-drop>he bridge is closed.</p>", ["The bridge is closed."]),
        ("<x-page><x-box>One.</x-box><x-box>Two.</x-box></x-page>", ["One.", "Two."]),
        ("<div>Words <x-box><p>One.</p><p>Two.</p></x-box></div>", ["Words", "One.", "Two."]),
        ("<div>Words<section>One.</section></div>", ["Words", "One."]),
    ],
    ids=["within a sentence", "smart tag", "first letter", "boxes", "a box with blocks", "a known block"],
)
def test_unknown_elements(markup: str, texts: list[str]) -> None:
    tree = split_tree(html.fromstring(f"<html><body>{markup}</body></html>"))
    assert [block.text for block in tree.blocks] == texts
