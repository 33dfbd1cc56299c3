"""What sites.toml says of a site's pages: parts that are never text, and parts that always are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml.cssselect import CSSSelector

from crawler.extraction.blocks import BlockTree
from crawler.items import TEXT_LABELS, Block, BlockKind, Label, Segment

if TYPE_CHECKING:
    from lxml.html import HtmlElement

OWN_FIELDS = frozenset({Label.TITLE, Label.BYLINE, Label.CAPTION})
"""What stands in fields of its own stays there, also in a part that is kept."""


@dataclass(frozen=True, slots=True)
class SiteRules:
    """CSS selectors of elements that hold whole blocks; where both match, `prune` wins."""

    prune: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


def with_site_rules(
    root: HtmlElement, tree: BlockTree, segments: Sequence[Segment], rules: SiteRules
) -> tuple[Segment, ...]:
    """Return the segments with pruned text as `other` and kept blocks as text; the reason names the selector."""
    if not (rules.prune or rules.keep):
        return tuple(segments)
    pruned, kept = _places(root, rules.prune), _places(root, rules.keep)
    return tuple(
        _ruled(block, segment, _match(segment.xpath, pruned), _match(segment.xpath, kept))
        for block, segment in zip(tree.blocks, segments, strict=True)
    )


def _ruled(block: Block, segment: Segment, pruned_by: str | None, kept_by: str | None) -> Segment:
    if pruned_by and segment.label in TEXT_LABELS:
        return replace(segment, label=Label.OTHER, score=1.0, reason=f"this site prunes “{pruned_by}”")
    if kept_by and not pruned_by and segment.label not in TEXT_LABELS | OWN_FIELDS:
        label = Label.SUBHEADING if block.kind is BlockKind.HEADING else Label.BODY
        return replace(segment, label=label, score=1.0, reason=f"this site keeps “{kept_by}”")
    return segment


def _places(root: HtmlElement, selectors: Sequence[str]) -> dict[str, str]:
    """Return path of element -> the selector that matches it."""
    paths = root.getroottree()
    return {str(paths.getpath(found)): told for told in selectors for found in _selector(told)(root)}


def _match(xpath: str, places: Mapping[str, str]) -> str | None:
    """Return the selector that matches the block's element or one around it."""
    while xpath and places:
        if xpath in places:
            return places[xpath]
        xpath = xpath.rpartition("/")[0]
    return None


@lru_cache(maxsize=256)
def _selector(told: str) -> CSSSelector:
    return CSSSelector(told, translator="html")
