"""A template at work on a small site: it answers what it knows, learns what it does not, and notices a change."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from crawler.extraction.read_page import read_page
from crawler.items import BY_TEMPLATE, Label, Page, Record
from crawler.site_memory.learned import learned_of
from crawler.site_memory.lessons import CHECKED, TRUSTED_AFTER, Lesson, Outcome, is_checked, is_trusted, teach
from crawler.site_memory.memory import SiteMemory, empty_memory, remember
from crawler.site_memory.storage import from_bytes, observation_from_bytes, to_bytes
from crawler.site_memory.template import Template, empty_template
from tests.site_memory.small_site import FOOTER, sentence

LABELS = 17
PROMPT = "Jetzt den Newsletter abonnieren"
NEW_DESIGN = (b"<article>", b"<main class='story'><section>", b"</article>", b"</section></main>")


def article(number: int) -> bytes:
    draw = random.Random(number)
    title = sentence(draw, 5)[:-1]
    body = "".join(f"<p>{sentence(draw, 16)} {sentence(draw, 14)}</p>" for _ in range(4))
    return (
        f"<html><head><title>{title}</title></head><body><nav><a href='/'>Start</a> <a href='/orte'>Orte</a></nav>"
        f"<article><h1>{title}</h1>{body}<aside class='newsletter'><p><a href='/brief'>{PROMPT}</a></p></aside>"
        f"</article><footer><p>{FOOTER}</p></footer></body></html>"
    ).encode()


def page_of(number: int, memory: SiteMemory, body: bytes | None = None) -> Page:
    stored, url = to_bytes(memory), f"https://site.example/{number}"
    return Page(body or article(number), url=url, fetched_at="2026-11-22T08:00:00Z", site_memory=stored)


def redesigned(number: int) -> bytes:
    old_open, new_open, old_close, new_close = NEW_DESIGN
    return article(number).replace(old_open, new_open).replace(old_close, new_close)


def after(memory: SiteMemory, record: Record) -> SiteMemory:
    if record.site_observation is None:
        return memory
    return remember(memory, observation_from_bytes(record.site_observation))


def learn(memory: SiteMemory, numbers: range) -> tuple[SiteMemory, list[Record]]:
    records = []
    for number in numbers:
        records.append(read_page(page_of(number, memory)))
        memory = after(memory, records[-1])
    return memory, records


@pytest.fixture(scope="module")
def crawled() -> tuple[SiteMemory, list[Record]]:
    return learn(empty_memory(LABELS), range(40))


@pytest.fixture(scope="module")
def memory(crawled: tuple[SiteMemory, list[Record]]) -> SiteMemory:
    return crawled[0]


def by_template(records: list[Record]) -> list[Record]:
    return [record for record in records if record.extraction.method == BY_TEMPLATE]


def unchecked(memory: SiteMemory, start: int) -> int:
    """Return the first number from `start` whose page is not one of those that are checked."""
    return next(n for n in range(start, start + 50) if read_page(page_of(n, memory)).extraction.method == BY_TEMPLATE)


def test_the_first_pages_are_read_in_full_then_most_are_not(crawled: tuple[SiteMemory, list[Record]]) -> None:
    memory, records = crawled
    assert is_trusted(memory.template)
    assert by_template(records[: TRUSTED_AFTER + 4]) == []
    assert len(by_template(records[-20:])) >= 14


def test_an_answer_is_what_reading_in_full_gives(memory: SiteMemory) -> None:
    number = unchecked(memory, 60)
    answered = read_page(page_of(number, memory))
    in_full = read_page(replace(page_of(number, memory), site_memory=to_bytes(untrusted(memory))))
    assert in_full.extraction.method == "blocks"
    assert answered.text == in_full.text
    assert answered.title == in_full.title
    assert PROMPT not in answered.text


def untrusted(memory: SiteMemory) -> SiteMemory:
    return replace(memory, template=replace(memory.template, agreed=0))


def test_every_block_says_why(memory: SiteMemory) -> None:
    record = read_page(page_of(unchecked(memory, 60), memory))
    reasons = {segment.text: segment.reason for segment in record.segments}
    assert "other pages of this site" in reasons[FOOTER]
    assert all(reasons.values())
    assert record.extraction.quality is not None


def test_a_page_with_something_at_a_new_place_is_read_in_full(memory: SiteMemory) -> None:
    number = unchecked(memory, 60)
    cell = b"<table><tr><td>" + b"A cell that no page of the site had so far. " * 3 + b"</td></tr></table></article>"
    body = article(number).replace(b"</article>", cell)
    record = read_page(page_of(number, memory, body))
    assert record.extraction.method.startswith("blocks")


def test_a_page_without_text_is_read_in_full(memory: SiteMemory) -> None:
    body = b"<html><body><nav><a href='/'>Start</a></nav><article><h1>Bald mehr</h1></article></body></html>"
    record = read_page(page_of(unchecked(memory, 60), memory, body))
    assert record.extraction.method != BY_TEMPLATE


def test_a_changed_template_is_noticed_and_no_page_is_answered_by_the_old_one(memory: SiteMemory) -> None:
    records = []
    for number in range(100, 105):
        records.append(read_page(page_of(number, memory, redesigned(number))))
        memory = after(memory, records[-1])
    assert by_template(records) == []
    assert memory.template.version == 2
    assert memory.template.changes == ("2026-11-22",)
    assert not is_trusted(memory.template)
    for record in records:
        assert record.text.count("\n\n") >= 2
    later = []
    for number in range(105, 140):
        later.append(read_page(page_of(number, memory, redesigned(number))))
        memory = after(memory, later[-1])
    assert is_trusted(memory.template)
    assert len(by_template(later)) >= 10


def test_of_a_paragraph_that_begins_to_repeat_the_labeller_is_asked(memory: SiteMemory) -> None:
    """The template takes the first ones for text; once it repeats, its place counts no more and its text is unknown."""
    promotion = "Unser Buch zum Hafen ist da und kostet zwanzig Euro im Laden am Markt oder in jeder Buchhandlung."
    records = []
    for number in range(200, 225):
        body = article(number).replace(b"<aside", f"<p>{promotion}</p><aside".encode())
        records.append(read_page(page_of(number, memory, body)))
        memory = after(memory, records[-1])
    assert len(by_template(records[:4])) >= 2
    assert by_template(records[3:6]) == []


def test_a_live_paragraph_of_the_same_article_is_no_repetition(memory: SiteMemory) -> None:
    """An article that is visited again and again must not make its own text look like the site's."""
    number = unchecked(memory, 60)
    for _ in range(6):
        record = read_page(page_of(number, memory))
        memory = after(memory, record)
    assert record.text.count("\n\n") >= 2


