"""A page of HTML labelled in one of three ways.

By the trained model over what trafilatura found; by the template of the page's site, where that is trusted; or, when it
is read a second time, by what the model said of it the first time and what is known of its site by now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawler.extraction.alignment import kept_shares
from crawler.extraction.block_model import LABELS
from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.labels import label_blocks, sift
from crawler.extraction.main_content import find_main_content
from crawler.extraction.options import ExtractionOptions
from crawler.extraction.quality import estimate_quality
from crawler.extraction.template_labels import first_reading, kept_of, label_again, label_by_template
from crawler.items import BY_TEMPLATE, FirstReading, Page, Segment
from crawler.site_memory.recall import SiteReading

if TYPE_CHECKING:
    from lxml.html import HtmlElement

NUMBERS = {label: number for number, label in enumerate(LABELS)}


@dataclass(frozen=True, slots=True)
class LabelledPage:
    segments: tuple[Segment, ...]
    method: str
    """`blocks+trafilatura`, `blocks` where trafilatura found nothing, or `template`."""
    quality: float | None
    """Expected word F1 of the text; of a page that the template labelled, the mean of those it was learned from."""
    site_observation: bytes | None = None
    first_reading: FirstReading | None = None


def label_page(
    root: HtmlElement, tree: BlockTree, evidence: PageEvidence, page: Page, options: ExtractionOptions
) -> LabelledPage:
    """Return the labels of a page; `evidence` is that of before its main content was looked for."""
    site = evidence.site
    if page.first_reading is not None and site is not None:
        return _labelled_again(tree, evidence, site, page.first_reading)
    if site is not None and tree.blocks:
        answer = site.by_template(tree.blocks, tree.containers, evidence.titles)
        if answer is not None:
            segments = sift(tree, label_by_template(tree, answer), evidence)
            quality = round(answer.memory.template.quality, 3) or None
            return LabelledPage(segments, BY_TEMPLATE, quality, _observation(evidence, segments, quality))
    lines = find_main_content(root, url=page.url)
    evidence = replace(evidence, kept=kept_shares(tree.blocks, lines))
    segments = label_blocks(tree, evidence, all_reasons=options.all_reasons)
    # A page that is held is read again, and teaches the template then.
    labelled = _labelled(
        tree, evidence, segments, "blocks+trafilatura" if lines else "blocks", teaches=not page.is_held
    )
    if page.is_held and site is not None:
        first = first_reading(site, evidence.kept, segments, labelled.method)
        return replace(labelled, first_reading=first)
    return labelled


def _labelled_again(tree: BlockTree, evidence: PageEvidence, site: SiteReading, first: FirstReading) -> LabelledPage:
    evidence = replace(evidence, kept=kept_of(first))
    site.hold_against_template(tree.blocks, tree.containers, evidence.titles)
    segments = sift(tree, label_again(tree, evidence, site, first), evidence)
    return _labelled(tree, evidence, segments, first.method, teaches=True)


def _labelled(
    tree: BlockTree, evidence: PageEvidence, segments: tuple[Segment, ...], method: str, *, teaches: bool
) -> LabelledPage:
    quality = estimate_quality(tree.blocks, segments, evidence.kept)
    return LabelledPage(segments, method, quality, _observation(evidence, segments, quality, teaches=teaches))


def _observation(
    evidence: PageEvidence, segments: tuple[Segment, ...], quality: float | None, *, teaches: bool = True
) -> bytes | None:
    if evidence.site is None:
        return None
    return evidence.site.observation([NUMBERS[segment.label] for segment in segments], quality, teaches=teaches)
