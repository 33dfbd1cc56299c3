"""Blocks -> segments without the labeller: by the site's template, or by what the labeller said of the page before."""

from __future__ import annotations

import numpy as np

from crawler.extraction.blas_threads import one_thread
from crawler.extraction.block_model import LABELS, Floats
from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.labeller import choose_labels
from crawler.items import FirstReading, Segment
from crawler.site_memory.recall import SiteReading
from crawler.site_memory.template_reading import TemplateReading


def label_by_template(tree: BlockTree, reading: TemplateReading) -> tuple[Segment, ...]:
    """Return one segment a block, in the same order, with a reason for each."""
    answer = reading.answer
    return tuple(
        Segment(LABELS[label], block.text, block.xpath, round(share, 3), reading.reason(block.index))
        for block, label, share in zip(tree.blocks, answer.labels.tolist(), answer.shares.tolist(), strict=True)
    )


def label_again(tree: BlockTree, evidence: PageEvidence, site: SiteReading, first: FirstReading) -> tuple[Segment, ...]:
    """Return the segments of a page whose first reading is at hand, with what is known of its site by now."""
    with one_thread():
        probabilities = site.recall(tree.blocks, tree.containers, evidence.titles, probabilities_of(first))
        chosen = choose_labels(probabilities, tree, evidence).tolist()
    told = {number: reason for number, label, reason in first.reasons if LABELS[chosen[number]] is label}
    reasons = site.reasons(chosen, {number: told.get(number, "") for number in range(len(chosen))})
    return tuple(
        Segment(LABELS[label], block.text, block.xpath, round(float(shares[label]), 3), reasons[block.index])
        for block, label, shares in zip(tree.blocks, chosen, probabilities, strict=True)
    )


def first_reading(
    site: SiteReading, kept: tuple[float, ...], segments: tuple[Segment, ...], method: str
) -> FirstReading | None:
    """Return what a second reading needs of the first; None for a page without blocks."""
    if site.recalled is None:
        return None
    return FirstReading(
        site.recalled.before.astype("<f2").tobytes(),
        np.array(kept, "<f2").tobytes(),
        tuple((number, segments[number].label, reason) for number, reason in site.page_reasons.items() if reason),
        method,
    )


def probabilities_of(first: FirstReading) -> Floats:
    """Return what the labeller said of the page, blocks x labels, with the main content's vote where it was asked."""
    return np.frombuffer(first.probabilities, "<f2").reshape(-1, len(LABELS)).astype(np.float32)


def kept_of(first: FirstReading) -> tuple[float, ...]:
    return tuple(np.frombuffer(first.kept, "<f2").astype(np.float32).tolist())
