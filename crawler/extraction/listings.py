"""Listings of code: `pre` elements whose lines are kept, as no block of one line keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.clean_text import clean_code
from crawler.extraction.element_kinds import BREAK, SKIPPED, WALK

LISTING_TAG = "pre"
BLOCK_LEVEL = -1


@dataclass(frozen=True, slots=True)
class Listing:
    text: str
    """Its lines, indented as on the page."""
    blocks: int
    """Blocks of the page that stand in it."""


def is_listing(element: HtmlElement, tag: str) -> bool:
    """Whether the element is a listing that stands in no other one."""
    return tag == LISTING_TAG and next(element.iterancestors(LISTING_TAG), None) is None


def listing_text(element: HtmlElement) -> str:
    """Return the lines of a listing; elements that are no part of a line begin and end one."""
    pieces: list[str] = []
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, part in walker:
        walk = BLOCK_LEVEL if part is element else WALK.get(str(part.tag), BLOCK_LEVEL)
        if walk == BLOCK_LEVEL and pieces and not pieces[-1].endswith("\n"):
            pieces.append("\n")
        if event == "start" and walk == SKIPPED:
            walker.skip_subtree()
        elif event == "start":
            pieces.append("\n" if walk == BREAK else part.text or "")
        elif part is not element:
            pieces.append(part.tail or "")
    return clean_code("".join(filter(None, pieces)))
