"""The phrase files that ship, and what a wrong one is refused for."""

from __future__ import annotations

import re

import pytest

from crawler.extraction.phrase_files import Phrase, parse_phrases, phrase_languages, read_phrases
from crawler.items import Label

BOXES = {Label.ADVERTISEMENT, Label.JOB_LISTING, Label.COMMENT_POLICY, Label.SUBSCRIPTION}
LANGUAGES = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv nl no pl pt ro ru sk sl sr sv th tr uk "
    "vi zh"
).split()


def test_every_promised_language_has_a_file() -> None:
    assert set(phrase_languages()) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_says_nothing_twice(language: str) -> None:
    phrases = read_phrases(language)
    assert sorted(p.text for p in phrases if phrases.count(p) > 1) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_covers_the_boxes_of_a_news_page(language: str) -> None:
    certain = {phrase.label for phrase in read_phrases(language) if phrase.strength != "weak"}
    assert certain >= {*BOXES, Label.COMMENT, Label.RELATED, Label.SHARING, Label.LEGAL, Label.NAVIGATION}


def test_no_phrase_is_strong_for_two_labels() -> None:
    labels: dict[str, set[Label]] = {}
    for language in phrase_languages():
        for phrase in read_phrases(language):
            if phrase.strength == "strong":
                labels.setdefault(phrase.text, set()).add(phrase.label)
    assert {text: found for text, found in labels.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param('[legal]\nweak = ["x"]', "`language` is not 'de'", id="no language"),
        pytest.param('language = "en"', "`language` is not 'de'", id="another language"),
        pytest.param('language = "de"\n[imprint]\nweak = ["x"]', "'imprint' is not the table", id="label"),
        pytest.param('language = "de"\nlegal = ["x"]', "'legal' is not the table", id="list for table"),
        pytest.param('language = "de"\n[legal]\nsure = ["x"]', "no strength 'sure'", id="strength"),
        pytest.param('language = "de"\n[legal]\nweak = "x"', "legal.weak is not a list", id="text for list"),
        pytest.param('language = "de"\n[legal]\nweak = [1]', "legal.weak is not a list", id="number"),
        pytest.param('language = "de"\n[legal]\nweak = ["?!"]', "has no word", id="no word"),
        pytest.param('language = "de"\n[legal]\nweak = ["* x"]', "has no word to begin", id="star first"),
        pytest.param('language = "de"\n[legal]\nweak = ["x *"]', "or to end with", id="star last"),
        pytest.param('language = "de"\n[legal]\nweak = ["x * * y"]', "has no word", id="two stars"),
        pytest.param('language = "de"\n[legal]\nweak = ["x*y"]', "inside a word", id="star in a word"),
        pytest.param('language = "de"\n[legal]\nweak = ["ab~"]', "after three letters", id="short stem"),
        pytest.param('language = "de"\n[legal]\nweak = ["abc~d"]', "after three letters", id="tilde inside"),
    ],
)
def test_a_wrong_file_is_refused_by_name(source: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as refusal:
        parse_phrases(source, "de")
    assert "de.toml" in str(refusal.value)


def test_a_file_is_read_in_its_order() -> None:
    source = 'language = "de"\n[legal]\nweak = ["Größe  X", "aaa~"]\n[comment]\nstrong = ["É"]'
    assert parse_phrases(source, "de") == (
        Phrase(Label.LEGAL, "weak", "große x"),
        Phrase(Label.LEGAL, "weak", "aaa~"),
        Phrase(Label.COMMENT, "strong", "e"),
    )
