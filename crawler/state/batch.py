"""What is decided but not yet durable."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from crawler.items import Record
from crawler.state.settlements import Settlement
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

    @property
    def sites(self) -> set[str]:
        return {settlement.site for settlement in self.settlements}

    def keys(self, site: str | None) -> list[str]:
        """Return the normalized URLs that are settled, of the site or of all."""
        return [s.normalized_url for s in self.settlements if site in {None, s.site}]

    def is_due(self, options: StoreOptions) -> bool:
        if self.began is None:
            return False
        is_old = time.monotonic() - self.began >= options.flush_seconds
        return is_old or len(self.settlements) >= options.batch_records
