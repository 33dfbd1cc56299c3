"""The pages of the small news web: base URLs and a point in time in, documents by path out. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.demo import sources
from crawler.demo.content import DemoArticle, Edition, PrintCopy, StandingPage
from crawler.demo.editions import editions
from crawler.demo.rendering import french_spaces, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"

_NOT_FOUND = {
    "de": StandingPage("", "Seite nicht gefunden", ("Unter dieser Adresse gibt es nichts.",)),
    "en": StandingPage("", "Page not found", ("There is nothing at this address.",)),
    "fr": StandingPage("", "Page introuvable", ("Il n’y a rien à cette adresse.",)),
}


@dataclass(frozen=True, slots=True)
class Document:
    """What one path answers with."""

    body: bytes
    content_type: str
    last_modified: datetime
    """UTC, whole seconds."""
    status: int = 200

    @property
    def etag(self) -> str:
        """Strong entity tag of the body (RFC 9110, 8.8.3)."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Site:
    """One newspaper as served: absolute URLs, and documents by path."""

    key: str
    name: str
    language: str
    url: str
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    documents: Mapping[str, Document]
    not_found: Document

    def document(self, path: str) -> Document:
        """The document at this path, its query disregarded; the 404 page where there is none."""
        return self.documents.get(path.partition("?")[0], self.not_found)


def build_sites(base_urls: Mapping[str, str], now: datetime) -> dict[str, Site]:
    """Build the sites by key. `base_urls` has one URL a site key, without a path; `now` is aware."""
    return {
        key: SiteBuilder(edition, {k: url.rstrip("/") for k, url in base_urls.items()}, now).site()
        for key, edition in editions().items()
    }


