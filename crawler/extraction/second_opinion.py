"""When trafilatura is asked for the main content as well, and what its answer counts.

The labeller decides without it. Of a page on which much of the text hangs on blocks that could be either, trafilatura
is asked too: that is one page in nine, and those are most of what it is worth (decision 0003).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from crawler.extraction.alignment import KEPT
from crawler.extraction.block_model import TEXT_COUNT, TEXT_SHARE, Floats, text_shares
from crawler.extraction.evidence import PageEvidence
from crawler.items import Block

DOUBTFUL = 0.12
"""Share of the text's characters expected wrong from which a page is doubtful. Out of fold, .08, .12 and .2 ask on
.20, .11 and .04 of the guides and give them .9549, .9548 and .9547 word F1, .9509 without (decision 0003)."""
LEAST_CHARS = 200
"""Characters that the text is taken to have at least, so that a page without one is doubtful by what it might hold."""
VOTE = 0.75
"""What its answer adds to the log odds of text of a block that it keeps, and takes from one that it leaves out.
.5 and 1 are as good to .0003 word F1 of news, .0005 of guides."""


def doubt(blocks: Sequence[Block], probabilities: Floats) -> float:
    """Return the characters expected to be wrongly in or out of the text, as a share of the text's."""
    of_text = text_shares(probabilities)
    chars = np.array([len(block.text) for block in blocks], np.float32)
    is_text = of_text >= TEXT_SHARE
    wrong = chars * np.where(is_text, 1 - of_text, of_text)
    return float(wrong.sum() / max(chars[is_text].sum(), LEAST_CHARS))


def with_second_opinion(
    evidence: PageEvidence, blocks: Sequence[Block], probabilities: Floats, ask: Callable[[], tuple[float, ...]]
) -> PageEvidence:
    """Return the evidence with what `ask` says of the blocks where the page is doubtful, with nothing elsewhere."""
    return replace(evidence, kept=ask() if doubt(blocks, probabilities) > DOUBTFUL else ())


def weigh_opinion(probabilities: Floats, kept: Sequence[float]) -> Floats:
    """Return the probabilities with the vote of the main content; as they are where it holds no block."""
    if not any(kept):
        return probabilities
    votes = np.where(np.array(kept) > KEPT, VOTE, -VOTE)
    weighed = probabilities.copy()
    weighed[:, :TEXT_COUNT] *= np.exp(votes).astype(np.float32)[:, None]
    shares: Floats = weighed / weighed.sum(axis=1, keepdims=True)
    return shares
