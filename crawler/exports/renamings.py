"""Which field of ours becomes which of theirs: one table for each target.

A table is read from left to right: their field, ours (a dotted path into the JSON object of a record), and what is
done to the value on the way. What a table does not name is not exported to that target.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from crawler.exports.values import (
    as_it_is,
    datetime_text,
    language,
    language_code,
    persons,
    schema_organization,
    schema_persons,
    with_url,
)
from crawler.items import JsonValue


class Kind(StrEnum):
    """What a value is, for targets whose fields have types."""

    WORD = "word"
    """Found as a whole: identifiers, addresses, names."""
    TEXT = "text"
    """Searched by its words."""
    DATE = "date"
    """ISO 8601 as precise as the page has it: a year, a day, a second, with offset or without."""
    MOMENT = "moment"
    """UTC, to the second."""
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    OBJECT = "object"
    """An object with keys of any name."""


@dataclass(frozen=True, slots=True)
class Renaming:
    theirs: str
    """Dotted where it stands in an object of theirs."""
    ours: str
    how: Callable[[JsonValue], JsonValue] = as_it_is


@dataclass(frozen=True, slots=True)
class Column:
    theirs: str
    ours: str
    kind: Kind = Kind.WORD
    many: bool = False
    """A list of such values."""
    parts: tuple[tuple[str, Kind], ...] = ()
    """Of a list of objects: their keys."""


SCHEMA_ORG = (
    Renaming("identifier", "id"),
    Renaming("url", "url"),
    Renaming("mainEntityOfPage", "canonical_url"),
    Renaming("headline", "title"),
    Renaming("abstract", "lead"),
    Renaming("articleBody", "text"),
    Renaming("author", "authors", schema_persons),
    Renaming("datePublished", "date_published"),
    Renaming("dateModified", "date_modified"),
    Renaming("inLanguage", "language", language),
    Renaming("articleSection", "section"),
    Renaming("keywords", "tags"),
    Renaming("description", "description"),
    Renaming("image", "image_url"),
    Renaming("isAccessibleForFree", "is_accessible_for_free"),
    Renaming("publisher", "site_name", schema_organization),
    Renaming("sdDatePublished", "fetched_at"),
    Renaming("version", "version"),
)
"""schema.org NewsArticle; https://schema.org/NewsArticle. `sd...` is of structured data about the article: ours."""

ZYTE_ARTICLE = (
    Renaming("url", "url"),
    Renaming("canonicalUrl", "canonical_url"),
    Renaming("headline", "title"),
    Renaming("articleBody", "text"),
    Renaming("authors", "authors", persons),
    Renaming("datePublished", "date_published", datetime_text),
    Renaming("datePublishedRaw", "date_published_raw"),
    Renaming("dateModified", "date_modified", datetime_text),
    Renaming("dateModifiedRaw", "date_modified_raw"),
    Renaming("inLanguage", "language", language_code),
    Renaming("description", "description"),
    Renaming("mainImage", "image_url", with_url),
    Renaming("metadata.dateDownloaded", "fetched_at"),
)
"""Article of zyte-common-items, which Zyte's API and scrapy-poet providers give."""

DATATROVE = (
    Renaming("text", "text"),
    Renaming("id", "id"),
    Renaming("url", "url"),
    Renaming("date", "fetched_at"),
    Renaming("date_published", "date_published"),
    Renaming("date_modified", "date_modified"),
    Renaming("language", "language"),
    Renaming("language_score", "language_score"),
    Renaming("title", "title"),
    Renaming("authors", "authors"),
    Renaming("domain", "domain"),
    Renaming("site_name", "site_name"),
    Renaming("section", "section"),
    Renaming("tags", "tags"),
    Renaming("status", "extraction.status"),
    Renaming("quality", "extraction.quality"),
    Renaming("version", "version"),
    Renaming("duplicate_of", "duplicate_of"),
    Renaming("duplicate_cluster_id", "duplicate_cluster_id"),
    Renaming("text_hash", "text_hash"),
    Renaming("rights", "rights"),
)
"""A row as FineWeb and its like have it: `text`, `id`, and the rest flat. datatrove makes that rest the document's
metadata, Hugging Face's loader makes columns of it. `date` is the day of the crawl there."""

_PARAGRAPH = (("kind", Kind.WORD), ("text", Kind.TEXT))
_SEGMENT = (
    ("label", Kind.WORD), ("text", Kind.TEXT), ("xpath", Kind.WORD), ("score", Kind.NUMBER), ("reason", Kind.WORD),
)  # fmt: skip

