"""The settings of training, each with its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """Defaults are what the shipped model was trained with."""

    folds: int = 5
    page_cap: float = 25
    """Blocks of one label on one page over which further ones count less. 8 and 100 cost .002 macro F1."""
    linear_decay: float = 5e-6
    """L2 penalty of the linear stage; 1e-5 cost .009 of its macro F1."""
    linear_passes: int = 8
    min_pages: int = 2
    """Pages that a word must stand on. One page's own words teach nothing of others."""
    hidden: int = 96
    members: int = 2
    """Networks whose logits are averaged, stored as one. Two against one gave .003 macro F1."""
    passes: int = 12
    rate: float = 1e-3
    """Step size of Adam, rising over the first 200 steps, then falling to nothing."""
    batch: int = 256
    input_dropout: float = 0.1
    hidden_dropout: float = 0.35
    decay: float = 0.05
    """Decoupled weight decay (Loshchilov and Hutter 2019). Dropout and decay: flat between .3 and .5, .02 and .1."""
    body_weight: float = 0.15
    """Weight of a block of which only body or not is known. 0 loses .003 word F1 on news bodies, .25 leaks more."""
    far_share: float = 0.15
    """Share of such blocks that is used where neither the article nor the main content is near."""
