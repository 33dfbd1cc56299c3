"""What comes out: the record of an article, and what the seen index says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from crawler.items.blocks import Segment
from crawler.items.json_values import JsonValue, flat, names_of, plain
from crawler.items.labels import Label
from crawler.items.pages import FirstReading

SCHEMA_VERSION = "1.0"
NOT_IN_LINE = frozenset({"plain_text", "text_signature", "site_observation", "first_reading"})
"""Fields of a record that its JSON line does not have."""

BY_TEMPLATE = "template"
"""The method of pages whose blocks were labelled by what is known of their site's template."""


class Status(StrEnum):
    """How well a page could be read. The first four are written; the others are named in ledger or stderr."""

    OK = "ok"
    SHORT = "short"
    SUSPICIOUS = "suspicious"
    PAYWALL = "paywall"
    EMPTY = "empty"
    CONSENT_PAGE = "consent_page"
    NOT_ARTICLE = "not_article"
    CRASHED = "crashed"

    @property
    def is_written(self) -> bool:
        return self in {Status.OK, Status.SHORT, Status.SUSPICIOUS, Status.PAYWALL}


class ParagraphKind(StrEnum):
    """The `kind` of an entry of the record's `paragraphs`."""

    PARAGRAPH = "paragraph"
    SUBHEADING = "subheading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE = "table"
    CODE = "code"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Paragraph:
    kind: ParagraphKind
    text: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What can be trusted: status, quality 0-1 (None where it is not predicted), method and versions."""

    status: Status
    quality: float | None
    method: str
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One article: what becomes one JSON line. Every field is described in `record.schema.json`."""

    schema_version: str = SCHEMA_VERSION
    id: str
    input_id: str | None = None
    url: str | None = None
    requested_url: str | None = None
    canonical_url: str | None = None
    normalized_url: str | None = None
    domain: str | None = None
    site_name: str | None = None

    title: str | None = None
    lead: str | None = None
    text: str = ""
    paragraphs: tuple[Paragraph, ...] = ()
    captions: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    byline: str | None = None
    date_published: str | None = None
    date_published_raw: str | None = None
    date_published_precision: str | None = None
    date_modified: str | None = None
    date_modified_raw: str | None = None
    date_modified_precision: str | None = None
    language: str = "und"
    language_score: float | None = None
    language_declared: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    description: str | None = None
    image_url: str | None = None
    is_accessible_for_free: bool | None = None
    origins: dict[str, str] = field(default_factory=dict)

    segments: tuple[Segment, ...] = field(default=(), repr=False)
    """Every block of the page in document order; the JSON line has the boilerplate among them."""
    extraction: Extraction

    fetched_at: str | None = None
    http_status: int | None = None
    encoding: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    discovered_via: str | None = None
    source_url: str | None = None
    run_id: str | None = None
    rights: dict[str, JsonValue] = field(default_factory=dict)

    text_hash: str | None = None
    duplicate_of: str | None = None
    duplicate_cluster_id: str | None = None
    similarity: float | None = None
    version: int = 1
    previous_text_hash: str | None = None

    plain_text: bool = field(default=False, repr=False)
    """Whether the input was plain text; not part of the JSON line."""
    text_signature: bytes | None = field(default=None, repr=False)
    """By which near-duplicates are found, made where the page is read; not part of the JSON line."""
    site_observation: bytes | None = field(default=None, repr=False)
    """What the page adds to the memory of its site; not part of the JSON line."""
    first_reading: FirstReading | None = field(default=None, repr=False)
    """Of a page that may be read a second time; not part of the JSON line."""

    def to_dict(self, *, navigation: bool = False) -> dict[str, JsonValue]:
        """Return the JSON object of this record, fields in schema order.

        For HTML the `navigation` segments are left out of `boilerplate` unless asked for; for plain text every
        line is kept.
        """
        line: dict[str, JsonValue] = {}
        for name in names_of(Record):
            if name == "segments":
                shown = _shown_labels(navigation=navigation or self.plain_text)
                line["boilerplate"] = [flat(segment) for segment in self.segments if segment.label in shown]
            elif name not in NOT_IN_LINE:
                line[name] = plain(getattr(self, name))
        return line


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the seen index says of a record: write it, leave it as it is, or name the record that it repeats."""

    state: str
    """`new`, `changed`, `unchanged` or `duplicate` (the ledger's words)."""
    original_id: str | None = None
    """Of a duplicate: the id of the record that it repeats."""
    version: int = 1
    """The version that the record is written as."""
    previous_text_hash: str | None = None
    """Of a changed record: the fingerprint of the version before."""
    duplicate_of: str | None = None
    """Of a record to write: the id of the most similar one among those that it nearly repeats."""
    duplicate_cluster_id: str | None = None
    """The smallest id among the record and all that it nearly repeats, directly or over others."""
    similarity: float | None = None
    """To the original or to `duplicate_of`, 0 to 1; None for a duplicate with the same text or id."""


@cache
def _shown_labels(*, navigation: bool) -> frozenset[Label]:
    return frozenset(label for label in Label if label.is_boilerplate and (navigation or label is not Label.NAVIGATION))
