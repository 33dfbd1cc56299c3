"""A page of HTML labelled in one of three ways.

By the trained model, with trafilatura's opinion where the page is doubtful; by the template of the page's site, where
that is trusted; or, when it is read a second time, by what the model said of it the first time and what is known of its
site by now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawler.extraction.alignment import kept_shares
from crawler.extraction.block_model import LABELS
from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.labeller import score_blocks
from crawler.extraction.labels import label_blocks, sift
from crawler.extraction.main_content import find_main_content
from crawler.extraction.options import ExtractionOptions
from crawler.extraction.quality import estimate_quality
from crawler.extraction.second_opinion import weigh_opinion, with_second_opinion
from crawler.extraction.template_labels import (
    first_reading,
    kept_of,
    label_again,
    label_by_template,
    probabilities_of,
)
from crawler.items import BY_TEMPLATE, FirstReading, Page, Segment
from crawler.site_memory.recall import SiteReading

if TYPE_CHECKING:
    from lxml.html import HtmlElement

BY_BLOCKS, BY_BLOCKS_AND_MAIN_CONTENT = "blocks", "blocks+trafilatura"
NUMBERS = {label: number for number, label in enumerate(LABELS)}


@dataclass(frozen=True, slots=True)
class LabelledPage:
    segments: tuple[Segment, ...]
    method: str
    """`blocks`, `blocks+trafilatura` where the page was doubtful and trafilatura found something, or `template`."""
    quality: float | None
    """Expected word F1 of the text; of a page that the template labelled, the mean of those it was learned from."""
    site_observation: bytes | None = None
    first_reading: FirstReading | None = None


def label_page(
    root: HtmlElement, tree: BlockTree, evidence: PageEvidence, page: Page, options: ExtractionOptions
) -> LabelledPage:
    """Return the labels of a page; `evidence` is that of before its main content was asked for."""
    site = evidence.site
    if page.first_reading is not None and site is not None:
        return _labelled_again(tree, evidence, site, page.first_reading)
    if site is not None and tree.blocks:
        answer = site.by_template(tree.blocks, tree.containers, evidence.titles)
        if answer is not None:
            segments = sift(tree, label_by_template(tree, answer), evidence)
            quality = round(answer.memory.template.quality, 3) or None
            return _labelled(evidence, segments, BY_TEMPLATE, quality, teaches=True)
    return _labelled_in_full(root, tree, evidence, page, options)


def _labelled_in_full(
    root: HtmlElement, tree: BlockTree, evidence: PageEvidence, page: Page, options: ExtractionOptions
) -> LabelledPage:
    # A page that is held is read again, and teaches the template then.
    teaches = not page.is_held
    if not tree.blocks:
        return _labelled(evidence, (), BY_BLOCKS, None, teaches=teaches)

    def ask() -> tuple[float, ...]:
        return kept_shares(tree.blocks, find_main_content(root, url=page.url))

    scores = score_blocks(tree, evidence)
    probabilities = scores.reading.probabilities
    evidence = with_second_opinion(evidence, tree.blocks, probabilities, ask)
    segments = label_blocks(tree, evidence, scores, all_reasons=options.all_reasons)
    method = BY_BLOCKS_AND_MAIN_CONTENT if any(evidence.kept) else BY_BLOCKS
    quality = estimate_quality(tree.blocks, segments, weigh_opinion(probabilities, evidence.kept))
    labelled = _labelled(evidence, segments, method, quality, teaches=teaches)
    if page.is_held and evidence.site is not None:
        return replace(labelled, first_reading=first_reading(evidence.site, evidence.kept, segments, method))
    return labelled


def _labelled_again(tree: BlockTree, evidence: PageEvidence, site: SiteReading, first: FirstReading) -> LabelledPage:
    evidence = replace(evidence, kept=kept_of(first))
    site.hold_against_template(tree.blocks, tree.containers, evidence.titles)
    segments = sift(tree, label_again(tree, evidence, site, first), evidence)
    quality = estimate_quality(tree.blocks, segments, probabilities_of(first))
    return _labelled(evidence, segments, first.method, quality, teaches=True)


def _labelled(
    evidence: PageEvidence, segments: tuple[Segment, ...], method: str, quality: float | None, *, teaches: bool
) -> LabelledPage:
    if evidence.site is None:
        return LabelledPage(segments, method, quality)
    labels = [NUMBERS[segment.label] for segment in segments]
    return LabelledPage(segments, method, quality, evidence.site.observation(labels, quality, teaches=teaches))
