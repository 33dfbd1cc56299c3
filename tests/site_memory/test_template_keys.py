"""By which rows of a template a block is known: its text at its place, its text, its place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crawler.items import Block, BlockKind, Label
from crawler.site_memory.fingerprints import PagePrints, fingerprint
from crawler.site_memory.lessons import Lesson, Outcome, lesson_rows, teach
from crawler.site_memory.template import Template, answer, block_keys, empty_template

LABELS = list(Label)
MENU, TEASERS, TITLE, OPEN = "nav li", "aside h3", "article h1", "main div"

Stand = tuple[str, str, Label]
"""A text, its place, and what it is."""


def numbers(kind: str, values: list[str]) -> NDArray[np.uint64]:
    return np.array([fingerprint(kind, value) for value in values], np.uint64)


def prints_of(stands: list[Stand], headline: str = "") -> PagePrints:
    texts, places = [text for text, _, _ in stands], [place for _, place, _ in stands]
    of_headlines = numbers("headline", [headline] if headline else [])
    text, place = numbers("text", texts), numbers("place", places)
    return PagePrints(text, text, place, numbers("headline", texts), of_headlines, 1, np.ones(len(texts), np.int64))


def blocks_of(stands: list[Stand]) -> list[Block]:
    return [Block(i, text, "/p", BlockKind.PARAGRAPH, "p", 0) for i, (text, _, _) in enumerate(stands)]


def taught(pages: int, stands: list[Stand], repeats: list[bool], headline: str = "") -> Template:
    template = empty_template(len(LABELS))
    found = np.array([LABELS.index(label) for _, _, label in stands])
    keys = block_keys(prints_of(stands, headline), blocks_of(stands), np.array(repeats))
    rows = lesson_rows(*keys.taught(found), len(LABELS))
    for _ in range(pages):
        template = teach(template, Lesson(Outcome.DOUBTFUL, False, *rows, 0.9, "2026-11-22"))
    return template


def answered(template: Template, stands: list[Stand], repeats: list[bool], headline: str = "") -> list[Label | None]:
    blocks = blocks_of(stands)
    keys = block_keys(prints_of(stands, headline), blocks, np.array(repeats))
    found = answer(template, keys, blocks).labels.tolist()
    return [LABELS[number] if number >= 0 else None for number in found]


def test_a_word_of_the_menu_that_heads_teasers_too_is_known_at_both_places() -> None:
    stands = [("Kultur", MENU, Label.NAVIGATION), ("Kultur", TEASERS, Label.RELATED)]
    template = taught(3, stands, [True, True])
    assert answered(template, stands, [True, True]) == [Label.NAVIGATION, Label.RELATED]
    assert answered(template, stands[::-1], [True, True]) == [Label.RELATED, Label.NAVIGATION]


def test_a_repeating_text_at_a_new_place_is_known_by_itself() -> None:
    template = taught(1, [("Jetzt spenden", TEASERS, Label.ADVERTISEMENT)], [True])
    assert answered(template, [("Jetzt spenden", OPEN, Label.BODY)], [True]) == [Label.ADVERTISEMENT]


def test_a_headline_is_known_by_its_place_though_teasers_elsewhere_say_it() -> None:
    teaser = [("Der Deich hält", TEASERS, Label.RELATED)]
    headline = [("Die Ernte beginnt", TITLE, Label.TITLE)]
    template = taught(3, teaser + headline, [True, False], "Die Ernte beginnt")
    own = [("Der Deich hält", TITLE, Label.TITLE), ("Die Ernte beginnt", TEASERS, Label.RELATED)]
    assert answered(template, own, [True, True], "Der Deich hält")[0] is Label.TITLE


def test_what_a_repeating_text_was_taken_for_does_not_count_for_its_place() -> None:
    stands = [("Unser Buch zum Hafen", OPEN, Label.ADVERTISEMENT), ("Am Morgen fällt Regen", OPEN, Label.BODY)]
    template = taught(3, stands, [True, False])
    fresh = [("Unser Buch zum Hafen", OPEN, Label.BODY), ("Am Abend bleibt es still", OPEN, Label.BODY)]
    assert answered(template, fresh, [True, False]) == [Label.ADVERTISEMENT, Label.BODY]
