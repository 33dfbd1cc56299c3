"""Plain text of the seed's shape, in words of our own: an article, then a publisher's chaff as if it were text."""

from __future__ import annotations

import pytest

import crawler
from crawler.items import Label, Status

BODY = (
    "Die Stadtwerke von Lindau am Moor wollen ihre alte Pumpstation am Hafen bis zum Frühjahr erneuern. Das teilte "
    "der Verwaltungsrat nach seiner Sitzung am Dienstagabend mit.",
    "Die Station aus den sechziger Jahren fördert täglich rund vier Millionen Liter Wasser. In den vergangenen zwei "
    "Wintern fielen dort mehrfach die Motoren aus, weil Ersatzteile nicht mehr zu bekommen waren.",
    "Für den Neubau rechnen die Stadtwerke mit Kosten von knapp drei Millionen Euro. Einen Teil davon trägt das Land, "
    "über den Rest muss der Stadtrat im Januar entscheiden.",
    "Während der Arbeiten soll eine bewegliche Anlage die Versorgung sichern. Anwohner der Uferstraße müssen nach "
    "Angaben des Betriebsleiters an höchstens drei Tagen mit niedrigem Druck rechnen.",
)
CHAFF = (
    ("- Unsere Buchtipps zum Thema Wasser!", Label.ADVERTISEMENT),
    ("- Jeden Morgen kostenlos per E-Mail: unser Newsletter!", Label.SUBSCRIPTION),
    ("- Zur Startseite mit allen Nachrichten!", Label.NAVIGATION),
    ("Stellenangebote", Label.JOB_LISTING),
    ("Anlagenmechaniker für Rohrnetze (m/w/d)", Label.JOB_LISTING),
    ("Werkstudent Vermessung (m/w/d)", Label.JOB_LISTING),
    ("Bauleiterin oder Bauleiter im Tiefbau, unbefristet", Label.JOB_LISTING),
    ("Was meinen Sie dazu? Schreiben Sie einen Kommentar!", Label.COMMENT_POLICY),
    ("Alle Kommentare werden vor der Veröffentlichung geprüft.", Label.COMMENT_POLICY),
    ("Wir behalten uns vor, beleidigende Kommentare zu löschen.", Label.COMMENT_POLICY),
    ("Keine Nachricht mehr verpassen?", Label.SUBSCRIPTION),
    ("Abonnieren Sie unseren RSS-Feed oder folgen Sie uns bei Google News.", Label.SUBSCRIPTION),
)


def test_the_chaff_under_an_article() -> None:
    record = crawler.extract_text("\n\n".join([*BODY, *(line for line, _ in CHAFF)]))
    assert record.text.split("\n\n") == list(BODY)
    assert [(s.text, s.label) for s in record.segments[len(BODY) :]] == list(CHAFF)
    assert record.language == "de"
    assert record.extraction.status is Status.OK
    assert [entry["text"] for entry in record.to_dict()["boilerplate"]] == [line for line, _ in CHAFF]


def test_every_chaff_line_says_why() -> None:
    record = crawler.extract_text("\n".join([*BODY, *(line for line, _ in CHAFF)]))
    reasons = [s.reason for s in record.segments[len(BODY) :]]
    assert all(reasons)
    assert len(set(reasons)) > len(reasons) / 2


def test_an_article_about_the_chaff_is_kept() -> None:
    paragraphs = (
        "Der Verlag verschickt seinen Newsletter künftig zweimal am Tag, sagte die Chefredakteurin am Montag vor den "
        "Beschäftigten in der Kantine des Hauses.",
        "Die Zahl der Stellenanzeigen sei im vergangenen Jahr um ein Drittel gesunken, die der Abonnements dagegen "
        "leicht gestiegen, heißt es im Bericht der Geschäftsführung.",
        "Kommentare unter den Artikeln sollen nur noch werktags moderiert werden, weil die Redaktion am Wochenende "
        "zu klein besetzt ist, um alle Beiträge rechtzeitig zu prüfen.",
    )
    assert crawler.extract_text("\n".join(paragraphs)).text.split("\n\n") == list(paragraphs)


@pytest.mark.parametrize(("text", "status"), [("", Status.EMPTY), ("\n \n", Status.EMPTY), ("Hm.", Status.NOT_ARTICLE)])
def test_nothing_to_read(text: str, status: Status) -> None:
    assert crawler.extract_text(text).extraction.status is status


@pytest.mark.parametrize(("given", "kept"), [("\ud83d\ude00", "😀"), ("\ud83d", ""), ("😀", "😀")])
def test_surrogates_of_a_string_are_joined_or_go(given: str, kept: str) -> None:
    sentence = (
        "The council voted on Tuesday to build a new bridge{} over the river, after years of long debate about it."
    )
    assert crawler.extract(f"<p>{sentence.format(given)}</p>").text == sentence.format(kept)
    (segment,) = crawler.extract_text(sentence.format(given)).segments
    assert segment.text == sentence.format(kept)