TABLE = (
    Column("id", "id"),
    Column("version", "version", Kind.INTEGER),
    Column("url", "url"),
    Column("title", "title", Kind.TEXT),
    Column("lead", "lead", Kind.TEXT),
    Column("text", "text", Kind.TEXT),
    Column("authors", "authors", many=True),
    Column("byline", "byline", Kind.TEXT),
    Column("date_published", "date_published", Kind.DATE),
    Column("date_published_precision", "date_published_precision"),
    Column("date_modified", "date_modified", Kind.DATE),
    Column("date_modified_precision", "date_modified_precision"),
    Column("language", "language"),
    Column("language_score", "language_score", Kind.NUMBER),
    Column("section", "section"),
    Column("tags", "tags", many=True),
    Column("description", "description", Kind.TEXT),
    Column("image_url", "image_url"),
    Column("is_accessible_for_free", "is_accessible_for_free", Kind.FLAG),
    Column("site_name", "site_name"),
    Column("domain", "domain"),
    Column("status", "extraction.status"),
    Column("quality", "extraction.quality", Kind.NUMBER),
    Column("method", "extraction.method"),
    Column("fetched_at", "fetched_at", Kind.MOMENT),
    Column("http_status", "http_status", Kind.INTEGER),
    Column("discovered_via", "discovered_via"),
    Column("source_url", "source_url"),
    Column("run_id", "run_id"),
    Column("text_hash", "text_hash"),
    Column("previous_text_hash", "previous_text_hash"),
    Column("duplicate_of", "duplicate_of"),
    Column("duplicate_cluster_id", "duplicate_cluster_id"),
    Column("similarity", "similarity", Kind.NUMBER),
    Column("canonical_url", "canonical_url"),
    Column("normalized_url", "normalized_url"),
    Column("requested_url", "requested_url"),
    Column("input_id", "input_id"),
    Column("date_published_raw", "date_published_raw"),
    Column("date_modified_raw", "date_modified_raw"),
    Column("language_declared", "language_declared"),
    Column("encoding", "encoding"),
    Column("etag", "etag"),
    Column("last_modified", "last_modified"),
    Column("schema_version", "schema_version"),
    Column("captions", "captions", Kind.TEXT, many=True),
    Column("rights", "rights", Kind.OBJECT),
    Column("origins", "origins", Kind.OBJECT),
    Column("versions", "extraction.versions", Kind.OBJECT),
    Column("paragraphs", "paragraphs", many=True, parts=_PARAGRAPH),
    Column("boilerplate", "boilerplate", many=True, parts=_SEGMENT),
)
"""Parquet has all of a record, `extraction` taken apart. CSV has all but the last two, lists joined by `; `."""

ELASTICSEARCH = (
    Column("@timestamp", "fetched_at", Kind.MOMENT),
    Column("id", "id"),
    Column("version", "version", Kind.INTEGER),
    Column("url", "url"),
    Column("canonical_url", "canonical_url"),
    Column("domain", "domain"),
    Column("site_name", "site_name"),
    Column("title", "title", Kind.TEXT),
    Column("lead", "lead", Kind.TEXT),
    Column("text", "text", Kind.TEXT),
    Column("captions", "captions", Kind.TEXT, many=True),
    Column("authors", "authors", many=True),
    Column("byline", "byline", Kind.TEXT),
    Column("date_published", "date_published", Kind.DATE),
    Column("date_modified", "date_modified", Kind.DATE),
    Column("language", "language"),
    Column("language_score", "language_score", Kind.NUMBER),
    Column("section", "section"),
    Column("tags", "tags", many=True),
    Column("description", "description", Kind.TEXT),
    Column("image_url", "image_url"),
    Column("is_accessible_for_free", "is_accessible_for_free", Kind.FLAG),
    Column("status", "extraction.status"),
    Column("quality", "extraction.quality", Kind.NUMBER),
    Column("discovered_via", "discovered_via"),
    Column("source_url", "source_url"),
    Column("run_id", "run_id"),
    Column("text_hash", "text_hash"),
    Column("duplicate_of", "duplicate_of"),
    Column("duplicate_cluster_id", "duplicate_cluster_id"),
    Column("similarity", "similarity", Kind.NUMBER),
    Column("rights", "rights", Kind.OBJECT),
    Column("boilerplate", "boilerplate", many=True, parts=(("label", Kind.WORD), ("text", Kind.TEXT))),
)
"""A document of Elasticsearch or OpenSearch; its `_id` is our `id`, so that a newer version takes the place of an
older one. `id` stands in the document too: both engines advise against sorting by `_id`."""
