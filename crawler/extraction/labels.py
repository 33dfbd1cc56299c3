"""Blocks -> segments: one label for every block, from the trained model and the rules that come after it."""

from __future__ import annotations

from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.hints import gather_hints
from crawler.extraction.labeller import BlockScores
from crawler.extraction.labeller import label_blocks as label_by_model
from crawler.extraction.sieve import sift_lines, sift_page
from crawler.extraction.signatures import with_signatures
from crawler.items import Segment


def label_blocks(
    tree: BlockTree, evidence: PageEvidence, scores: BlockScores | None = None, *, all_reasons: bool = False
) -> tuple[Segment, ...]:
    """Return one segment a block, in the same order; `scores` are those of the page where they are at hand.

    Of HTML, blocks of the article and of menus have an empty reason unless all are asked for.
    """
    return sift(tree, label_by_model(tree, evidence, scores, all_reasons=all_reasons), evidence)


def sift(tree: BlockTree, segments: tuple[Segment, ...], evidence: PageEvidence) -> tuple[Segment, ...]:
    """Return the segments after the rules for what the blocks' own words and their order name for certain."""
    hints = gather_hints(tree, evidence)
    if evidence.plain_text:
        return sift_lines(segments, hints)
    return with_signatures(sift_page(tree, segments, hints, evidence.url, evidence.titles), evidence.authors)
