"""The network: one hidden layer, trained by Adam on sets of allowed labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crawler.extraction.block_model import MAX_INPUT, Floats, softmax
from crawler.training.options import TrainingOptions

WARM_UP = 200
BETA_1, BETA_2 = 0.9, 0.999
TINY = 1e-8
LEAST_SPREAD = 1e-3


@dataclass(frozen=True, slots=True)
class Network:
    """`mean` and `scale` standardise the inputs."""

    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats


def fit_network(
    inputs: Floats, allowed: Floats, weights: Floats, labelled: Floats, options: TrainingOptions
) -> Network:
    """Fit on rows of inputs; `allowed` marks the labels that each row may have, several where only a group is known.

    Mean and scale are those of the rows that `labelled` marks. The inputs are standardised in place.
    """
    chosen = labelled.astype(bool)
    mean = inputs[chosen].mean(axis=0)
    scale = inputs[chosen].std(axis=0) + np.float32(LEAST_SPREAD)
    inputs -= mean
    inputs /= scale
    np.clip(inputs, -MAX_INPUT, MAX_INPUT, out=inputs)
    members = [_fit_member(inputs, allowed, weights, seed, options) for seed in range(options.members)]
    share = np.float32(1 / options.members)
    return Network(
        mean,
        scale,
        np.concatenate([m[0] for m in members], axis=1),
        np.concatenate([m[2] for m in members]),
        np.concatenate([m[1] for m in members]) * share,
        np.sum([m[3] for m in members], axis=0) * share,
    )


def _fit_member(inputs: Floats, allowed: Floats, weights: Floats, seed: int, options: TrainingOptions) -> list[Floats]:
    """Return hidden weights, output weights, hidden bias, output bias."""
    draw = np.random.default_rng(seed)
    parameters = _start(inputs.shape[1], options.hidden, allowed.shape[1], draw)
    adam = Adam(parameters, options, options.passes * (len(inputs) // options.batch))
    for _ in range(options.passes):
        order = draw.permutation(len(inputs))
        for start in range(0, len(order) - options.batch + 1, options.batch):
            rows = order[start : start + options.batch]
            adam.step(_gradient(parameters, inputs[rows], allowed[rows], weights[rows], draw, options))
    return parameters


def _start(width: int, hidden: int, labels: int, draw: np.random.Generator) -> list[Floats]:
    """Draw starting weights (He et al. 2015), small ones for the output."""
    return [
        (draw.standard_normal((width, hidden)) * np.sqrt(2 / width)).astype(np.float32),
        (draw.standard_normal((hidden, labels)) * 0.1 * np.sqrt(2 / hidden)).astype(np.float32),
        np.zeros(hidden, np.float32),
        np.zeros(labels, np.float32),
    ]


def _gradient(
    parameters: list[Floats],
    inputs: Floats,
    allowed: Floats,
    weights: Floats,
    draw: np.random.Generator,
    options: TrainingOptions,
) -> list[Floats]:
    hidden, output, hidden_bias, output_bias = parameters
    inputs = inputs * _dropout(inputs.shape, options.input_dropout, draw)
    reached = inputs @ hidden + hidden_bias
    gate = (reached > 0) * _dropout(reached.shape, options.hidden_dropout, draw)
    active: Floats = (reached * gate).astype(np.float32)
    predicted = softmax(active @ output + output_bias)
    # Among several allowed labels the model's own shares stand: the gradient of -log of their sum.
    wanted = (predicted + TINY) * allowed
    wanted /= wanted.sum(axis=1, keepdims=True)
    error = (predicted - wanted) * (weights / np.float32(len(weights)))[:, None]
    back = (error @ output.T) * gate
    return [inputs.T @ back, active.T @ error, back.sum(axis=0), error.sum(axis=0)]


def _dropout(shape: tuple[int, ...], rate: float, draw: np.random.Generator) -> Floats:
    kept: Floats = ((draw.random(shape, dtype=np.float32) >= rate) / np.float32(1 - rate)).astype(np.float32)
    return kept


class Adam:
    """Adam (Kingma and Ba 2015) with decoupled weight decay; changes the parameters in place."""

    def __init__(self, parameters: list[Floats], options: TrainingOptions, steps: int) -> None:
        self.parameters = parameters
        self.options = options
        self.steps = steps
        self.taken = 0
        self.first = [np.zeros_like(p) for p in parameters]
        self.second = [np.zeros_like(p) for p in parameters]

    def step(self, gradients: list[Floats]) -> None:
        self.taken += 1
        rate = self.options.rate * min(1, self.taken / WARM_UP) * (1 - self.taken / (self.steps + 1))
        for n, gradient in enumerate(gradients):
            self.first[n] += (1 - BETA_1) * (gradient - self.first[n])
            self.second[n] += (1 - BETA_2) * (gradient * gradient - self.second[n])
            mean = self.first[n] / (1 - BETA_1**self.taken)
            spread = np.sqrt(self.second[n] / (1 - BETA_2**self.taken)) + TINY
            decay = self.options.decay * self.parameters[n] if self.parameters[n].ndim > 1 else 0
            self.parameters[n] -= np.float32(rate) * (mean / spread + decay)
