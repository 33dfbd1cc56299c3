from __future__ import annotations

import numpy as np
import pytest
from lxml import html

from crawler.extraction.blocks import BlockTree, split_tree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.features import PageFeatures, page_features
from crawler.extraction.voice_measures import site_name

LONG = "Die alte Brücke über den Fluss bleibt bis zum Herbst gesperrt, teilte die Stadt am Montag mit, Punkt {}."
PAGE = f"""
<html><body><nav><ul><li><a href="/a">Politik</a></li><li><a href="/b">Sport</a></li></ul></nav>
<div class="story"><h1>Brücke gesperrt</h1><p class="text">{LONG.format(1)}</p><p class="text">{LONG.format(2)}</p>
<div class="offer"><p>Try Bridgely today and see how we can help you!</p></div>
<h2>Umleitung</h2><p class="text">{LONG.format(3)}</p></div>
<footer><p>Impressum</p></footer></body></html>
"""


@pytest.fixture(scope="module")
def page() -> tuple[BlockTree, PageFeatures]:
    tree = split_tree(html.document_fromstring(PAGE))
    return tree, page_features(tree, PageEvidence(url="https://www.bridgely.com/blog/bridge"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("voice.brand", {"Try"}),
        ("voice.reader", {"Try"}),
        ("voice.ours", {"Try"}),
        ("form.within", {"Brücke", "Die", "Try", "Umleitung"}),
        ("form.kind_mass", {"Die"}),
        ("links.call", set()),
    ],
)
def test_blocks_with_a_value(page: tuple[BlockTree, PageFeatures], name: str, expected: set[str]) -> None:
    tree, features = page
    values = features.measures[:, features.columns.index(name)]
    assert {block.text.split()[0] for block in tree.blocks if values[block.index] > 0} == expected


def test_the_branch_is_the_child_of_the_article(page: tuple[BlockTree, PageFeatures]) -> None:
    tree, features = page
    sizes = np.expm1(features.measures[:, features.columns.index("form.branch_size")])
    assert [round(float(sizes[b.index])) for b in tree.blocks if b.text.startswith(("Try", "Umleitung"))] == [1, 1]


def test_a_section_runs_from_heading_to_heading(page: tuple[BlockTree, PageFeatures]) -> None:
    tree, features = page
    boxes = features.boxes
    offer = next(block.index for block in tree.blocks if block.text.startswith("Try"))
    inside = [tree.blocks[i].text.split()[0] for i in range(boxes.section_start[offer], boxes.section_end[offer])]
    assert inside == ["Brücke", "Die", "Die", "Try"]


@pytest.mark.parametrize(
    ("site", "name"),
    [("bridgely.com", "bridgely"), ("l-mag.de", "lmag"), ("taz.de", ""), ("", "")],
)
def test_site_name(site: str, name: str) -> None:
    assert site_name(site) == name
