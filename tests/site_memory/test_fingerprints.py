from __future__ import annotations

import pytest
from lxml import html

from crawler.extraction.blocks import BlockTree, split_tree
from crawler.site_memory.fingerprints import PagePrints, masked, page_prints, words_of


def prints_of(markup: str, *titles: str) -> tuple[BlockTree, PagePrints]:
    tree = split_tree(html.fromstring(f"<html><body>{markup}</body></html>"))
    return tree, page_prints(tree.blocks, tree.containers, titles, "an article")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Nur noch 12 Tage Rabatt", "Nur noch 3 Tage Rabatt", id="a number"),
        pytest.param("Published on 12 May 2026 by Ann", "Published on 3 June 2025 by Bo Ek", id="date and names"),
        pytest.param("read  also: The Fall Of Rome", "Read also – A Day", id="a headline in capitals"),
    ],
)
def test_near_equal_texts_are_masked_alike(one: str, other: str) -> None:
    assert words_of(one) != words_of(other)
    assert masked(one) == masked(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Berlin", "Paris", id="one name: nothing would be left"),
        pytest.param("Alle Jobs ansehen", "Alle Texte lesen", id="other words"),
        pytest.param("12 Tage", "3 Tage", id="one known word is too few"),
    ],
)
def test_too_little_is_left_to_be_near_equal(one: str, other: str) -> None:
    assert masked(one) != masked(other)


def test_texts_are_equal_over_case_space_and_punctuation() -> None:
    _, prints = prints_of("<p>Alle Jobs  ansehen »</p><div>ALLE JOBS, ansehen</div>")
    assert prints.text[0] == prints.text[1]


def test_a_place_has_no_indices_and_no_numbered_classes() -> None:
    _, prints = prints_of('<div class="post-1"><p>One here</p><p>Two</p></div><div class="post-22"><p>Three</p></div>')
    assert len(set(prints.place.tolist())) == 1


def test_places_differ_by_class_and_by_depth() -> None:
    _, prints = prints_of("<p>One</p><p class='ad'>Two</p><div><p>Three</p></div>")
    assert len(set(prints.place.tolist())) == 3


def test_a_teaser_is_found_under_the_headline_of_its_article() -> None:
    _, prints = prints_of("<h1>Rain in May</h1><p>Another line</p>", "Rain in May!")
    assert prints.headline[0] in prints.headlines
    assert prints.headline[1] not in prints.headlines
