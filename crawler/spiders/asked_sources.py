"""The sources of one site that a run asks: each once, and of those that others name only so many."""

from __future__ import annotations

import logging
from collections import Counter

from crawler.items import DiscoveredVia
from crawler.spiders.sources import Source

MAX_OF_KIND = 50
"""Feeds, and sitemap files, of one site in one run beside those in sites.toml: an index tree can be endless, and a home
page can name any number of feeds. As many that earlier runs found come first: they take no place from new ones. Chosen,
not measured."""
MAX_DEPTH = 2
"""Sitemap indexes inside indexes that are followed."""


class AskedSources:
    """What one site was asked for since its turn in the run began."""

    def __init__(self, site: str, log: logging.LoggerAdapter[logging.Logger]) -> None:
        self._site = site
        self._log = log
        self._urls: set[str] = set()
        self._found: Counter[tuple[str, bool]] = Counter()
        self._full: set[str] = set()

    def admit(self, source: Source) -> bool:
        """Return whether to ask a source now, and count it; the first one too many of a kind is logged."""
        if source.url in self._urls or source.depth > MAX_DEPTH:
            return False
        kind = "feeds" if source.kind is DiscoveredVia.FEED else "sitemaps"
        if source.found and self._found[kind, source.known] >= MAX_OF_KIND:
            if kind not in self._full and not source.known:  # what is known is asked all the same when it is named
                self._full.add(kind)
                told = (
                    "%s: it names more than %d new %s; %s and what follows are left to later runs; name in sites.toml "
                    "those wanted"
                )
                self._log.warning(told, self._site, MAX_OF_KIND, kind, source.url)
            return False
        self._urls.add(source.url)
        self._found[kind, source.known] += source.found
        return True
