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
    hidden: int = 192
    members: int = 1
    """Networks whose logits are averaged, stored as one. Three of 64 units were as good as one of 128; 192 were chosen,
    not measured apart."""
    passes: int = 10
    rate: float = 1e-3
    """Step size of Adam, rising over the first 200 steps, then falling to nothing."""
    batch: int = 512
    input_dropout: float = 0.1
    hidden_dropout: float = 0.35
    decay: float = 0.05
    """Decoupled weight decay (Loshchilov and Hutter 2019). Dropout and decay: flat between .3 and .5, .02 and .1."""
    body_weight: float = 0.3
    """Weight of a block of which only body or not is known. With all such blocks .15 gained .003 word F1 on bodies over
    0, and .25 let a third more promotion blocks through. With half of them .1 against .3: leaks on 11.1 % of pages
    instead of 11.6 %, news .979 against .980, and lists of teasers became articles."""
    near_share: float = 0.5
    far_share: float = 0.05
    """Shares of such blocks that are used: near the article or in the main content, and elsewhere. Chosen for the time
    that training takes, not measured."""
