from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

import crawler
from crawler.extraction.block_model import (
    LABELS,
    BlockModel,
    load_model,
    model_version,
    read_page_features,
    save_model,
    shipped_model,
)
from crawler.extraction.blocks import BlockTree, split_text, split_tree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.features import page_features
from crawler.extraction.labeller import choose_labels, label_blocks, score_blocks
from crawler.extraction.line_evidence import weigh_lines
from crawler.extraction.phrasebook import find_phrases
from crawler.extraction.reason_case import Case, PageView
from crawler.extraction.reason_words import WORDINGS
from crawler.items import Label, Segment

ARTICLE = [
    "Die Stadtwerke haben am Dienstag ihre Pläne für den Ausbau des Wärmenetzes vorgestellt, das in fünf Jahren die "
    "Hälfte aller Haushalte versorgen soll.",
    "Nach den Worten der Geschäftsführerin sind die ersten Leitungen im Norden schon bestellt, die Bauarbeiten "
    "beginnen im Frühjahr und dauern bis zum Ende des übernächsten Jahres.",
    "Der Gemeinderat muss dem Vorhaben noch zustimmen, die Abstimmung ist für die Sitzung im November geplant, und "
    "mehrere Fraktionen haben bereits Unterstützung angekündigt.",
]
CHAFF = [
    ("Stellenangebote", Label.JOB_LISTING),
    ("Anlagenmechaniker (m/w/d) in Vollzeit", Label.JOB_LISTING),
    ("Elektroniker für Betriebstechnik (w/m/d)", Label.JOB_LISTING),
    ("Jetzt unseren Newsletter abonnieren und keine Nachricht mehr verpassen!", Label.SUBSCRIPTION),
    ("Kommentare werden vor der Freigabe moderiert.", Label.COMMENT_POLICY),
]
PAGE = """
<html lang="de"><body>
<header><nav class="main-menu"><ul><li><a href="/">Start</a></li><li><a href="/lokales">Lokales</a></li>
<li><a href="/sport">Sport</a></li><li><a href="/kultur">Kultur</a></li></ul></nav></header>
<main><article><h1>Wärmenetz wird ausgebaut</h1>{paragraphs}</article>
<section class="related-articles"><h3>Lesen Sie auch</h3><ul>
<li><a href="/lokales/neue-haltestelle-am-markt-eroeffnet">Neue Haltestelle am Markt eröffnet</a></li>
<li><a href="/lokales/freibad-verlaengert-die-saison">Freibad verlängert die Saison</a></li></ul></section>
<section class="newsletter-box"><h3>Newsletter</h3><p>Jeden Morgen das Wichtigste per E-Mail. Jetzt anmelden!</p>
</section></main>
<footer><a href="/impressum">Impressum</a> <a href="/datenschutz">Datenschutz</a></footer>
</body></html>
"""


def page() -> tuple[BlockTree, PageEvidence]:
    markup = PAGE.format(paragraphs="".join(f"<p>{paragraph}</p>" for paragraph in ARTICLE))
    tree = split_tree(html.document_fromstring(markup))
    kept = tuple(float(block.text in ARTICLE) for block in tree.blocks)
    return tree, PageEvidence(kept, ("Wärmenetz wird ausgebaut",), url="https://example.com/lokales/waermenetz")


@pytest.fixture(scope="module")
def segments() -> dict[str, Segment]:
    return {segment.text: segment for segment in label_blocks(*page(), all_reasons=True)}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        *((paragraph, Label.BODY) for paragraph in ARTICLE[1:]),
        ("Wärmenetz wird ausgebaut", Label.TITLE),
        ("Lokales", Label.NAVIGATION),
        ("Lesen Sie auch", Label.RELATED),
        ("Freibad verlängert die Saison", Label.RELATED),
        ("Jeden Morgen das Wichtigste per E-Mail. Jetzt anmelden!", Label.SUBSCRIPTION),
        ("Impressum Datenschutz", Label.LEGAL),
    ],
    ids=lambda value: str(value)[:20],
)
def test_page(segments: dict[str, Segment], text: str, label: Label) -> None:
    assert segments[text].label is label


def test_first_paragraph_is_text(segments: dict[str, Segment]) -> None:
    """Body or lead: without a summary of its own, pages and readers differ."""
    assert segments[ARTICLE[0]].label.in_text


def test_plain_text() -> None:
    text = "\n\n".join([*ARTICLE, *(line for line, _ in CHAFF)])
    found = [s.label for s in label_blocks(split_text(text), PageEvidence((), plain_text=True))]
    assert found[0].in_text
    assert found[1:] == [Label.BODY] * (len(ARTICLE) - 1) + [label for _, label in CHAFF]


def test_one_segment_a_block_in_order() -> None:
    tree, evidence = page()
    found = label_blocks(tree, evidence)
    assert [(s.text, s.xpath) for s in found] == [(b.text, b.xpath) for b in tree.blocks]


def test_same_page_same_segments() -> None:
    assert label_blocks(*page()) == label_blocks(*page())


def test_no_blocks() -> None:
    assert label_blocks(split_text(""), PageEvidence((), plain_text=True)) == ()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=10))
def test_any_lines_are_labelled(lines: list[str]) -> None:
    tree = split_text("\n".join(lines))
    found = label_blocks(tree, PageEvidence((), plain_text=True))
    assert len(found) == len(tree.blocks)
    assert all(0 <= s.score <= 1 and s.reason for s in found)


def test_reasons_are_of_the_block(segments: dict[str, Segment]) -> None:
    reasons = [segment.reason for segment in segments.values()]
    assert all(reasons)
    assert len(set(reasons)) > len(reasons) / 2


