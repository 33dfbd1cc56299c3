"""Probabilities of one page and the evidence of its site -> better probabilities: a small trained network.

The network adds to the first stage's log probabilities, so a block of which the site says nothing keeps its label.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crawler.site_memory.evidence import COLUMNS, FEW_ARTICLES, LEAST_REPEATS, Evidence
from crawler.site_memory.memory import Floats

TEXT_COUNT = 3
"""The labels of the text come first."""
LEAST_TEXT = 0.43
"""Probability of text in the first stage under which the site's evidence never adds to it: so word F1 is as high or
higher, a sixth fewer blocks leak, and date lines of listings stay what they are."""
SURE_TEXT = 0.95
"""Probability of text in the first stage from which no repetition takes it out."""
OWN_FIELDS = 3
"""Labels after those of the text that have fields of their own: title, byline, caption. No repetition makes one."""
HISTORY = 0.5
"""Weight of the site's label history, of the text and of the place, for the kind of chaff that repeats. On template
sites macro F1 is .871 without, .882 with .25 to .75, .865 with 2 (measured)."""
RENAMED = 5.0
"""Log odds by which the site must speak for another kind of chaff than the first stage: it sees one page only, so its
doubts are alike whatever the site showed before. Labels alike in ten orders .988 with 0, .992 with 3, .995 with 5 to
7; macro F1 .883, .883, .882 and .880 (measured)."""
LEAST = 1e-4
"""Probability below which the first stage's figures are noise."""
MAX_INPUT = 5.0
"""Standard deviations at which an input is cut."""
ARRAYS = ("mean", "scale", "hidden", "hidden_bias", "output", "output_bias")


@dataclass(frozen=True, slots=True)
class SecondStage:
    """One hidden layer of rectified units over standardised inputs: log probabilities, then the evidence."""

    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats


def adjust(stage: SecondStage, probabilities: Floats, evidence: Evidence) -> Floats:
    """Return blocks x labels; the same probabilities where no other article of the site was seen."""
    if evidence.others <= FEW_ARTICLES:
        return probabilities
    logs = log_probabilities(probabilities)
    inputs = standardised(stage, stage_inputs(logs, evidence.columns))
    active = np.maximum(inputs @ stage.hidden + stage.hidden_bias, np.float32(0))
    adjusted = _by_history(softmax(logs + active @ stage.output + stage.output_bias), evidence)
    was, now = (shares[:, :TEXT_COUNT].sum(axis=1) for shares in (probabilities, adjusted))
    doubtful = (was < LEAST_TEXT) & (_spoken_for(adjusted, probabilities) < RENAMED)
    adjusted = _with_kinds_of(adjusted, probabilities, doubtful)
    added = (was < LEAST_TEXT) & (now > was)
    kept = (was >= LEAST_TEXT) & (~evidence.repeats | (was >= SURE_TEXT))
    label = adjusted.argmax(axis=1)
    named = (probabilities.argmax(axis=1) != label) & (label >= TEXT_COUNT) & (label < TEXT_COUNT + OWN_FIELDS)
    return np.where((added | kept | named)[:, None], probabilities, adjusted)


def _spoken_for(adjusted: Floats, probabilities: Floats) -> Floats:
    """Return the log odds of the likeliest kind of chaff against what it was before, 0 where it is the same."""
    of_chaff = log_probabilities(adjusted)[:, TEXT_COUNT:]
    before = probabilities[:, TEXT_COUNT:].argmax(axis=1, keepdims=True)
    odds: Floats = of_chaff.max(axis=1) - np.take_along_axis(of_chaff, before, axis=1)[:, 0]
    return odds


def _with_kinds_of(adjusted: Floats, probabilities: Floats, rows: NDArray[np.bool_]) -> Floats:
    """Return the adjusted probabilities; in these rows the share of all chaff is shared out as it was before."""
    before = probabilities[rows, TEXT_COUNT:]
    chaff = adjusted[rows, TEXT_COUNT:].sum(axis=1, keepdims=True)
    shared = adjusted.copy()
    shared[rows, TEXT_COUNT:] = before / np.maximum(before.sum(axis=1, keepdims=True), LEAST) * chaff
    return shared


def _by_history(probabilities: Floats, evidence: Evidence) -> Floats:
    """Return the probabilities with the share of all chaff as it is, shared out by what the site's history says too.

    One page's doubt between two kinds is not the next page's: the same box is to have the same label on both.
    """
    labels = probabilities.shape[1]
    repeats = evidence.repeats & (evidence.counts >= LEAST_REPEATS)
    of_text, of_place = (evidence.columns[repeats, at : at + labels] for at in (len(COLUMNS), len(COLUMNS) + labels))
    logs = log_probabilities(probabilities[repeats]) + np.float32(HISTORY) * (of_text + of_place)
    chaff = probabilities[repeats, TEXT_COUNT:].sum(axis=1, keepdims=True)
    weighed = probabilities.copy()
    weighed[repeats, TEXT_COUNT:] = softmax(logs[:, TEXT_COUNT:]) * chaff
    return weighed


def log_probabilities(probabilities: Floats) -> Floats:
    logs: Floats = np.log(np.maximum(probabilities, LEAST)).astype(np.float32)
    return logs


def stage_inputs(logs: Floats, columns: Floats) -> Floats:
    return np.concatenate([logs, columns], axis=1)


def standardised(stage: SecondStage, inputs: Floats) -> Floats:
    cut: Floats = np.clip((inputs - stage.mean) / stage.scale, -MAX_INPUT, MAX_INPUT).astype(np.float32)
    return cut


def softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


@cache
def shipped_stage() -> SecondStage:
    with as_file(files("crawler.site_memory") / "model" / "second_stage.npz") as path:
        return load_stage(path)


def load_stage(path: Path) -> SecondStage:
    with np.load(path, allow_pickle=False) as stored:
        arrays: dict[str, Any] = {name: stored[name].astype(np.float32) for name in ARRAYS}
        return SecondStage(**arrays)


def save_stage(stage: SecondStage, path: Path) -> None:
    np.savez_compressed(path, **{name: getattr(stage, name).astype(np.float32) for name in ARRAYS})
