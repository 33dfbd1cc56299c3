"""Bounds on what is taken from one source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiscoveryOptions:
    max_links: int = 50_000
    """Links of one file; the newest are kept. Standard: sitemaps.org, "no more than 50,000 URLs"."""
    max_sitemap_bytes: int = 50 << 20
    """Bytes of one sitemap, uncompressed. Standard: sitemaps.org, "no larger than 50MB"."""
    max_feed_bytes: int = 10 << 20
    """Bytes of one feed. Chosen, not measured: the cap on pages."""
    max_page_bytes: int = 10 << 20
    """Bytes of one front page. Chosen, not measured: the cap on pages."""
    max_anchors: int = 10_000
    """Anchors of one front page. Chosen, not measured: news front pages have some hundreds."""
    max_gzip_layers: int = 2
    """Chosen, not measured: a file compressed on disk and once more on the way."""
    max_faults: int = 20
    """Faults that are named one by one; the others are counted. Chosen, not measured."""
    max_title_chars: int = 500
    """Characters of a title; longer ones are cut. Chosen, not measured."""
    max_url_chars: int = 2_083
    """Longer URLs are faults. Standard: de facto, and Scrapy's URLLENGTH_LIMIT."""


DEFAULT_OPTIONS = DiscoveryOptions()
