"""Figures of labelled pages: F1 by label, body against the rest, leaks, calibration; and of body texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np

from crawler.extraction.block_model import LABELS, TEXT_COUNT, Floats
from crawler.extraction.labeller import choose_labels
from crawler.items import Label
from crawler.training.corpora import UNKNOWN, TrainingPage

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f"
TOKEN = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
BODY = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
PROMOTION = [
    LABELS.index(n) for n in (Label.ADVERTISEMENT, Label.JOB_LISTING, Label.COMMENT_POLICY, Label.SUBSCRIPTION)
]
UNSCORED = [LABELS.index(n) for n in (Label.TITLE, Label.BYLINE, Label.CAPTION)]
"""Labels that do not count where body is held against the rest."""
BINS = 10

Scored = tuple[TrainingPage, Floats]
"""A page and its blocks' probabilities."""


def label_figures(scored: Sequence[Scored]) -> dict[str, Any]:
    """Return the figures of pages with labels; blocks without one do not count."""
    true = np.concatenate([page.labels for page, _ in scored])
    shares = np.concatenate([probabilities for _, probabilities in scored])
    known = true != UNKNOWN
    tokens = np.array([max(len(TOKEN.findall(b.text.lower())), 1) for page, _ in scored for b in page.tree.blocks])
    true, shares, tokens = true[known], shares[known], tokens[known]
    chosen = np.concatenate([choose_labels(p, page.tree, page.evidence) for page, p in scored])[known]
    by_label = {
        str(name): _f1((true == n) & (chosen == n), true == n, chosen == n)
        for n, name in enumerate(LABELS)
        if (true == n).any()
    }
    rest = ~np.isin(true, UNSCORED)
    in_body = (true < TEXT_COUNT) & rest
    said_body = ((chosen < TEXT_COUNT) | np.isin(chosen, UNSCORED)) & rest
    both = in_body & said_body
    leaked = np.isin(true, PROMOTION) & (chosen < TEXT_COUNT)
    page_of = np.concatenate([np.full(len(p.labels), n) for n, (p, _) in enumerate(scored)])[known]
    return {
        "pages": len(scored),
        "blocks": len(true),
        "macro_f1": round(fmean(by_label.values()), 4),
        "accuracy": round(float((true == chosen).mean()), 4),
        "f1": by_label,
        "body_token_f1": _f1(both, in_body, said_body, tokens),
        "body_token_recall": round(float(tokens[both].sum() / max(tokens[in_body].sum(), 1)), 4),
        "body_block_f1": _f1(both, in_body, said_body),
        "promotion_blocks_in_text": int(leaked.sum()),
        "pages_with_promotion_in_text": round(len(set(page_of[leaked].tolist())) / len(scored), 4),
        "calibration_error": calibration_error(shares, true, chosen),
    }


def _f1(both: Any, first: Any, second: Any, weights: Any = None) -> float:
    weights = np.ones(len(both)) if weights is None else weights
    total = weights[first].sum() + weights[second].sum()
    return round(float(2 * weights[both].sum() / total), 4) if total else 0.0


def calibration_error(shares: Floats, true: Any, chosen: Any) -> float:
    """Return the expected calibration error of the chosen labels' probabilities, in ten bins."""
    score = shares[np.arange(len(chosen)), chosen]
    place = np.minimum((score * BINS).astype(int), BINS - 1)
    right = true == chosen
    gaps = [
        abs(float(right[place == n].mean()) - float(score[place == n].mean())) * float((place == n).mean())
        for n in range(BINS)
        if (place == n).any()
    ]
    return round(sum(gaps), 4)


def body_figures(scored: Sequence[Scored]) -> dict[str, float]:
    """Return the mean word F1 of the text blocks, and of the main content alone, against the true bodies."""
    ours = [word_f1(_text(page, probabilities), page.body or "") for page, probabilities in scored]
    theirs = [word_f1("\n".join(page.lines), page.body or "") for page, _ in scored]
    return {"pages": len(scored), "word_f1": round(fmean(ours), 4), "main_content_word_f1": round(fmean(theirs), 4)}


def _text(page: TrainingPage, probabilities: Floats) -> str:
    chosen = choose_labels(probabilities, page.tree, page.evidence)
    return "\n\n".join(b.text for b, n in zip(page.tree.blocks, chosen.tolist(), strict=True) if n < TEXT_COUNT)


def word_f1(text: str, true: str) -> float:
    """F1 of the two bags of words; one word a character for scripts without spaces."""
    found, wanted = (Counter(BODY.findall(ZERO_WIDTH.sub("", t).lower())) for t in (text, true))
    if not found or not wanted:
        return float(found == wanted)
    common = (found & wanted).total()
    return 2 * common / (found.total() + wanted.total())
