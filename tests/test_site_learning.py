from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from crawler.flow import record_of
from crawler.items import Label, Page, Record
from crawler.site_knowledge import SiteKnowledge
from crawler.site_learning import LearningOptions, SiteLearning
from crawler.site_memory.storage import from_bytes
from tests.site_memory.small_site import article

SITE = "news.example"


def page_of(number: int) -> Page:
    url = f"https://news.example/{number}"
    return Page(article(number), url=url, requested_url=url)


class Desk:
    """Pages of one site on their way, as the pipelines move them."""

    def __init__(self, options: LearningOptions | None = None, stored: dict[str, bytes] | None = None) -> None:
        self.learning = SiteLearning((stored or {}).get, len(Label), options or LearningOptions(enough=4))
        self.under_way: Counter[str] = Counter()
        self.knowledge = SiteKnowledge(self.learning, self.under_way)
        self.done: list[Record] = []

    def read(self, page: Page, *, is_new: bool = True) -> None:
        self.under_way[SITE] += is_new
        was_thin = self.learning.is_thin(SITE)
        record = record_of(self.knowledge.informed(page, SITE))
        state = self.knowledge.learned(page, record, SITE, was_thin=was_thin)
        if state == "again":
            record = record_of(self.knowledge.informed(page, SITE))
            assert self.knowledge.learned(page, record, SITE, was_thin=False) == "done"
        if state != "held":
            self.settle(record)

    def settle(self, record: Record) -> None:
        self.under_way[SITE] -= 1
        self.done.append(record)

    def go_on(self) -> None:
        for item in list(self.knowledge.due()):
            if isinstance(item, Page):
                self.read(item, is_new=False)
            else:
                self.settle(item)

    @property
    def urls(self) -> list[Any]:
        return sorted(str(record.url) for record in self.done)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_first_pages_wait_until_enough_is_known(desk: Desk) -> None:
    for number in range(3):
        desk.read(page_of(number))
        desk.go_on()
    assert desk.done == []
    assert desk.knowledge.expects()
    desk.read(page_of(3))
    desk.go_on()
    assert desk.urls == [f"https://news.example/{n}" for n in range(4)]
    assert desk.learning.articles(SITE) == 4
    assert (desk.learning.held_bytes, desk.under_way[SITE]) == (0, 0)
    assert not desk.knowledge.expects()


def test_a_site_without_more_pages_goes_on_with_what_is_known(desk: Desk) -> None:
    desk.read(page_of(0))
    desk.read(page_of(1))
    desk.under_way[SITE] += 1  # one page is still being fetched
    desk.knowledge.site_ended(SITE)
    desk.go_on()
    assert desk.done == []
    desk.under_way[SITE] -= 1
    desk.go_on()
    assert len(desk.done) == 2
    assert all(record.site_observation is not None for record in desk.done)


def test_a_page_alone_is_not_read_twice(desk: Desk) -> None:
    desk.read(page_of(0))
    desk.knowledge.site_ended(SITE)
    (record,) = desk.knowledge.due()
    assert isinstance(record, Record)


def test_too_much_held_goes_on_early() -> None:
    desk = Desk(LearningOptions(enough=4, held_bytes=1))
    desk.read(page_of(0))
    desk.go_on()
    assert len(desk.done) == 1


def test_a_stopped_run_keeps_what_was_read(desk: Desk) -> None:
    desk.read(page_of(0))
    assert [record.url for record in desk.knowledge.left_over()] == ["https://news.example/0"]
    assert desk.learning.sites_with_held == []


def test_a_later_run_knows_the_site(desk: Desk) -> None:
    for number in range(5):
        desk.read(page_of(number))
        desk.go_on()
    assert desk.learning.due() == {}
    stored = dict(desk.knowledge.unsaved(at_end=True))
    assert desk.knowledge.unsaved(at_end=True) == {}
    later = Desk(stored=stored)
    later.read(page_of(9))
    assert len(later.done) == 1


def test_a_memory_of_another_version_is_learned_anew() -> None:
    assert Desk(stored={SITE: b"something else"}).learning.articles(SITE) == 0


def test_memories_that_are_not_at_hand_are_not_lost() -> None:
    learning = SiteLearning(lambda _: None, len(Label), LearningOptions(memories=2))
    observation = record_of(Page(page_of(0).body, url="https://a.example/", site_memory=learning.snapshot("x")))
    for site in ("a", "b", "c", "d"):
        learning.learn(site, observation.site_observation)
    assert [learning.articles(site) for site in ("a", "b", "c", "d")] == [1, 1, 1, 1]
    assert sorted(learning.unsaved()) == ["a", "b", "c", "d"]


def test_how_many_articles_a_site_has_is_known_without_its_memory() -> None:
    """It is asked for all sites with held pages after every page."""
    loaded: list[str] = []
    learning = SiteLearning(loaded.append, len(Label), LearningOptions(memories=2))
    sites = ("a", "b", "c", "d")
    assert [learning.is_thin(site) for site in 3 * sites] == [True] * 12
    assert loaded == list(sites)


def test_each_article_teaches_the_template_once() -> None:
    desk = Desk(LearningOptions(enough=8))
    for number in range(9):
        desk.read(page_of(number))
        desk.go_on()
    (stored,) = desk.learning.unsaved().values()
    memory = from_bytes(stored)
    assert 0 < memory.template.lessons <= memory.articles


def test_what_only_taught_the_template_is_saved(desk: Desk) -> None:
    for number in range(9):
        desk.read(page_of(number))
        desk.go_on()
    (before,) = desk.learning.unsaved().values()
    desk.read(page_of(3))
    (after,) = desk.learning.unsaved().values()
    assert from_bytes(after).articles == from_bytes(before).articles
    assert from_bytes(after).template.lessons == from_bytes(before).template.lessons + 1


def test_a_site_that_teaches_nothing_does_not_hold_up_the_run(desk: Desk) -> None:
    same = article(1)
    for number in range(30):
        url = f"https://news.example/copy-{number}"
        desk.read(Page(same, url=url, requested_url=url))
        desk.go_on()
        assert desk.under_way[SITE] < 2 * desk.learning.options.held_pages
    assert desk.learning.is_thin(SITE)
    assert len(desk.urls) == 30
    assert not desk.knowledge.expects()
