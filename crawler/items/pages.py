"""What comes in: links that sources gave, and pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from crawler.items.labels import Label
from crawler.rights import ServerRights


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
    """Share of each block that the main content has, float16; empty where that was not asked for."""
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
