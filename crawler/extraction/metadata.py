"""What a page says of its article, each value with the origin it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from crawler.extraction.authors import find_authors
from crawler.extraction.candidates import CANDIDATES, first_candidate, language_tag, publisher_names
from crawler.extraction.clean_text import cap, clean_text
from crawler.extraction.dates import FoundDate, find_modified, find_published, guess_published
from crawler.extraction.declarations import Declarations, gather_declarations, plain_text
from crawler.extraction.person_names import is_paper
from crawler.extraction.site_names import SiteNames
from crawler.extraction.titles import declared_headlines, find_title
from crawler.items import Link

__all__ = ["Metadata", "language_tag", "read_metadata", "with_guessed_date"]

MAX_BODY_CHARS = 500_000
MAX_DIRECTIVES = 50
"""Caps on one value; what is longer is cut and marked. Chosen, not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Fields as in the record. `origins` names for each field that is set where it came from."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    byline: str | None = None
    date_published: str | None = None
    date_published_raw: str | None = None
    date_published_precision: str | None = None
    date_modified: str | None = None
    date_modified_raw: str | None = None
    date_modified_precision: str | None = None
    language_declared: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    description: str | None = None
    image_url: str | None = None
    site_name: str | None = None
    canonical_url: str | None = None
    is_accessible_for_free: bool | None = None
    robots_meta: tuple[str, ...] = ()
    """Directives of the robots meta tags, lower case."""
    tdm: dict[str, str] = field(default_factory=dict)
    """TDMRep meta tags (https://www.w3.org/community/reports/tdmrep/), `tdm-reservation` and `tdm-policy`."""
    origins: dict[str, str] = field(default_factory=dict)
    headlines: tuple[str, ...] = ()
    """`title` and every other headline that the page declares, without the site's name."""
    article_body: str | None = None
    """JSON-LD `articleBody`, lines kept."""
    names_people: bool = False
    """Whether `authors` has more than the site's own name."""
    declared_article: bool = False
    """Whether the page says that it is an article, in JSON-LD or as `og:type`."""


def read_metadata(
    tree: HtmlElement,
    *,
    url: str | None,
    link: Link | None,
    now: datetime,
    zone: ZoneInfo | None = None,
) -> Metadata:
    """Read the metadata of a parsed page. Never raises for its contents and leaves the tree as it is.

    `now` needs an offset; dates more than a day after it are refused. `zone` is the site's, for times of day that the
    page gives without an offset.
    """
    declarations = gather_declarations(tree, url=url, link=link, now=now, zone=zone)
    chosen: dict[str, tuple[Any, str | None]] = {
        name: first_candidate(candidates(declarations)) for name, candidates in CANDIDATES.items()
    }
    site_name = chosen["site_name"][0]
    title = find_title(declarations, site_name)
    is_own_name = _own_name_test(declarations, site_name)
    authors = find_authors(declarations, is_own_name)
    published, modified = find_published(declarations), find_modified(declarations)
    chosen["title"] = (title.text, title.origin) if title else (None, None)
    chosen["authors"] = (authors.names, authors.origin)
    chosen["byline"] = (authors.byline, "html")
    headlines = declared_headlines(declarations, site_name)
    return Metadata(
        **{name: value for name, (value, _) in chosen.items() if value is not None},
        **_date_fields("date_published", published),
        **_date_fields("date_modified", modified),
        robots_meta=_robots_directives(declarations),
        tdm={name: value for name in ("tdm-reservation", "tdm-policy") if (value := declarations.meta.first(name))},
        origins=_origins(chosen, published, modified),
        headlines=tuple(dict.fromkeys([*([title.text] if title else []), *headlines])),
        article_body=_article_body(declarations),
        names_people=any(not (is_own_name(name) or is_paper(name)) for name in authors.names),
        declared_article=bool(declarations.article) or declarations.meta.first("og:type") == "article",
    )


def with_guessed_date(metadata: Metadata, tree: HtmlElement, now: datetime, zone: ZoneInfo | None = None) -> Metadata:
    """Return the metadata with a guessed date of publication where nothing on the page gave one."""
    if metadata.date_published is not None:
        return metadata
    found = guess_published(tree, now, zone)
    if found.value is None:
        return metadata
    origins = metadata.origins | {"date_published": found.origin or ""}
    return replace(metadata, origins=origins, **_date_fields("date_published", found))


def _own_name_test(declarations: Declarations, site_name: str | None) -> Callable[[str], bool]:
    own = [SiteNames.of(plain_text(name), declarations.url) for name in (site_name, *publisher_names(declarations))]
    return lambda name: any(names.matches(name) for names in own)


def _robots_directives(declarations: Declarations) -> tuple[str, ...]:
    parts = (part.strip().lower() for content in declarations.meta.all("robots") for part in content.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))[:MAX_DIRECTIVES]


def _article_body(declarations: Declarations) -> str | None:
    body = declarations.article.get("articleBody")
    return cap(clean_text(body), MAX_BODY_CHARS) if isinstance(body, str) and body.strip() else None


def _date_fields(name: str, found: FoundDate) -> dict[str, Any]:
    return {name: found.value, f"{name}_raw": found.raw, f"{name}_precision": found.precision}


def _origins(chosen: dict[str, tuple[Any, str | None]], published: FoundDate, modified: FoundDate) -> dict[str, str]:
    dates = {
        "date_published": (published.value, published.origin),
        "date_modified": (modified.value, modified.origin),
    }
    return {name: origin for name, (value, origin) in (chosen | dates).items() if origin and value not in (None, ())}
