"""One entrance to the readers of sources, for worker processes."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.items import DiscoveredVia, Link


@dataclass(frozen=True, slots=True)
class SourceLinks:
    """What a source gave: article links, further sitemaps, feeds, and faults in words."""

    links: tuple[Link, ...] = ()
    children: tuple[Link, ...] = ()
    """Further sitemaps; `modified` is the lastmod that the index gives."""
    feeds: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def read_source(kind: DiscoveredVia, body: bytes, url: str, content_type: str | None) -> SourceLinks:
    """Read a source's bytes as what it was asked for. Raises SourceUnreadable."""
    from crawler.discovery.feeds import read_feed  # the main process need not load the parsers
    from crawler.discovery.front_pages import read_front_page
    from crawler.discovery.sitemaps import read_sitemap

    if kind is DiscoveredVia.FEED:
        feed = read_feed(body, url, content_type)
        return SourceLinks(feed.links, faults=feed.faults)
    if kind is DiscoveredVia.FRONT_PAGE:
        page = read_front_page(body, url)
        return SourceLinks(page.links, feeds=page.feeds, faults=page.faults)
    sitemap = read_sitemap(body, url)
    return SourceLinks(sitemap.links, sitemap.children, faults=sitemap.faults)
