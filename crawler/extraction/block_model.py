"""The trained model of the labeller: a linear stage over hashed words, then a small network over all features.

A model is one `.npz` file of plain arrays, without pickle. Its figures stand in `model/card.json`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.features import PageFeatures
from crawler.extraction.score_context import context, context_columns, parts_columns, parts_context
from crawler.extraction.word_units import BUCKET_BITS, ROLES, HashedUnits
from crawler.items import Label

Floats = NDArray[np.float32]

LABELS = (
    Label.BODY, Label.SUBHEADING, Label.LEAD, Label.TITLE, Label.BYLINE, Label.CAPTION, Label.ADVERTISEMENT,
    Label.JOB_LISTING, Label.COMMENT_POLICY, Label.COMMENT, Label.SUBSCRIPTION, Label.RELATED, Label.NAVIGATION,
    Label.AUTHOR_BIO, Label.SHARING, Label.LEGAL, Label.OTHER,
)  # fmt: skip
"""The order of all score columns. The labels of `text` come first, `body` before all."""
TEXT_COUNT = 3
TEXT_SHARE = 0.43
"""Probability of the text labels together from which a block belongs to the text. Out of fold .38, .43, .52 and .6
give guides .9552, .9548, .9535 and .9513, news .981 each, and promotion in the text of 11.4, 9.9, 9.5 and 8.8 % of the
typed pages; but at .5 only .942 of the snippets that must appear do so (.948 at .43; trafilatura alone .945)."""

PARTS = {
    "words.own": ("own", "pair", "whole", "stem", "inline"),
    "neighbours.words": ("before", "after"),
    "heading.words": ("heading", "previous_heading", "heading_phrase"),
    "links.words": ("link",),
    "shape.words": ("shape",),
    "phrase.words": ("phrase",),
    "container.inner": ("wrapper", "box"),
    "container.outer": ("second_box", "third_box", "outer_box"),
    "form.words": ("branch",),
}
"""Parts of the linear stage's score that the network sees apart: one number could not say where it comes from."""
PART_OF_ROLE = np.array([next(n for n, roles in enumerate(PARTS.values()) if role in roles) for role in ROLES])

MAX_INPUT = 5.0
"""Standard deviations at which an input of the network is cut."""
STEPS = 127
"""Quantisation of the linear stage: signed bytes."""
NOTHING = 2
"""Steps up to which a weight is stored as 0: a sixth off the file, macro F1 the same to .0002."""


@dataclass(frozen=True, slots=True)
class BlockModel:
    """`linear` is buckets x labels; the network has one hidden layer of rectified units."""

    linear: Floats
    intercept: Floats
    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats
    temperature: float
    """Divides the logits so that probabilities are calibrated (Guo et al. 2017)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model made of one page; all rows are blocks but those of `unit_scores`, which are units of words."""

    unit_scores: Floats
    linear_scores: Floats
    """One-against-rest scores, before the network."""
    inputs: Floats
    """Standardised inputs of the network, columns as `input_columns` names them."""
    active: Floats
    """Hidden units, rectified."""
    probabilities: Floats


def read_page_features(model: BlockModel, features: PageFeatures) -> Reading:
    linear = linear_scores(model.linear, model.intercept, features.units)
    inputs = network_inputs(features, linear)
    inputs -= model.mean
    inputs *= 1 / model.scale
    np.clip(inputs, -MAX_INPUT, MAX_INPUT, out=inputs)
    active: Floats = inputs @ model.hidden
    active += model.hidden_bias
    np.maximum(active, np.float32(0), out=active)
    logits = (active @ model.output + model.output_bias) / np.float32(model.temperature)
    return Reading(linear.units, linear.blocks, inputs, active, softmax(logits))


@dataclass(frozen=True, slots=True)
class LinearScores:
    """Of units, of blocks by part (blocks x parts * labels) and of blocks; columns as LABELS."""

    units: Floats
    parts: Floats
    blocks: Floats


def linear_scores(linear: Floats, intercept: Floats, units: HashedUnits) -> LinearScores:
    weighed = linear.take(units.buckets, axis=0)  # twice as fast as an index
    weighed *= units.values[:, None]
    of_units: Floats = np.add.reduceat(weighed, units.offsets[:-1], axis=0)
    count = len(units.member_offsets) - 1
    block = np.repeat(np.arange(count), np.diff(units.member_offsets))
    place = block * len(PARTS) + PART_OF_ROLE[units.roles[units.members]]
    order = np.argsort(place, kind="stable")
    places, first = np.unique(place[order], return_index=True)
    parts = np.zeros((count * len(PARTS), len(LABELS)), np.float32)
    parts[places] = np.add.reduceat(of_units.take(units.members[order], axis=0), first, axis=0)
    of_parts = parts.reshape(count, len(PARTS), len(LABELS))
    return LinearScores(of_units, of_parts.reshape(count, -1), of_parts.sum(axis=1) + intercept)


def network_inputs(features: PageFeatures, linear: LinearScores) -> Floats:
    chars = features.measures[:, features.columns.index("shape.chars")]
    around = context(linear.blocks, chars, features.boxes)
    return np.concatenate([features.measures, around, parts_context(linear.parts, features.boxes)], axis=1)


def input_columns(features: PageFeatures) -> tuple[str, ...]:
    labels = tuple(LABELS)
    return features.columns + context_columns(labels) + parts_columns(tuple(PARTS), labels)


def softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def text_shares(probabilities: Floats) -> Floats:
    """Return each block's probability of belonging to the text."""
    shares: Floats = probabilities[:, :TEXT_COUNT].sum(axis=1)
    return shares


MODELS = ("page", "text")
VERSION_CHARS = 8


@cache
def model_version() -> str:
    """Return `blocks-` and the start of a digest of the package's model files."""
    digest = hashlib.sha256()
    for name in MODELS:
        digest.update((files("crawler.extraction") / "model" / f"{name}.npz").read_bytes())
    return f"blocks-{digest.hexdigest()[:VERSION_CHARS]}"


@cache
def shipped_model(name: str) -> BlockModel:
    """Return the model `page` or `text` of the package."""
    with as_file(files("crawler.extraction") / "model" / f"{name}.npz") as path:
        return load_model(path)


def load_model(path: Path) -> BlockModel:
    with np.load(path, allow_pickle=False) as stored:
        linear = np.zeros((1 << BUCKET_BITS, len(LABELS)), np.float32)
        linear[stored["buckets"]] = stored["linear"].astype(np.float32) * stored["steps"]
        names = ("intercept", "mean", "scale", "hidden", "hidden_bias", "output", "output_bias")
        arrays: dict[str, Any] = {name: stored[name].astype(np.float32) for name in names}
        return BlockModel(linear=linear, **arrays, temperature=float(stored["temperature"]))


def save_model(model: BlockModel, path: Path) -> None:
    """Write the model; the linear stage as signed bytes, the network in half precision."""
    steps = np.maximum(np.abs(model.linear).max(axis=0), 1e-9) / STEPS
    whole = np.rint(model.linear / steps).astype(np.int8)
    whole[np.abs(whole) <= NOTHING] = 0
    buckets = np.flatnonzero(whole.any(axis=1))
    np.savez_compressed(
        path,
        buckets=buckets.astype(np.uint32),
        linear=whole[buckets],
        steps=steps.astype(np.float32),
        intercept=model.intercept,
        mean=model.mean,
        scale=model.scale,
        hidden=model.hidden.astype(np.float16),
        hidden_bias=model.hidden_bias,
        output=model.output.astype(np.float16),
        output_bias=model.output_bias,
        temperature=np.float32(model.temperature),
    )
