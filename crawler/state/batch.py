"""What is decided but not yet durable, and how it becomes so."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from dataclasses import dataclass, field

from crawler.dedup.seen import ClaimingIndex
from crawler.items import Record
from crawler.state.account import Tally
from crawler.state.database import transaction
from crawler.state.finding import Finding
from crawler.state.output import RunOutput
from crawler.state.settlements import Settlement, settle_row
from crawler.state.values import StoreOptions


@dataclass(slots=True)
class Batch:
    """Records with their lines, and ledger changes, in the order in which they came."""

    lines: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)
    began: float | None = None
    """Monotonic seconds at which the first of them came."""

    def add(self, settlement: Settlement) -> None:
        self.settlements.append(settlement)
        if self.began is None:
            self.began = time.monotonic()

    def add_record(self, record: Record, line: str, settlement: Settlement) -> None:
        self.records.append(record)
        self.lines.append(line)
        self.add(settlement)

    def is_due(self, options: StoreOptions) -> bool:
        if self.began is None:
            return False
        is_old = time.monotonic() - self.began >= options.flush_seconds
        return is_old or len(self.settlements) >= options.batch_records


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
        for site in {settlement.site for settlement in batch.settlements}:
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
