"""What workers need, loaded. Only the process that they are forked from imports this: its work is done at import."""

from __future__ import annotations

import gc

from crawler.flow import warm_up

YOUNG_OBJECTS = 5_000
"""New objects after which the collector looks for cycles; 20,000 took as long (measured)."""

warm_up()
# Of 100 ms of CPU a page 8 were the collector's, which went through all that is loaded; now 1.6 (measured).
gc.collect()
gc.freeze()
gc.set_threshold(YOUNG_OBJECTS)
