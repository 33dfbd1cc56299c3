"""How a batch becomes durable: records first, then the state that says so; one batch after the other."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass

from crawler.dedup.seen import ClaimingIndex
from crawler.state.account import Tally
from crawler.state.batch import Batch
from crawler.state.database import transaction
from crawler.state.finding import Finding
from crawler.state.output import RunOutput
from crawler.state.settlements import settle_row


@dataclass(frozen=True, slots=True)
class Committer:
    """Makes a batch durable: its lines first, then one transaction that says so."""

    connection: sqlite3.Connection
    run_id: str
    output: RunOutput
    seen: ClaimingIndex
    finding: Finding
    tally: Tally

    def commit(self, batch: Batch) -> None:
        """After an error nothing of the batch counts as written. Its claims are the caller's to release."""
        for site in batch.sites:
            self.finding.begin_site(site)
        self.output.append(batch.lines)
        self._commit_state(batch)
        self.output.roll()

    def _commit_state(self, batch: Batch) -> None:
        accepted: Counter[str] = Counter()
        with transaction(self.connection):
            for record in batch.records:
                self.seen.keep(record)
            for settlement in batch.settlements:
                site = self.finding.accept_settled(settlement)
                if site is not None:
                    accepted[site] += 1
                settle_row(self.connection, settlement, self.run_id)
            self.output.commit()
        for site, urls in accepted.items():
            self.tally.accept(site, urls)


class Commits:
    """The commits of a store: its caller goes on while one is under way.

    `commit` makes a batch durable in a thread of its own; `release` lets go of what it held, in the caller's.
    """

    def __init__(self, commit: Callable[[Batch], Future[None]], release: Callable[[Batch], None]) -> None:
        self.failed = False
        """Whether a commit failed: then no other may follow."""
        self._commit = commit
        self._release = release
        self._under_way: tuple[Batch, Future[None]] | None = None

    @property
    def batch(self) -> Batch:
        """What is being made durable; an empty one where nothing is."""
        return Batch() if self._under_way is None else self._under_way[0]

    @property
    def are_done(self) -> bool:
        """Whether none is under way. What an ended one held is let go of."""
        self.take_up()
        return self._under_way is None

    def begin(self, batch: Batch) -> Future[None]:
        """Begin the next; none may be under way."""
        future = self._commit(batch)
        self._under_way = (batch, future)
        return future

    def end(self) -> None:
        """Wait for the one that is under way. Raises what it fails with."""
        if self._under_way is not None:
            _, future = self._under_way
            wait((future,))
            self.take_up()
            future.result()

    def take_up(self) -> None:
        """Let go of what a commit has made durable, or failed to."""
        if self._under_way is None or not self._under_way[1].done():
            return
        (batch, future), self._under_way = self._under_way, None
        self.failed = self.failed or future.exception() is not None
        self._release(batch)
