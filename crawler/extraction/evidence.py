"""What is known of a page beside its blocks, for the labeller."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.site_memory.recall import SiteReading


@dataclass(frozen=True, slots=True)
class PageEvidence:
    """Page-wide evidence. `kept` has one entry a block, 0 to 1, where the main content was asked for; else none."""

    kept: tuple[float, ...] = ()
    """Share of each block's text that the main content has."""
    titles: tuple[str, ...] = ()
    """The page's headline as the page names it: h1, og:title, JSON-LD headline, title element."""
    description: str | None = None
    article_body: str | None = None
    """`articleBody` of JSON-LD; often cut, so a vote and never the text."""
    authors: tuple[str, ...] = ()
    """Names that the page declares, or that stand in its marked bylines."""
    url: str | None = None
    plain_text: bool = False
    site: SiteReading | None = None
    """With the memory of the page's site; None where nothing is known of it."""
