"""The rules after the model: markers, tables, tables of contents."""

from __future__ import annotations

import pytest
from lxml import html

from crawler.extraction.blocks import BlockTree, split_tree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.hints import NO_HINTS, gather_hints
from crawler.extraction.sieve import sift_lines, sift_page
from crawler.items import Label, Segment

PARAGRAPH = (
    "Die alte Brücke über den Fluss bleibt nach den Worten der Stadt noch bis zum Herbst gesperrt, weil die Fachleute "
    "an den Pfeilern mehr Schäden gefunden haben als im Frühjahr vermutet worden war."
)


def sifted(markup: str, labels: dict[str, tuple[Label, float]]) -> dict[str, Label]:
    tree: BlockTree = split_tree(html.document_fromstring(f"<html><body>{markup}</body></html>"))
    body = (Label.BODY, 0.9)
    segments = [
        Segment(labels.get(b.text, body)[0], b.text, b.xpath, labels.get(b.text, body)[1], "") for b in tree.blocks
    ]
    found = sift_page(tree, segments, gather_hints(tree, PageEvidence((0.0,) * len(tree.blocks))))
    return {segment.text: segment.label for segment in found}


def test_a_paragraph_between_markers_goes_on() -> None:
    found = sifted(f"<div><p>Anzeige</p><p>{PARAGRAPH}</p><p>Anzeige</p></div>", {})
    assert found[PARAGRAPH] is Label.BODY
    assert found["Anzeige"] is Label.ADVERTISEMENT


def test_what_is_short_under_a_marker_is_the_advertisement() -> None:
    found = sifted(f"<p>{PARAGRAPH}</p><div><p>Anzeige</p><p>Drei Nächte am See</p></div>", {})
    assert found["Drei Nächte am See"] is Label.ADVERTISEMENT


@pytest.mark.parametrize("marker", ["<div><span>Anzeige</span></div>", "<p>Anzeige</p>"])
def test_an_empty_slot_among_the_paragraphs_takes_nothing(marker: str) -> None:
    found = sifted(f"<div><p>{PARAGRAPH}</p>{marker}<h2>Das Land zahlt</h2><p>Die Hälfte trägt es.</p></div>", {})
    assert found["Das Land zahlt"] is Label.BODY
    assert found["Die Hälfte trägt es."] is Label.BODY


@pytest.mark.parametrize(
    ("markup", "score", "label"),
    [
        (f"<p>Newsletter</p><p>{PARAGRAPH}</p>", 0.6, Label.SUBSCRIPTION),
        (f"<p>Newsletter</p><p>{PARAGRAPH}</p>", 0.95, Label.BODY),
        ("<h3>Newsletter</h3><p>Täglich</p>", 0.6, Label.SUBSCRIPTION),
        (f"<h3>Newsletter</h3><p>{PARAGRAPH}</p>", 0.6, Label.BODY),
    ],
    ids=["doubtful", "sure", "above chaff", "above text"],
)
def test_a_block_that_says_one_phrase_and_no_more(markup: str, score: float, label: Label) -> None:
    labels = {"Newsletter": (Label.BODY, score), "Täglich": (Label.OTHER, 0.9)}
    assert sifted(f"<p>{PARAGRAPH}</p>{markup}", labels)["Newsletter"] is label


@pytest.mark.parametrize(
    ("line", "score", "label"),
    [
        ("Dieses Video kann nicht abgespielt werden", 0.98, Label.OTHER),
        (f"{PARAGRAPH} Erst dann war der Fehler gefunden.", 0.6, Label.BODY),
        ("Wir verwenden Cookies, um diese Seite zu verbessern.", 0.6, Label.LEGAL),
        ("Wir verwenden Cookies, um diese Seite zu verbessern.", 0.95, Label.BODY),
    ],
)
def test_what_phrases_overrule(line: str, score: float, label: Label) -> None:
    assert sifted(f"<p>{PARAGRAPH}</p><p>{line}</p>", {line: (Label.BODY, score)})[line] is label


@pytest.mark.parametrize(
    ("href", "label"),
    [("#umleitung", Label.NAVIGATION), ("/umleitung", Label.BODY), ("#", Label.BODY)],
)
def test_entries_of_a_table_of_contents(href: str, label: Label) -> None:
    found = sifted(f'<ul><li><a href="{href}">Umleitung</a></li></ul><p>{PARAGRAPH}</p>', {})
    assert found["Umleitung"] is label


TABLE = (
    "<p>Erstens: {0}</p>"
    "<table><tr><td>Pros</td><td>Breit</td></tr><tr><td>Cons</td><td>Teuer</td></tr></table>"
    "<p>{0}</p>"
)


@pytest.mark.parametrize(
    ("label", "score", "kept"),
    [(Label.OTHER, 0.9, True), (Label.ADVERTISEMENT, 0.3, True), (Label.ADVERTISEMENT, 0.9, False)],
    ids=["other", "in doubt", "sure"],
)
def test_a_table_within_the_article_is_text_whole(label: Label, score: float, kept: bool) -> None:
    found = sifted(TABLE.format(PARAGRAPH), {"Pros": (label, score), "Breit": (label, score)})
    assert (found["Pros"] is Label.BODY) is kept


def teaser(number: int, href: str) -> str:
    headline = f'<h2><a href="{href}">Neue Nachricht über die alte Brücke {number}</a></h2>'
    return f'<article class="teaser">{headline}<p>Nummer {number}: {PARAGRAPH}</p></article>'


@pytest.mark.parametrize(
    ("count", "href", "around", "label"),
    [
        (3, "/lokales/neue-nachricht-ueber-die-bruecke", f"<p>{PARAGRAPH}</p>" * 9, Label.RELATED),
        (2, "/lokales/neue-nachricht-ueber-die-bruecke", f"<p>{PARAGRAPH}</p>" * 9, Label.BODY),
        (2, "/lokales/neue-nachricht-ueber-die-bruecke", "", Label.RELATED),
        (3, "https://shop.example.net/das-beste-fahrrad-der-stadt", f"<p>{PARAGRAPH}</p>" * 9, Label.BODY),
        (3, "/lokales", f"<p>{PARAGRAPH}</p>" * 9, Label.BODY),
    ],
    ids=["three", "two in an article", "two alone", "other site", "no article"],
)
def test_teasers(count: int, href: str, around: str, label: Label) -> None:
    menu = '<ul><li><a href="https://example.com/a">A</a></li><li><a href="https://example.com/b">B</a></li></ul>' * 3
    found = sifted(menu + around + "".join(teaser(n, href) for n in range(count)), {})
    assert found[f"Nummer 0: {PARAGRAPH}"] is label


@pytest.mark.parametrize(("score", "label"), [(0.85, Label.BODY), (0.6, Label.OTHER)])
def test_a_line_of_text_alone_among_chaff_stays_where_the_model_is_sure(score: float, label: Label) -> None:
    chaff = [Segment(Label.RELATED, "Mehr zum Thema", f"line[{n}]", 0.9, "") for n in range(6)]
    line = Segment(Label.BODY, PARAGRAPH, "line[7]", score, "")
    found = sift_lines([*chaff[:3], line, *chaff[3:]], [NO_HINTS] * 7)
    assert found[3].label is label
    assert [segment.label for segment in found[:3]] == [Label.RELATED] * 3
