"""How far a command has come: written by the work, read by whoever shows it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

RATE_SECONDS = 30.0
"""Time over which the rate is taken. Chosen."""
SHOWN_PLACES = 3
"""Sites or files that are named."""


@dataclass
class Tally:
    """Pages by what became of them, and what the work is at."""

    total: int | None = None
    """Pages there will be, as far as is known; None where it is not."""
    places: Sequence[str] = ()
    """Sites or files at work now."""
    states: Counter[str] = field(default_factory=Counter)
    _marks: deque[tuple[float, int]] = field(default_factory=deque)
    """Moments, and the pages that were done then."""

    def count(self, state: str, now: float | None = None) -> None:
        """Note one more page and what became of it."""
        self.states[state] += 1
        now = monotonic() if now is None else now
        if not self._marks or now - self._marks[-1][0] >= RATE_SECONDS / 30:
            self._marks.append((now, self.done))
        while now - self._marks[0][0] > RATE_SECONDS:
            self._marks.popleft()

    @property
    def done(self) -> int:
        return self.states.total()

    def rate(self, now: float) -> float | None:
        """Return pages a second over the last half minute, None where it is too early to tell."""
        if not self._marks or now - self._marks[0][0] < 1.0:
            return None
        since, done = self._marks[0]
        return (self.done - done) / (now - since)

    def measure(self, now: float) -> str:
        """Return numbers, rate and time left: `120 of 400 pages, 3.2/s, 0:01:28 left`."""
        pages = "1 page" if self.done == 1 and self.total is None else f"{self.done} pages"
        words = [pages if self.total is None else f"{self.done} of {self.total} pages"]
        rate = self.rate(now)
        if rate:
            words.append(f"{rate:.1f}/s")
        if rate and self.total is not None and self.total > self.done:
            words.append(f"{timedelta(seconds=round((self.total - self.done) / rate))} left")
        return ", ".join(words)

    def states_and_places(self) -> str:
        """Return what became of the pages, and what the work is at: `97 new, 3 failed; herald, gazette`."""
        states = ", ".join(f"{number} {state}" for state, number in self.states.most_common())
        more = len(self.places) - SHOWN_PLACES
        places = ", ".join(self.places[:SHOWN_PLACES]) + (f" and {more} more" if more > 0 else "")
        return "; ".join(filter(None, (states, places)))
