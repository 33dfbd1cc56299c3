"""The values that flow: Page -> [Block] -> [Segment] -> Record -> Verdict -> JSON line.

Every value is frozen. A stage returns a new one and never changes what it was given. Nothing here imports Scrapy.
"""

from __future__ import annotations

from crawler.items.blocks import Block, BlockKind, Container, Segment
from crawler.items.json_values import JsonValue
from crawler.items.labels import ARTICLE_LABELS, TEXT_LABELS, Label
from crawler.items.pages import DiscoveredVia, FirstReading, Link, Page
from crawler.items.records import (
    BY_TEMPLATE,
    NOT_IN_LINE,
    SCHEMA_VERSION,
    Extraction,
    Paragraph,
    ParagraphKind,
    Record,
    Status,
    Verdict,
)

__all__ = [
    "ARTICLE_LABELS",
    "BY_TEMPLATE",
    "NOT_IN_LINE",
    "SCHEMA_VERSION",
    "TEXT_LABELS",
    "Block",
    "BlockKind",
    "Container",
    "DiscoveredVia",
    "Extraction",
    "FirstReading",
    "JsonValue",
    "Label",
    "Link",
    "Page",
    "Paragraph",
    "ParagraphKind",
    "Record",
    "Segment",
    "Status",
    "Verdict",
]
