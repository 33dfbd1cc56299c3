"""Stacked training without peeking, and cross-validation over folds of sites.

The network must learn from linear scores as good and as bad as those of an unseen site. So the linear stage is
fitted without every fold, and the scores of a training page come from the stage that does not know its fold. Stages
that know neither the page's fold nor the tested one, one for each pair of folds, gave the same macro F1 (.7960 against
.7965) at three times the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from crawler.extraction.alignment import KEPT
from crawler.extraction.block_measures import LONG_CHARS
from crawler.extraction.block_model import (
    LABELS,
    BlockModel,
    Floats,
    linear_scores,
    network_inputs,
    read_page_features,
)
from crawler.extraction.labeller import weighed_probabilities
from crawler.extraction.second_opinion import with_second_opinion
from crawler.training.body_truth import allowed_labels
from crawler.training.corpora import UNKNOWN, TrainingPage
from crawler.training.figures import Scored
from crawler.training.linear import LinearStage, block_weights, fit_linear, word_rows
from crawler.training.network import fit_network
from crawler.training.options import TrainingOptions

NEAR = 15
"""Blocks from the main content's ends within which half of the blocks of known body are used. Chosen."""


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """`models[f]` was trained without fold f; `final` on all pages but those of fold `KEPT_OUT`."""

    models: tuple[BlockModel, ...]
    final: BlockModel


KEPT_OUT = -1
"""The fold of pages that are never trained on."""


class Trainer:
    """Holds the linear stages of one set of pages, each fitted when first needed."""

    def __init__(
        self,
        pages: Sequence[TrainingPage],
        folds: Sequence[int],
        options: TrainingOptions,
        tell: Callable[[str], None],
    ) -> None:
        self.pages = pages
        self.folds = folds
        self.options = options
        self.tell = tell
        self.words: list[sparse.csr_matrix] = [word_rows(page.features.units) for page in pages]
        self.stages: dict[frozenset[int], LinearStage] = {}

    def cross_validate(self) -> CrossValidation:
        models = [self.train(without=fold) for fold in range(self.options.folds)]
        return CrossValidation(tuple(models), self.train(without=None))

    def train(self, without: int | None) -> BlockModel:
        """Return the model trained on all pages but those of one fold; its temperature is 1."""
        kept_out = {KEPT_OUT} if without is None else {KEPT_OUT, without}
        inputs, allowed, weights, labelled = [], [], [], []
        for place, page in enumerate(self.pages):
            if self.folds[place] in kept_out:
                continue
            page_allowed, page_weights = self._targets(page)
            chosen = np.flatnonzero(page_weights > 0)
            if len(chosen):
                stage = self.stage(frozenset({KEPT_OUT, self.folds[place]}))
                linear = linear_scores(stage.weights, stage.intercept, page.features.units)
                inputs.append(network_inputs(page.features, linear)[chosen])
                allowed.append(page_allowed[chosen])
                weights.append(page_weights[chosen])
                labelled.append((np.array(page.labels) != UNKNOWN)[chosen])
        stage = self.stage(frozenset(kept_out))
        rows = np.concatenate(inputs)
        del inputs
        self.tell(f"network on {len(rows):,} blocks, without fold {without}")
        network = fit_network(
            rows, np.concatenate(allowed), np.concatenate(weights), np.concatenate(labelled), self.options
        )
        return BlockModel(
            linear=stage.weights,
            intercept=stage.intercept,
            mean=network.mean,
            scale=network.scale,
            hidden=network.hidden,
            hidden_bias=network.hidden_bias,
            output=network.output,
            output_bias=network.output_bias,
            temperature=1.0,
        )

    def stage(self, without: frozenset[int]) -> LinearStage:
        """Return the linear stage fitted on the labelled pages of all folds but these."""
        if without not in self.stages:
            known = [
                place
                for place, page in enumerate(self.pages)
                if self.folds[place] not in without and any(label != UNKNOWN for label in page.labels)
            ]
            self.tell(f"linear stage on {len(known)} pages, without folds {sorted(without)}")
            self.stages[without] = fit_linear(
                [self.words[place] for place in known], [self.pages[place] for place in known], self.options
            )
        return self.stages[without]

    def _targets(self, page: TrainingPage) -> tuple[Floats, Floats]:
        """Return each block's allowed labels and weight; blocks of weight 0 are not used."""
        labels = np.array(page.labels)
        known = labels != UNKNOWN
        if known.any():
            allowed = np.zeros((len(labels), len(LABELS)), np.float32)
            allowed[known, labels[known]] = 1
            return allowed, block_weights(page, self.options.page_cap)
        allowed = allowed_labels(page)
        draw = np.random.default_rng(len(labels))
        used = draw.random(len(labels)) < np.where(_near(page), self.options.near_share, self.options.far_share)
        return allowed, np.where(allowed.any(axis=1) & used, self.options.body_weight, 0).astype(np.float32)


def _near(page: TrainingPage) -> NDArray[np.bool_]:
    """Return which blocks are of the main content or not far from it; all of a page without one."""
    kept, index = np.array(page.evidence.kept), np.arange(len(page.labels))
    long = np.array([len(block.text) > LONG_CHARS for block in page.tree.blocks])
    marks = np.flatnonzero((kept > KEPT) & long)
    first, last = (marks[0], marks[-1]) if len(marks) else (0, len(index) - 1)
    return ((index > first - NEAR) & (index < last + NEAR)) | (kept > 0)


def predict(model: BlockModel, page: TrainingPage) -> Scored:
    """Return the page with the evidence that is used of it, and the probabilities by which labels are chosen."""
    read = read_page_features(model, page.features).probabilities
    evidence = with_second_opinion(page.evidence, page.tree.blocks, read, lambda: page.evidence.kept)
    return replace(page, evidence=evidence), weighed_probabilities(read, evidence, page.tree, page.features)


def calibrate(models: CrossValidation, pages: Sequence[TrainingPage], folds: Sequence[int]) -> CrossValidation:
    """Return the models with the one temperature that is best for pages that the fold models had not seen."""
    logits, labels = [], []
    for page, fold in zip(pages, folds, strict=True):
        known = np.array(page.labels) != UNKNOWN
        if fold != KEPT_OUT and known.any():
            probabilities = read_page_features(models.models[fold], page.features).probabilities[known]
            logits.append(np.log(np.maximum(probabilities, 1e-12)))
            labels.append(np.array(page.labels)[known])
    temperature = best_temperature(np.concatenate(logits), np.concatenate(labels))
    fitted = tuple(replace(model, temperature=temperature) for model in models.models)
    return CrossValidation(fitted, replace(models.final, temperature=temperature))


def best_temperature(logits: Floats, labels: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    """Return the temperature of least log loss among steps of .05 (Guo et al. 2017)."""

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        top = scaled.max(axis=1)
        total = np.log(np.exp(scaled - top[:, None]).sum(axis=1)) + top
        return float((total - scaled[np.arange(len(labels)), labels]).mean())

    return min((float(t) for t in np.arange(0.5, 3.01, 0.05)), key=loss)
