"""The flow from a page to its record, and what it does to the process that runs it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from crawler.errors import NotHtml
from crawler.flow import record_of, without_collection
from crawler.items import Page, Record

STORY = "The harbour opens again on Monday, the council said, and the ferry will leave at eight in the morning. "
PAGE = f"<body><nav><a href='/'>Home</a></nav><article><h1>Harbour</h1>{f'<p>{STORY * 3}</p>' * 4}</article></body>"


@pytest.fixture
def collector() -> Iterator[None]:
    """Leave the collector as it was found, whatever a test does."""
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


def page(body: bytes = PAGE.encode()) -> Page:
    return Page(body, url="https://news.example/harbour")


def test_a_page_leaves_no_cycles_behind(collector: None) -> None:
    record_of(page())  # what is loaded at first stays
    gc.collect()
    gc.disable()
    record_of(page())
    assert gc.collect() == 0


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_rests_while_a_page_is_read_and_is_then_as_before(collector: None, *, was_on: bool) -> None:
    (gc.enable if was_on else gc.disable)()
    with without_collection():
        assert not gc.isenabled()
    assert gc.isenabled() is was_on


def test_the_collector_is_as_before_after_a_page_that_raises(collector: None) -> None:
    gc.enable()
    with pytest.raises(NotHtml):
        record_of(page(b"%PDF-1.7"))
    assert gc.isenabled()


def test_short_texts_are_equal_under_one_headline_only() -> None:
    """Two cartoons of a paper have one cue to look at them."""

    def made(title: str, text: str) -> Record:
        body = f"<article><h1>{title}</h1><p>{text}</p></article>"
        return record_of(page(f"<html><title>{title}</title><body>{body}</body></html>".encode()))

    cue = "Click through the pictures of the day that our cartoonist has drawn for you this week in town."
    budget, flood = made("The budget", cue), made("The flood", cue)
    assert budget.text == flood.text != ""
    assert budget.text_hash != flood.text_hash
    assert made("The budget", cue).text_hash == budget.text_hash
    assert made("The budget", STORY * 9).text_hash == made("The flood", STORY * 9).text_hash
