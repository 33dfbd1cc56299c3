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
    """Shares of such blocks that are used: near the main content or in it, and elsewhere. Chosen for the time
    that training takes, not measured."""


@dataclass(frozen=True, slots=True)
class StageOptions:
    """Of the second stage, which learns from the memories of sites."""

    folds: int = 5
    orders: int = 2
    """Drawn orders of each site's pages."""
    steps: tuple[int, ...] = (1, 2, 4, 9, 19, 39)
    """Articles in the memory at which further ones are looked at."""
    pages: int = 6
    """Further articles looked at for each step."""
    hidden: int = 32
    passes: int = 8
    rate: float = 2e-3
    batch: int = 512
    decay: float = 0.01
    dropout: float = 0.2
    page_cap: float = 25.0
    """Blocks of one label on one page over which further ones count less, as for the first stage."""
    lines: int = 8
    """Recurring lines drawn for a site, and as many headings."""
    line_share: float = 0.03
    heading_share: float = 0.4
    """Shares of the body's blocks and subheadings that are taken for recurring ones: in the corpus no body repeats, on
    real sites disclaimers, marks and short headings do (0.2 to 2 % of the true lines)."""
    new_places: float = 0.3
    """Share of the pages that are taken for ones with another template."""
    keep_weight: float = 4.0
    """Further weight of text against the rest for text that the first stage has right. 0 lost 1.7 of 1,000 true blocks,
    4 lost .07 and let a tenth more chaff through, 10 a quarter more."""
    members: int = 3
    """Networks whose outputs are averaged."""
