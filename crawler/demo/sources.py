"""What each source of a site lists: the feed, the two sitemaps and the front page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.demo.content import Edition

FEED_LENGTH = 10
FRONT_PAGE_LENGTH = 10
NEWS_SITEMAP_HOURS = 48.0
"""Google's news sitemap format asks for articles of the last two days."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a source. `path` may carry a tracking query."""

    path: str
    title: str
    hours_ago: float
    updated_hours_ago: float
    summary: str = ""
    author: str = ""
    section: str = ""


def _stories(edition: Edition) -> list[Entry]:
    return [
        Entry(
            path=story.path,
            title=story.title,
            hours_ago=story.hours_ago,
            updated_hours_ago=story.hours_ago if story.updated_hours_ago is None else story.updated_hours_ago,
            summary=story.lead or story.passages[0].text,
            author=story.author,
            section=edition.sections[story.section],
        )
        for story in edition.stories
    ]


def _newest_first(entries: list[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.hours_ago))


def feed(edition: Edition) -> tuple[Entry, ...]:
    """The newest entries, links that answer 404 and consent pages among them."""
    stubs = [
        Entry(stub.path, stub.title, stub.hours_ago, stub.hours_ago, section=edition.name)
        for stub in (*edition.missing, *edition.consent_pages)
    ]
    return _newest_first([*_stories(edition), *stubs])[:FEED_LENGTH]


def news_sitemap(edition: Edition) -> tuple[Entry, ...]:
    return tuple(entry for entry in _stories(edition) if entry.hours_ago < NEWS_SITEMAP_HOURS)


def article_sitemap(edition: Edition) -> tuple[Entry, ...]:
    """Every story, and what a careless editorial system lists with them: copies, topics, consent pages."""
    copies = []
    for copy in edition.print_copies:
        original = edition.own_article(copy.of)
        copies.append(Entry(copy.path, original.title, original.hours_ago, original.hours_ago))
    others = [Entry(stub.path, stub.title, stub.hours_ago, stub.hours_ago) for stub in edition.consent_pages]
    newest = edition.stories[0].hours_ago
    topics = [Entry(topic.path, topic.title, newest, newest) for topic in edition.listings]
    return _newest_first([*_stories(edition), *copies, *others, *topics])


def front_page(edition: Edition) -> tuple[Entry, ...]:
    return tuple(_stories(edition)[:FRONT_PAGE_LENGTH])


def tracked(path: str, edition: Edition) -> str:
    """The form of an article's URL that the feed gives: with a tracking query on sites that add one."""
    return f"{path}?{edition.feed_query}" if edition.feed_query else path
