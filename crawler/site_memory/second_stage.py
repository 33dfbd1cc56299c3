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

from crawler.site_memory.evidence import FEW_ARTICLES, Evidence
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
    adjusted = softmax(logs + active @ stage.output + stage.output_bias)
    was, now = (shares[:, :TEXT_COUNT].sum(axis=1) for shares in (probabilities, adjusted))
    added = (was < LEAST_TEXT) & (now > was)
    kept = (was >= LEAST_TEXT) & (~evidence.repeats | (was >= SURE_TEXT))
    label = adjusted.argmax(axis=1)
    named = (probabilities.argmax(axis=1) != label) & (label >= TEXT_COUNT) & (label < TEXT_COUNT + OWN_FIELDS)
    return np.where((added | kept | named)[:, None], probabilities, adjusted)


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
