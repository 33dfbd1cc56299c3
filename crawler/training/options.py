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
    """L2 penalty of the linear stage; 1e-5 with 6 passes cost .009 of its macro F1, 1.5e-5 cost .006."""
    linear_passes: int = 8
    min_pages: int = 2
    """Pages that a word must stand on: one page's own words teach nothing of others. 2 against 1: no loss."""
    hidden: int = 96
    members: int = 2
    """Networks whose logits are averaged, stored as one. Three of 64 units were as good as one of 128; two of 96
    were chosen, not measured apart."""
    passes: int = 12
    rate: float = 1e-3
    """Step size of Adam, rising over the first 200 steps, then falling to nothing."""
    batch: int = 256
    input_dropout: float = 0.1
    hidden_dropout: float = 0.35
    decay: float = 0.05
    """Decoupled weight decay (Loshchilov and Hutter 2019). Dropout and decay: flat between .3 and .5, .02 and .1."""
    body_weight: float = 0.15
    """Weight of a block of which only body or not is known. 0 loses .003 word F1 on bodies; .25 lets a third more
    promotion blocks through. Between them not measured."""
    far_share: float = 0.15
    """Share of such blocks that is used where neither the article nor the main content is near."""
