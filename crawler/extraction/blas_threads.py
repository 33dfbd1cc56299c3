"""One thread for the model's matrix products.

They are small: 258 blocks take 2 ms on one thread. BLAS spreads them over all cores, whose threads then spin while
they wait for each other: measured on two busy cores 24 ms of CPU instead of 2 for one product, and worker processes
that read a page each take the cores from one another.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which this process's BLAS uses one thread; what was set before holds again after it."""
    limited: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def _controller() -> ThreadpoolController:
    """Found once a process: looking through the loaded libraries takes milliseconds."""
    return ThreadpoolController()
