"""Whether the network is there at all. No Scrapy."""

from __future__ import annotations

import time
from collections.abc import Callable


class Network:
    """Tells hosts that are down from a network that is: hosts fail one after another, and nothing answers.

    `clock` gives seconds and never goes back.
    """

    def __init__(
        self, hosts: int = 3, silence: float = 60.0, patience: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.hosts = hosts
        """Different hosts that must have failed in a row, 0: never down."""
        self.silence = silence
        """Seconds without an answer, where there was one before."""
        self.patience = patience
        """Seconds after the first failure for which hosts that have neither answered nor failed count as alive."""
        self.clock = clock
        self._answered_at: float | None = None
        self._failed_at = 0.0
        self._failed: set[str] = set()
        self._open: set[str] = set()

    @property
    def doubtful(self) -> bool:
        """Whether a failed connection may be the network's fault and says nothing of the host."""
        return self._answered_at is None or len(self._failed) > 1

    def asking(self, host: str) -> None:
        self._open.add(host)

    def answered(self, host: str) -> None:
        self._answered_at = self.clock()
        self._failed.clear()
        self._open.discard(host)

    def gave_up(self, host: str) -> None:
        """Note that nothing is asked of the host any more for reasons of our own."""
        self._open.discard(host)

    def failed(self, host: str) -> bool:
        """Note that a host could not be reached, retries included; return whether the network is down."""
        if not self._failed:
            self._failed_at = self.clock()
        self._failed.add(host)
        self._open.discard(host)
        if not self.hosts or len(self._failed) < self.hosts:
            return False
        silent = self._answered_at is None or self.clock() - self._answered_at >= self.silence
        alive = self._open - self._failed and self.clock() - self._failed_at < self.patience
        return silent and not alive