def test_reasons_of_what_no_line_holds_are_left_out(segments: dict[str, Segment]) -> None:
    for found in label_blocks(*page()):
        is_written = found.label.is_boilerplate and found.label is not Label.NAVIGATION
        assert found.reason == (segments[found.text].reason if is_written else "")


def test_reason_names_evidence_that_is_there(segments: dict[str, Segment]) -> None:
    assert "headline" in segments["Wärmenetz wird ausgebaut"].reason
    assert all("m/w/d" not in segment.reason for segment in segments.values())


@pytest.mark.parametrize(
    ("href", "words"),
    [
        ("http://shop[@news.example/", "links to a broken address"),
        ("http://news.example/a/b", "links to “/a/b” on its own site"),
        ("http://news.example/", "links to the home page"),
        ("http://other.example/", "links to other.example"),
    ],
)
def test_what_a_link_leads_to(href: str, words: str) -> None:
    tree = split_tree(html.document_fromstring(f'<p><a href="{href}">More</a></p>'))
    evidence, model = PageEvidence((0.0,), url="https://news.example/story"), shipped_model("page")
    features = page_features(tree, evidence)
    view = PageView(tree, evidence, features, model, read_page_features(model, features))
    assert WORDINGS["links"](Case(view, tree.blocks[0], 0)) == words


@pytest.mark.parametrize(
    ("shares", "kept", "label"),
    [
        ({Label.BODY: 0.6, Label.NAVIGATION: 0.4}, (), Label.BODY),
        ({Label.BODY: 0.28, Label.SUBHEADING: 0.26, Label.NAVIGATION: 0.46}, (), Label.BODY),
        ({Label.BODY: 0.38, Label.RELATED: 0.32, Label.ADVERTISEMENT: 0.3}, (), Label.RELATED),
        ({Label.BODY: 0.1, Label.RELATED: 0.9}, (1.0,), Label.RELATED),
    ],
    ids=["likeliest", "text together", "rest together", "surely no text"],
)
def test_choose_labels(shares: dict[Label, float], kept: tuple[float, ...], label: Label) -> None:
    row = np.array([[shares.get(name, 0.0) for name in LABELS]], np.float32)
    tree = split_text(ARTICLE[0])
    assert LABELS[int(choose_labels(row, tree, PageEvidence(kept))[0])] is label


def test_the_main_content_counts_where_too_little_of_it_is_left() -> None:
    doubtful = {Label.BODY: 0.3, Label.RELATED: 0.7}
    rows = np.array([[doubtful.get(name, 0.0) for name in LABELS]] * len(ARTICLE), np.float32)
    tree = split_text("\n".join(ARTICLE))
    assert not choose_labels(rows, tree, PageEvidence((1.0,) * len(ARTICLE))).any()
    assert choose_labels(rows, tree, PageEvidence((0.0,) * len(ARTICLE))).all()


def test_what_is_surely_a_comment_does_not_become_text_for_the_main_content() -> None:
    tree = split_text("\n\n".join(ARTICLE))
    rows = np.zeros((len(ARTICLE), len(LABELS)), np.float32)
    rows[:, LABELS.index(Label.BODY)] = 0.3
    rows[:, LABELS.index(Label.COMMENT)] = 0.7
    chosen = choose_labels(rows, tree, PageEvidence((1.0,) * len(ARTICLE)))
    assert {LABELS[number] for number in chosen} == {Label.COMMENT}


def test_the_version_is_of_the_files() -> None:
    version = model_version()
    assert version.startswith("blocks-")
    assert len(version) == len("blocks-") + 8
    assert crawler.extract_text(ARTICLE[0]).extraction.versions["model"] == version


def test_a_line_that_speaks_for_itself_stands_out_of_its_list() -> None:
    lines = ["- Stellenangebote", "- Neues Buch über Brücken", "- Ein Buch über Tunnel", "Ende"]
    tree = split_text("\n".join(lines))
    phrases = [find_phrases(line) for line in lines]
    even = np.full((len(lines), len(LABELS)), 1 / len(LABELS), np.float32)
    weighed = weigh_lines(even, tree, phrases)
    assert LABELS[int(weighed[0].argmax())] is Label.JOB_LISTING
    assert np.allclose(weighed.sum(axis=1), 1, atol=1e-4)


@pytest.mark.parametrize("name", ["page", "text"])
def test_shipped_model(name: str) -> None:
    model = shipped_model(name)
    assert model.linear.shape[1] == model.output.shape[1] == len(LABELS)
    assert all(np.isfinite(array).all() for array in (model.linear, model.hidden, model.scale))
    assert (model.scale > 0).all()


def test_model_files_are_small_and_described() -> None:
    folder = files("crawler.extraction") / "model"
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    sizes = [len((folder / card[name]["file"]).read_bytes()) for name in ("page", "text")]
    assert all(size <= 2_000_000 for size in sizes)
    assert sizes == [card[name]["bytes"] for name in ("page", "text")]
    assert all(card[name]["out_of_fold"]["typed"]["calibration_error"] <= 0.05 for name in ("page", "text"))


def test_saved_model_reads_back(tmp_path: Path) -> None:
    model = shipped_model("text")
    save_model(model, tmp_path / "copy.npz")
    again = load_model(tmp_path / "copy.npz")
    assert np.abs(again.linear - model.linear).max() <= np.abs(model.linear).max() / 100
    assert again.temperature == pytest.approx(model.temperature)


def test_another_model_can_be_given() -> None:
    tree, evidence = page()
    model: BlockModel = shipped_model("page")
    certain = replace(model, output=np.zeros_like(model.output), output_bias=_only(Label.OTHER))
    assert {segment.label for segment in label_blocks(tree, evidence, score_blocks(tree, evidence, certain))} == {
        Label.OTHER
    }


def _only(label: Label) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.array([9.0 if name is label else 0.0 for name in LABELS], np.float32)
