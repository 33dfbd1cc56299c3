"""What a crawler should make of every page of the small news web."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from crawler.demo import sources
from crawler.demo.editions import editions
from crawler.items import DiscoveredVia

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.demo.content import DemoArticle, Edition


class DemoKind(StrEnum):
    """How a page should be treated."""

    ARTICLE = "article"
    """Becomes a record."""
    ALIAS = "alias"
    """An article's URL with a tracking query: the same normalized URL."""
    EXACT_COPY = "exact_copy"
    """The same text under another URL: no second record."""
    NEAR_COPY = "near_copy"
    """A syndicated version on another site: a record, marked as near-duplicate."""
    CONSENT_PAGE = "consent_page"
    NOT_ARTICLE = "not_article"
    MISSING = "missing"
    """Answers 404."""
    ROBOTS_DISALLOWED = "robots_disallowed"
    """Must never be asked for."""


@dataclass(frozen=True, slots=True)
class DemoPage:
    """One URL of the web: path (with its query), site key, kind, and the page that it repeats."""

    url_path: str
    site: str
    kind: DemoKind
    original: DemoPage | None = None
    found_in: tuple[DiscoveredVia, ...] = ()
    """The kinds of source that list it."""
    article: DemoArticle | None = field(default=None, repr=False)
    """What the page shows, for articles, aliases and copies."""


@cache
def expectations() -> tuple[DemoPage, ...]:
    """Return every page that a source lists, over all three sites."""
    own = {
        (key, article.slug): _page(edition, article.path, DemoKind.ARTICLE, article=article)
        for key, edition in editions().items()
        for article in edition.articles
    }
    reprints = {
        (key, reprint.slug): _page(edition, reprint.path, DemoKind.NEAR_COPY, own[wire.from_site, wire.of], reprint)
        for key, edition in editions().items()
        for wire, reprint in zip(edition.syndicated, edition.reprints, strict=True)
    }
    stories = own | reprints
    others = [page for edition in editions().values() for page in _other_pages(edition, stories)]
    return (*stories.values(), *others)


def _other_pages(edition: Edition, stories: dict[tuple[str, str], DemoPage]) -> Iterator[DemoPage]:
    for story in edition.stories:
        original = stories[edition.key, story.slug]
        alias = sources.tracked(story.path, edition)
        if alias != story.path and DiscoveredVia.FEED in _listed_in(edition, alias):
            yield _page(edition, alias, DemoKind.ALIAS, original, story)
    for copy in edition.print_copies:
        original = stories[edition.key, copy.of]
        yield _page(edition, copy.path, DemoKind.EXACT_COPY, original, original.article)
    yield from _pages_without_article(edition)


def _pages_without_article(edition: Edition) -> Iterator[DemoPage]:
    for stub in edition.consent_pages:
        yield _page(edition, stub.path, DemoKind.CONSENT_PAGE)
    for topic in edition.listings:
        yield _page(edition, topic.path, DemoKind.NOT_ARTICLE)
    on_front_page = (*map(edition.path_of_section, edition.sections), edition.imprint.path)
    for path in on_front_page:
        yield DemoPage(path, edition.key, DemoKind.NOT_ARTICLE, found_in=(DiscoveredVia.FRONT_PAGE,))
    for stub in edition.missing:
        yield _page(edition, stub.path, DemoKind.MISSING)
    for page in edition.disallowed:
        yield DemoPage(page.path, edition.key, DemoKind.ROBOTS_DISALLOWED, found_in=(DiscoveredVia.FRONT_PAGE,))


def _page(
    edition: Edition,
    path: str,
    kind: DemoKind,
    original: DemoPage | None = None,
    article: DemoArticle | None = None,
) -> DemoPage:
    return DemoPage(path, edition.key, kind, original, _listed_in(edition, path), article)


def _listed_in(edition: Edition, path: str) -> tuple[DiscoveredVia, ...]:
    """The sources that list this very form of the URL."""
    listings = {
        DiscoveredVia.FEED: [sources.tracked(entry.path, edition) for entry in sources.feed(edition)],
        DiscoveredVia.SITEMAP: [entry.path for entry in sources.article_sitemap(edition)],
        DiscoveredVia.NEWS_SITEMAP: [entry.path for entry in sources.news_sitemap(edition)],
        DiscoveredVia.FRONT_PAGE: [entry.path for entry in sources.front_page(edition)],
    }
    return tuple(kind for kind, paths in listings.items() if path in paths)
