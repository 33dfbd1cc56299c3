"""Fit the second stage: small networks on the log loss of the labels, their outputs averaged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.block_model import TEXT_COUNT, Floats
from crawler.site_memory.second_stage import MAX_INPUT, SecondStage, softmax, stage_inputs
from crawler.training.network import LEAST_SPREAD, Adam
from crawler.training.options import StageOptions, TrainingOptions
from crawler.training.stage_rows import Rows

Indexes = NDArray[np.int64]


def fit_stage(rows: Rows, options: StageOptions) -> SecondStage:
    """Fit the members on the log loss of the labels and join them: one hidden layer, outputs averaged."""
    inputs = stage_inputs(rows.logs, rows.columns)
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + np.float32(LEAST_SPREAD)
    ready: Floats = np.clip((inputs - mean) / scale, -MAX_INPUT, MAX_INPUT).astype(np.float32)
    members = [_fit_member(ready, rows, seed, options) for seed in range(options.members)]
    share = np.float32(1 / options.members)
    return SecondStage(
        mean=mean,
        scale=scale,
        hidden=np.concatenate([member[0] for member in members], axis=1),
        hidden_bias=np.concatenate([member[1] for member in members]),
        output=np.concatenate([member[2] for member in members]) * share,
        output_bias=np.sum([member[3] for member in members], axis=0) * share,
    )


def _fit_member(ready: Floats, rows: Rows, seed: int, options: StageOptions) -> list[Floats]:
    """Return hidden weights and bias, output weights and bias; the start adds nothing to the first stage."""
    draw = np.random.default_rng(seed)
    width, labels = ready.shape[1], rows.logs.shape[1]
    parameters = [
        (draw.standard_normal((width, options.hidden)) * np.sqrt(2 / width)).astype(np.float32),
        np.zeros(options.hidden, np.float32),
        np.zeros((options.hidden, labels), np.float32),
        np.zeros(labels, np.float32),
    ]
    adam = Adam(parameters, TrainingOptions(rate=options.rate, decay=options.decay), _steps(ready, options))
    for _ in range(options.passes):
        order = draw.permutation(len(ready))
        for start in range(0, len(order) - options.batch + 1, options.batch):
            adam.step(_gradient(parameters, ready, rows, order[start : start + options.batch], draw, options))
    return parameters


def _steps(ready: Floats, options: StageOptions) -> int:
    return options.passes * (len(ready) // options.batch)


def _gradient(
    parameters: list[Floats],
    ready: Floats,
    rows: Rows,
    chosen: Indexes,
    draw: np.random.Generator,
    options: StageOptions,
) -> list[Floats]:
    hidden, hidden_bias, output, output_bias = parameters
    inputs = ready[chosen]
    reached = inputs @ hidden + hidden_bias
    gate = (reached > 0) * ((draw.random(reached.shape) >= options.dropout) / (1 - options.dropout))
    active: Floats = (reached * gate).astype(np.float32)
    shares = softmax(rows.logs[chosen] + active @ output + output_bias)
    weights = rows.weights[chosen] / np.float32(len(chosen))
    error = shares * weights[:, None]
    error[np.arange(len(chosen)), rows.labels[chosen]] -= weights
    # To lose a true line is worse than to leave chaff in: for text that is right already, text against the rest
    # counts once more.
    text = shares.copy()
    text[:, :TEXT_COUNT] -= shares[:, :TEXT_COUNT] / shares[:, :TEXT_COUNT].sum(axis=1, keepdims=True)
    error += text * (rows.keep[chosen] * weights * np.float32(options.keep_weight))[:, None]
    back: Floats = ((error @ output.T) * gate).astype(np.float32)
    return [inputs.T @ back, back.sum(axis=0), active.T @ error, error.sum(axis=0)]
