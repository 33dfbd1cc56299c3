from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.block_model import LABELS, input_columns, linear_scores, network_inputs
from crawler.extraction.blocks import BlockTree, split_text, split_tree
from crawler.extraction.boxes import find_boxes
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.features import PageFeatures, page_features
from crawler.extraction.link_targets import own_site, read_target, site_of
from crawler.extraction.phrasebook import find_phrases
from crawler.extraction.text_shape import NUMBERS, read_shape, read_words
from crawler.extraction.word_units import BUCKET_BITS, buckets_of
from crawler.items import Label

PAGE = """
<html><body>
<nav><ul><li><a href="/politik">Politik</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<article class="story-body">
  <h1>Brücke gesperrt</h1>
  <p>Die alte Brücke über den Fluss bleibt bis zum Herbst gesperrt, teilte die Stadt am Montag mit.</p>
  <p>Der Umbau kostet 4,2 Millionen Euro.</p>
</article>
<aside class="jobBox"><h3>Stellenmarkt</h3>
  <ul><li><a href="https://jobs.example.org/maurer">Maurer (m/w/d)</a></li>
      <li><a href="https://jobs.example.org/lotse">Lotse (m/w/d)</a></li></ul>
</aside>
</body></html>
"""
TITLES = ("Brücke gesperrt",)


def tree_of(markup: str) -> BlockTree:
    return split_tree(html.document_fromstring(markup))


@pytest.fixture
def page() -> tuple[BlockTree, PageFeatures]:
    tree = tree_of(PAGE)
    evidence = PageEvidence((), TITLES, "Die Brücke bleibt gesperrt.", url="https://example.com/a")
    return tree, page_features(tree, evidence)


def column(features: PageFeatures, name: str) -> list[float]:
    values: list[float] = features.measures[:, features.columns.index(name)].tolist()
    return values


def test_one_row_a_block_and_one_name_a_column(page: tuple[BlockTree, PageFeatures]) -> None:
    tree, features = page
    assert features.measures.shape == (len(tree.blocks), len(features.columns))
    assert len(set(features.columns)) == len(features.columns)


def test_input_columns_name_the_inputs(page: tuple[BlockTree, PageFeatures]) -> None:
    _, features = page
    weights = np.zeros((1 << BUCKET_BITS, len(LABELS)), np.float32)
    linear = linear_scores(weights, np.zeros(len(LABELS), np.float32), features.units)
    names = input_columns(features)
    assert network_inputs(features, linear).shape[1] == len(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("title.equal", {"Brücke gesperrt"}),
        ("shape.genders", {"Maurer (m/w/d)", "Lotse (m/w/d)"}),
        ("shape.money", {"Der Umbau"}),
        ("links.foreign", {"Maurer (m/w/d)", "Lotse (m/w/d)"}),
        ("links.own", {"Politik", "Sport"}),
        ("heading.is_one", {"Brücke gesperrt", "Stellenmarkt"}),
        ("area.nav", {"Politik", "Sport"}),
    ],
)
def test_measures(page: tuple[BlockTree, PageFeatures], name: str, expected: set[str]) -> None:
    tree, features = page
    marked = [b.text for b, value in zip(tree.blocks, column(features, name), strict=True) if value > 0]
    assert len(marked) == len(expected)
    assert all(any(text.startswith(start) for start in expected) for text in marked)


def test_box_heading_is_the_nearest_above() -> None:
    tree = tree_of(PAGE)
    boxes = find_boxes(tree)
    headings = {tree.blocks[i].text: tree.blocks[h].text for i, h in enumerate(boxes.heading.tolist()) if h >= 0}
    assert headings["Maurer (m/w/d)"] == "Stellenmarkt"
    assert headings["Der Umbau kostet 4,2 Millionen Euro."] == "Brücke gesperrt"


def test_a_phrase_heads_its_box_without_a_heading_tag() -> None:
    entries = "<div><a>Brücke offen</a></div><div><a>Rathaus zu</a></div>"
    tree = tree_of(f"<p>Ein Absatz.</p><p>Noch einer.</p><p>Und einer.</p><div><div>Meistgelesen</div>{entries}</div>")
    boxes = find_boxes(tree, [find_phrases(block.text) for block in tree.blocks])
    headings = [tree.blocks[h].text if h >= 0 else "" for h in boxes.heading.tolist()]
    assert headings == [*[""] * 4, *["Meistgelesen"] * 2]
    assert set(find_boxes(tree).heading.tolist()) == {-1}