@dataclass(frozen=True)
class SiteBuilder:
    """Builds the documents of one edition. The templates read what they show from it."""

    edition: Edition
    base_urls: Mapping[str, str]
    now: datetime

    def site(self) -> Site:
        edition = self.edition
        return Site(
            key=edition.key,
            name=edition.name,
            language=edition.language,
            url=f"{self.base_url}/",
            feeds=(self.base_url + edition.feed_path,),
            sitemaps=(f"{self.base_url}/sitemap.xml", f"{self.base_url}/news-sitemap.xml"),
            documents=dict(self._documents()),
            not_found=self._page("page", status=404, page=_NOT_FOUND[edition.key]),
        )

    @cached_property
    def base_url(self) -> str:
        return self.base_urls[self.edition.key]

    def moment(self, hours_ago: float) -> datetime:
        """Local time of the newspaper, whole minutes."""
        local = timezone(timedelta(hours=self.edition.utc_offset_hours))
        return (self.now - timedelta(hours=hours_ago)).astimezone(local).replace(second=0, microsecond=0)

    def updated(self, article: DemoArticle) -> datetime:
        changed = article.updated_hours_ago
        return self.moment(article.hours_ago if changed is None else changed)

    def path_of(self, slug: str) -> str:
        return self.edition.own_article(slug).path

    def picture(self, article: DemoArticle) -> str:
        return f"/images/{article.slug}.svg"

    def others(self, article: DemoArticle, count: int, skip: int = 0) -> Sequence[DemoArticle]:
        """The stories that follow this one in the paper, round the end."""
        stories = self.edition.stories
        place = stories.index(article)
        ring = stories[place + 1 :] + stories[:place]
        return ring[skip : skip + count]

    def rotated(self, texts: Sequence[str], article: DemoArticle, count: int) -> Sequence[str]:
        """Some of the texts, beginning at another one on every page."""
        start = self.edition.stories.index(article)
        return [texts[(start + step) % len(texts)] for step in range(min(count, len(texts)))]

    def original_url(self, article: DemoArticle) -> str:
        """The absolute URL that a reprint was first published at."""
        wire = next(wire for wire in self.edition.syndicated if wire.slug == article.slug)
        return self.base_urls[wire.from_site] + editions()[wire.from_site].own_article(wire.of).path

    def _documents(self) -> Iterator[tuple[str, Document]]:
        edition = self.edition
        yield (
            "/",
            self._listing(edition.name, edition.tagline, edition.stories[: sources.FRONT_PAGE_LENGTH], "/"),
        )
        for key, name in edition.sections.items():
            inside = [story for story in edition.stories if story.section == key]
            path = edition.path_of_section(key)
            yield path, self._listing(name, edition.tagline, inside, path)
        for topic in edition.listings:
            tagged = [story for story in edition.stories if topic.tag in story.tags]
            yield topic.path, self._listing(topic.title, topic.intro, tagged, topic.path)
        for story in edition.stories:
            yield story.path, self._article("article", story, story.path)
            yield self.picture(story), self._drawing(story)
        for copy in edition.print_copies:
            yield copy.path, self._print_copy(copy)
        for stub in edition.consent_pages:
            yield stub.path, self._page("consent", stub=stub)
        for page in (edition.imprint, *edition.disallowed):
            yield page.path, self._page("page", page=page)
        yield from self._machine_readable()

    def _machine_readable(self) -> Iterator[tuple[str, Document]]:
        edition = self.edition
        feed_type = "atom" if "atom" in edition.feed_path else "rss"
        feed = sources.feed(edition)
        yield (
            edition.feed_path,
            self._document(f"{feed_type}.xml.j2", f"application/{feed_type}+xml; charset=utf-8", entries=feed),
        )
        newest = self._document("sitemap-articles.xml.j2", XML, entries=sources.article_sitemap(edition))
        yield "/sitemap-articles.xml", newest
        yield "/sitemap.xml", self._document("sitemap.xml.j2", XML)
        yield (
            "/news-sitemap.xml",
            self._document("news-sitemap.xml.j2", XML, entries=sources.news_sitemap(edition)),
        )
        yield "/robots.txt", self._document("robots.txt.j2", "text/plain; charset=utf-8")
        style = files("crawler.demo").joinpath("templates", edition.key, "style.css").read_text(encoding="utf-8")
        yield "/style.css", self._made(style, "text/css; charset=utf-8", self._latest)

    @property
    def _latest(self) -> datetime:
        return self.moment(self.edition.stories[0].hours_ago)

    def _listing(self, title: str, intro: str, stories: Sequence[DemoArticle], path: str) -> Document:
        return self._page("listing", title=title, intro=intro, stories=stories, path=path)

    def _print_copy(self, copy: PrintCopy) -> Document:
        article = self.edition.own_article(copy.of)
        return self._article("print", article, article.path if copy.names_original else None)

    def _article(self, template: str, article: DemoArticle, canonical: str | None) -> Document:
        return self._page(template, self.updated(article), article=article, canonical=canonical)

    def _drawing(self, article: DemoArticle) -> Document:
        tones = hashlib.sha256(article.slug.encode()).digest()
        return self._document("picture.svg.j2", "image/svg+xml", self.moment(article.hours_ago), tones=tones)

    def _page(
        self, template: str, last_modified: datetime | None = None, status: int = 200, **values: object
    ) -> Document:
        html = self._rendered(f"{self.edition.key}/{template}.html.j2", **values)
        if self.edition.language == "fr":
            html = french_spaces(html)
        return self._made(html, HTML, last_modified or self._latest, status)

    def _document(
        self, template: str, content_type: str, last_modified: datetime | None = None, **values: object
    ) -> Document:
        return self._made(self._rendered(template, **values), content_type, last_modified or self._latest)

    def _rendered(self, template: str, **values: object) -> str:
        return render(template, site=self, edition=self.edition, **values)

    def _made(self, text: str, content_type: str, last_modified: datetime, status: int = 200) -> Document:
        return Document(text.encode(), content_type, last_modified.astimezone(UTC), status)