def test_memory_with_template_survives_its_bytes(memory: SiteMemory) -> None:
    again = from_bytes(to_bytes(memory)).template
    assert np.array_equal(again.keys, memory.template.keys)
    assert np.allclose(again.labels, memory.template.labels, rtol=1e-3)
    assert (again.agreed, again.version, again.since) == (TRUSTED_AFTER, 1, "2026-11-22")
    assert again.examples == memory.template.examples


def test_what_is_told_of_a_template(memory: SiteMemory) -> None:
    told = learned_of(memory, list(Label)).template
    assert told.is_trusted
    assert told.since == "2026-11-22"
    assert any(place.selector.endswith("article > p") for place in told.places)


def lesson(outcome: Outcome, *, is_foreign: bool = False) -> Lesson:
    labels = np.zeros((1, LABELS), np.float32)
    labels[0, 0] = 3
    return Lesson(outcome, is_foreign, np.array([7], np.uint64), labels, 0.9, "2026-11-22")


def taught(*outcomes: Outcome, template: Template | None = None) -> Template:
    template = template or empty_template(LABELS)
    for outcome in outcomes:
        template = teach(template, lesson(outcome))
    return template


def test_trust_wants_agreement_without_a_break() -> None:
    almost = taught(*[Outcome.AGREED] * (TRUSTED_AFTER - 1))
    assert not is_trusted(almost)
    assert is_trusted(taught(Outcome.AGREED, template=almost))
    assert not is_trusted(taught(Outcome.DISAGREED, Outcome.AGREED, template=almost))


def test_one_disagreement_ends_trust() -> None:
    trusted = taught(*[Outcome.AGREED] * TRUSTED_AFTER)
    assert is_trusted(taught(Outcome.DOUBTFUL, template=trusted))
    assert not is_trusted(taught(Outcome.DISAGREED, template=trusted))


def test_pages_of_another_template_count_only_in_a_row() -> None:
    template = taught(*[Outcome.AGREED] * TRUSTED_AFTER)
    strange = lesson(Outcome.DOUBTFUL, is_foreign=True)
    for _ in range(6):
        template = teach(teach(template, strange), replace(strange, outcome=Outcome.ANSWERED, is_foreign=False))
    assert template.version == 1
    for _ in range(3):
        template = teach(template, strange)
    assert template.version == 2


def test_one_article_of_ten_is_checked() -> None:
    assert sum(is_checked(number) for number in range(1000)) == 1000 // CHECKED


def test_a_second_reading_is_compared_with_the_template_and_not_taken_for_its_answer(memory: SiteMemory) -> None:
    number = unchecked(memory, 60)
    first = read_page(replace(page_of(number, untrusted(memory)), is_held=True))
    assert first.first_reading is not None
    again = read_page(replace(page_of(number, memory), first_reading=first.first_reading))
    assert again.extraction.method == first.extraction.method
    assert again.text == first.text
    reasons = [segment.reason for segment in again.segments]
    assert max(reason.count("other pages of this site") for reason in reasons) == 1  # not said by both readings
    assert again.site_observation is not None
    lesson = observation_from_bytes(again.site_observation).lesson
    assert lesson is not None
    assert lesson.outcome is Outcome.AGREED