def test_boxes_grow_from_level_to_level() -> None:
    tree = tree_of(PAGE)
    boxes = find_boxes(tree)
    for block in tree.blocks:
        spans = [tuple(int(b[block.index]) for b in boxes.bounds(level)) for level in range(4)]
        for (start, end), (outer_start, outer_end) in pairwise(spans):
            assert outer_start <= start <= block.index < end <= outer_end


def test_scores_of_words_add_up(page: tuple[BlockTree, PageFeatures]) -> None:
    """The linear stage scores a block as the plain sum over its hashed words."""
    tree, features = page
    draw = np.random.default_rng(0)
    weights = draw.standard_normal((1 << BUCKET_BITS, len(LABELS))).astype(np.float32)
    units = features.units
    scores = linear_scores(weights, np.zeros(len(LABELS), np.float32), units)
    for block in tree.blocks:
        members = units.members[units.member_offsets[block.index] : units.member_offsets[block.index + 1]]
        total = np.zeros(len(LABELS))
        for unit in members:
            span = slice(units.offsets[unit], units.offsets[unit + 1])
            total += (weights[units.buckets[span]] * units.values[span, None]).sum(axis=0)
        assert np.allclose(scores.blocks[block.index], total, atol=1e-4)


@given(st.lists(st.text(max_size=80), max_size=12))
def test_any_lines_have_finite_measures(lines: list[str]) -> None:
    tree = split_text("\n".join(lines))
    if tree.blocks:
        features = page_features(tree, PageEvidence((), plain_text=True))
        assert np.isfinite(features.measures).all()
        assert len(features.units.member_offsets) == len(tree.blocks) + 1


@given(st.text(max_size=60), st.integers(0, 17))
def test_buckets_stay_in_the_table(word: str, role: int) -> None:
    codes = read_shape(word).codes if word else ()
    assert all(0 <= bucket < 1 << BUCKET_BITS for bucket in buckets_of(codes, role))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Neue Jobs 2026", ["neue", "jobs", "0000"]),
        ("求人情報", ["求人", "人情", "情報"]),
        ("€ 12", ["€", "00"]),
        ("!!!", ["!", "!", "!"]),
    ],
)
def test_read_words(text: str, words: list[str]) -> None:
    assert read_words(text.lower()) == words


def test_numbers_have_names() -> None:
    assert len(read_shape("Am 3. Mai 2024 um 12:30 Uhr").numbers) == len(NUMBERS)


@pytest.mark.parametrize(
    ("href", "kind", "site", "is_article"),
    [
        ("/politik/die-lange-nacht-der-brueckenbauer", "web", "", True),
        ("https://www.example.co.uk/news/12345678", "web", "example.co.uk", True),
        ("https://shop.example.com/", "web", "example.com", False),
        ("#comments", "anchor", "", False),
        ("mailto:?subject=x", "mail", "", False),
        ("javascript:void(0)", "script", "", False),
        ("http://[broken", "web", "[broken", False),
    ],
)
def test_read_target(href: str, kind: str, site: str, is_article: bool) -> None:
    target = read_target(href)
    assert (target.kind, target.site, target.is_article) == (kind, site, is_article)


@given(st.text(max_size=100))
def test_targets_never_raise(href: str) -> None:
    assert read_target(href).kind in {"web", "anchor", "mail", "script"}


def test_own_site_without_a_url_is_the_one_most_linked() -> None:
    tree = tree_of(
        '<p><a href="https://a.example.org/x">eins</a></p><p><a href="https://b.example.org/">zwei</a></p>'
        '<p><a href="https://other.example/">drei</a></p>'
    )
    assert own_site(tree.blocks, None) == site_of("a.example.org")


def test_labels_of_text_come_first() -> None:
    assert {label for label in LABELS if label.in_text} == set(LABELS[:3])
    assert set(LABELS) == set(Label)
