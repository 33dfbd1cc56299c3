"""The values that flow: Page -> [Block] -> [Segment] -> Record -> Verdict -> JSON line.

Every value is frozen. A stage returns a new one and never changes what it was given. Nothing here imports Scrapy.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from typing import Any

from crawler.rights import ServerRights

SCHEMA_VERSION = "1.0"

JsonValue = Any
"""What `json.dumps` takes without a default; JSON itself has no closed type in Python's typing."""


class Label(StrEnum):
    """What a block is for. The closed set; every block of a page has exactly one."""

    BODY = "body"
    SUBHEADING = "subheading"
    LEAD = "lead"
    TITLE = "title"
    BYLINE = "byline"
    CAPTION = "caption"
    ADVERTISEMENT = "advertisement"
    JOB_LISTING = "job_listing"
    COMMENT_POLICY = "comment_policy"
    COMMENT = "comment"
    SUBSCRIPTION = "subscription"
    RELATED = "related"
    NAVIGATION = "navigation"
    AUTHOR_BIO = "author_bio"
    SHARING = "sharing"
    LEGAL = "legal"
    OTHER = "other"

    @property
    def in_text(self) -> bool:
        """Whether blocks of this label make up the record's `text`."""
        return self in TEXT_LABELS

    @property
    def is_boilerplate(self) -> bool:
        """Whether blocks of this label are listed in the record's `boilerplate`."""
        return self not in ARTICLE_LABELS


TEXT_LABELS = frozenset({Label.BODY, Label.SUBHEADING, Label.LEAD})
ARTICLE_LABELS = TEXT_LABELS | {Label.TITLE, Label.BYLINE, Label.CAPTION}
"""Labels with a field of their own in the record."""


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


class BlockKind(StrEnum):
    """The form of a block as the page marks it up."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE = "table"
    CODE = "code"
    CAPTION = "caption"


class ParagraphKind(StrEnum):
    """The `kind` of an entry of the record's `paragraphs`."""

    PARAGRAPH = "paragraph"
    SUBHEADING = "subheading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE = "table"
    CODE = "code"
    LEAD = "lead"


class DiscoveredVia(StrEnum):
    """The kind of source that gave a URL."""

    GIVEN = "given"
    FEED = "feed"
    SITEMAP = "sitemap"
    NEWS_SITEMAP = "news_sitemap"
    FRONT_PAGE = "front_page"


@dataclass(frozen=True, slots=True)
class Link:
    """A URL that a source gave, absolute, with what the source says of it."""

    url: str
    discovered_via: DiscoveredVia
    source_url: str | None = None
    title: str | None = None
    published: str | None = None
    """Publication date as ISO 8601, None where the source has none that can be read."""
    modified: str | None = None
    """lastmod or updated as ISO 8601, with the same rule."""


@dataclass(frozen=True, slots=True)
class FirstReading:
    """What the labeller made of a page before its site was known, so that it need not be asked a second time."""

    probabilities: bytes = field(repr=False)
    """blocks x labels, float16."""
    kept: bytes = field(repr=False)
    """Share of each block that the main content has, float16."""
    reasons: tuple[tuple[int, Label, str], ...] = field(repr=False)
    """Number of the block, its label then, and the reason for it."""
    method: str


@dataclass(frozen=True, slots=True)
class Page:
    """One fetched document: bytes, and what the server and the source said of it."""

    body: bytes = field(repr=False)
    url: str | None = None
    requested_url: str | None = None
    content_type: str | None = None
    http_status: int | None = None
    fetched_at: str | None = None
    """UTC, ISO 8601, whole seconds; None for a document that was not fetched."""
    etag: str | None = None
    last_modified: str | None = None
    x_robots_tag: tuple[str, ...] = ()
    server_rights: ServerRights = field(default_factory=ServerRights)
    """What is said of the page's rights outside its HTML."""
    rights_policy: str = "record"
    """`obey` or `record`, of the page's site."""
    link: Link | None = None
    input_id: str | None = None
    run_id: str | None = None
    plain_text: bool = False
    """True: the bytes are text whose lines are the blocks, not HTML."""
    languages: frozenset[str] = frozenset()
    """Primary language subtags to keep; empty keeps all."""
    significant_params: frozenset[str] = frozenset()
    """Query parameters that are content on this page's site."""
    timezone: str | None = None
    """IANA name of the site's zone, for times of day that the page gives without an offset."""
    site_language: str | None = None
    """BCP 47, of the site; for a text that is too short to judge on a page that declares none."""
    prune: tuple[str, ...] = ()
    """CSS selectors of parts that are never text on this page's site."""
    keep: tuple[str, ...] = ()
    """CSS selectors of parts that always are."""
    site_memory: bytes | None = field(default=None, repr=False)
    """What is known of the page's site, as `site_memory.storage` writes it; None: the page is read alone."""
    is_held: bool = False
    """The page may be read a second time: its record is to bring the first reading along."""
    first_reading: FirstReading | None = field(default=None, repr=False)
    """Of a page that is read a second time."""


