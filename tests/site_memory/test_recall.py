"""The memory at work on pages of a small site of our own: what repeats leaves the text, what is the article's stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from crawler.extraction.read_page import read_page
from crawler.items import Label, Page, Record
from crawler.site_memory.memory import SiteMemory, empty_memory, remember
from crawler.site_memory.storage import from_bytes, observation_from_bytes, to_bytes
from tests.site_memory.small_site import FOOTER, PROMOTION, article


def page_of(number: int, memory: SiteMemory | None) -> Page:
    stored = None if memory is None else to_bytes(memory)
    return Page(article(number), url=f"https://site.example/{number}", site_memory=stored)


def learn(numbers: range) -> SiteMemory:
    memory = empty_memory(17)
    for number in numbers:
        record = read_page(page_of(number, memory))
        assert record.site_observation is not None
        observation = observation_from_bytes(record.site_observation)
        memory = remember(memory, replace(observation, lesson=None))  # so that no template answers
    return memory


@pytest.fixture(scope="module")
def memory() -> SiteMemory:
    return learn(range(12))


def labels(record: Record) -> dict[str, Label]:
    return {segment.text: segment.label for segment in record.segments}


def test_an_empty_memory_changes_nothing() -> None:
    alone, first = read_page(page_of(0, None)), read_page(page_of(0, empty_memory(17)))
    assert alone.site_observation is None
    assert first.site_observation is not None
    assert alone.segments == first.segments


def test_what_repeats_is_said(memory: SiteMemory) -> None:
    record = read_page(page_of(40, memory))
    footer = next(segment for segment in record.segments if segment.text == FOOTER)
    assert not footer.label.in_text
    assert "stands on 12 of 12 other pages of this site" in footer.reason


def test_the_article_stays(memory: SiteMemory) -> None:
    alone, known = read_page(page_of(40, None)), read_page(page_of(40, memory))
    own = [text for text, label in labels(alone).items() if label.in_text and text != PROMOTION]
    assert len(own) == 3
    assert all(labels(known)[text].in_text for text in own)


def test_a_page_that_is_in_the_memory_is_judged_by_the_others(memory: SiteMemory) -> None:
    inside, outside = read_page(page_of(3, memory)), read_page(page_of(3, learn(range(12, 23))))
    in_text = [{text: label.in_text for text, label in labels(record).items()} for record in (inside, outside)]
    assert in_text[0] == in_text[1]
    assert any("of 11 other pages" in segment.reason for segment in inside.segments)


def test_a_copy_of_an_article_teaches_nothing(memory: SiteMemory) -> None:
    page = page_of(3, memory)
    copied = Page(page.body, url="https://site.example/print/3", site_memory=page.site_memory)
    record = read_page(copied)
    assert record.site_observation is None
    assert labels(record) == labels(read_page(page))


def test_examples_are_kept_for_people(memory: SiteMemory) -> None:
    assert FOOTER in [example.text for example in memory.examples]
    assert from_bytes(to_bytes(memory)).examples == memory.examples


def test_shares_are_probabilities(memory: SiteMemory) -> None:
    known = memory.counts > 0
    total = memory.sums[known].sum(axis=1) / memory.counts[known]
    assert np.all(total < 1.01)
