"""What the small news web says: articles, and the editions that print them.

The body of an article is text with a blank line between its passages: `## ` starts a subheading, `- ` a list
entry, `> ` a quote, `| ` a table row; `[text](slug)` links to another article of the same site.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawler.items import BlockKind

_INLINE_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_MARKS = {
    "##": BlockKind.HEADING,
    "-": BlockKind.LIST_ITEM,
    ">": BlockKind.QUOTE,
    "|": BlockKind.TABLE,
}


@dataclass(frozen=True, slots=True)
class Passage:
    """One element of an article's body: rows of cells; all but lists and tables have one row of one cell."""

    kind: BlockKind
    rows: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """The first cell, inline links still marked."""
        return self.rows[0][0]

    @property
    def blocks(self) -> tuple[str, ...]:
        """The visible text of every block that the passage makes on the page."""
        return tuple(_INLINE_LINK.sub(r"\1", cell) for row in self.rows for cell in row)


@dataclass(frozen=True, slots=True)
class ReaderComment:
    author: str
    text: str
    hours_later: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """An article of one site. `site`, `path` and `language` are filled in when the editions are made."""

    slug: str
    title: str
    lead: str
    author: str
    section: str
    hours_ago: float
    updated_hours_ago: float | None = None
    tags: tuple[str, ...]
    caption: str
    credit: str
    body: str = field(repr=False)
    comments: tuple[ReaderComment, ...] = ()
    agency: str | None = None
    site: str = ""
    path: str = ""
    language: str = ""

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(_passage(lines) for lines in self.body.strip().split("\n\n"))

    @property
    def breaks(self) -> tuple[int, ...]:
        """Indexes of the paragraphs after which a box may stand, the last one left out."""
        kinds = [passage.kind for passage in self.passages]
        after = (BlockKind.PARAGRAPH, BlockKind.HEADING)
        return tuple(i for i, kind in enumerate(kinds[:-1]) if kind is BlockKind.PARAGRAPH and kinds[i + 1] in after)

    @property
    def expected_text(self) -> str:
        """The record's `text`: the lead if there is one, then the body's blocks, blank lines between."""
        blocks = [text for passage in self.passages for text in passage.blocks]
        return "\n\n".join([self.lead, *blocks] if self.lead else blocks)


@dataclass(frozen=True, slots=True)
class Author:
    role: str
    bio: str


@dataclass(frozen=True, slots=True)
class StandingPage:
    """A page that is no article: title and paragraphs."""

    path: str
    title: str
    paragraphs: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class PrintCopy:
    """The same article under another URL; `names_original`: whether it declares the canonical URL."""

    of: str
    path: str
    names_original: bool


@dataclass(frozen=True, slots=True)
class Syndication:
    """An article of another site with a headline, an opening sentence and an agency line of its own."""

    from_site: str
    of: str
    section: str
    slug: str
    title: str
    opening: str
    agency: str
    hours_ago: float


@dataclass(frozen=True, slots=True)
class TopicListing:
    path: str
    title: str
    intro: str
    tag: str


@dataclass(frozen=True, slots=True)
class Stub:
    """A page that sources list like an article and that is none."""

    path: str
    title: str
    hours_ago: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One newspaper: its words, its articles, and the pages that should not become records."""

    name: str
    tagline: str
    language: str
    utc_offset_hours: int
    feed_path: str
    article_path: str
    section_path: str
    feed_query: str
    months: tuple[str, ...]
    date_format: str
    ads: tuple[str, ...]
    jobs: tuple[str, ...]
    books: tuple[str, ...]
    sections: Mapping[str, str]
    authors: Mapping[str, Author]
    imprint: StandingPage
    disallowed_folder: str
    articles: tuple[DemoArticle, ...]
    print_copies: tuple[PrintCopy, ...] = ()
    syndicated: tuple[Syndication, ...] = ()
    listings: tuple[TopicListing, ...] = ()
    consent_pages: tuple[Stub, ...] = ()
    missing: tuple[Stub, ...] = ()
    disallowed: tuple[StandingPage, ...] = ()
    reprints: tuple[DemoArticle, ...] = ()
    key: str = ""

    @property
    def stories(self) -> tuple[DemoArticle, ...]:
        """Own articles and reprints, newest first."""
        return tuple(sorted((*self.articles, *self.reprints), key=lambda story: story.hours_ago))

    def own_article(self, slug: str) -> DemoArticle:
        return next(article for article in self.articles if article.slug == slug)

    def path_of_section(self, section: str) -> str:
        return self.section_path.format(section=section)

    def date_text(self, moment: datetime) -> str:
        month = self.months[moment.month - 1]
        return self.date_format.format(
            day=moment.day, month=month, year=moment.year, hour=moment.hour, minute=moment.minute
        )


def _passage(source: str) -> Passage:
    lines = source.split("\n")
    mark = lines[0].split(" ", 1)[0]
    kind = _MARKS.get(mark, BlockKind.PARAGRAPH)
    if kind is BlockKind.TABLE:
        rows = tuple(tuple(cell.strip() for cell in line.strip("| ").split("|")) for line in lines)
        return Passage(kind, rows)
    if kind is BlockKind.PARAGRAPH:
        return Passage(kind, ((source,),))
    return Passage(kind, tuple((line.removeprefix(mark).strip(),) for line in lines))