@dataclass(frozen=True, slots=True)
class Container:
    """A block-level element that holds blocks, with the words of its attributes."""

    index: int
    parent: int | None
    """Index of the enclosing container, None for the root."""
    tag: str
    words: tuple[str, ...]
    """Words of class, id, role, itemprop, aria-label and data-* names, lower case, in this order."""


@dataclass(frozen=True, slots=True)
class Block:
    """One run of inline text of one block-level element, or one line of plain text."""

    index: int
    text: str
    """White space collapsed; never empty; holds at least one word character."""
    xpath: str
    """Path of the block-level element in the parsed tree; `line[n]`, n from 1, for plain text."""
    kind: BlockKind
    tag: str
    container: int
    """Index of the innermost container, which is the block's own element."""
    linked_chars: int = 0
    """Characters of `text` that stand in links."""
    emphasised_chars: int = 0
    """Characters of `text` that stand in b, strong or em."""
    hrefs: tuple[str, ...] = ()
    inline_words: tuple[str, ...] = ()
    """Class words of the inline elements in the block."""

    @property
    def link_density(self) -> float:
        """Share of the block's characters that stand in links, 0 to 1 (Kohlschütter et al. 2010)."""
        return min(1.0, self.linked_chars / len(self.text))


@dataclass(frozen=True, slots=True)
class Segment:
    """A block with its label. `score` is the labeller's confidence, 0 to 1.

    `reason` names its evidence; of HTML, it is empty for the article's own blocks and for navigation unless asked for.
    """

    label: Label
    text: str
    xpath: str
    score: float
    reason: str

    def __reduce__(self) -> tuple[type[Segment], tuple[Label, str, str, float, str]]:
        """A page has hundreds, and they go from process to process: so in two thirds of the time."""
        return Segment, (self.label, self.text, self.xpath, self.score, self.reason)


@dataclass(frozen=True, slots=True)
class Paragraph:
    kind: ParagraphKind
    text: str


BY_TEMPLATE = "template"
"""The method of pages whose blocks were labelled by what is known of their site's template."""


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
        for name in _names_of(Record):
            if name == "segments":
                shown = _shown_labels(navigation=navigation or self.plain_text)
                line["boilerplate"] = [_flat(segment) for segment in self.segments if segment.label in shown]
            elif name not in {"plain_text", "text_signature", "site_observation", "first_reading"}:
                line[name] = _plain(getattr(self, name))
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
def _names_of(kind: Any) -> tuple[str, ...]:
    return tuple(spec.name for spec in fields(kind))


@cache
def _shown_labels(*, navigation: bool) -> frozenset[Label]:
    return frozenset(label for label in Label if label.is_boilerplate and (navigation or label is not Label.NAVIGATION))


_AS_THEY_ARE = frozenset({str, float, int, bool, type(None)})
"""Types of which nearly all values are; a page has hundreds of segments with five values each."""


def _flat(value: Any) -> dict[str, JsonValue]:
    line: dict[str, JsonValue] = {}
    for name in _names_of(value.__class__):
        part = getattr(value, name)
        line[name] = part if type(part) in _AS_THEY_ARE else _plain(part)
    return line


def _plain(value: Any) -> JsonValue:
    """Turn enums, tuples and nested values into what JSON has."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return _flat(value)
    return value
