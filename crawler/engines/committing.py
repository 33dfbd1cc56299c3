"""How a batch becomes durable on shared state; the counterpart of `Committer` in `crawler/state/committing.py`."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass

from crawler.engines.changes import LeasesLost
from crawler.engines.finding import SharedFinding
from crawler.engines.leases import Leases
from crawler.engines.ledger import RedisLedger
from crawler.engines.seen import RedisSeen
from crawler.state.batch import Batch
from crawler.state.output import RunOutput


@dataclass(frozen=True, slots=True)
class SharedCommitter:
    """Makes a batch durable: its lines first, then one script that says so, if all its sites are still ours."""

    ledger: RedisLedger
    leases: Leases
    finding: SharedFinding
    seen: RedisSeen
    output: RunOutput

    def without(self, batch: Batch, lost: Collection[str]) -> Batch:
        """Return the batch without what belongs to these sites, whose claims are given up."""
        if not lost:
            return batch
        kept = Batch(began=batch.began)
        records = {record.id: (record, line) for record, line in zip(batch.records, batch.lines, strict=True)}
        for settlement in batch.settlements:
            record, line = records.get(settlement.record_id or "", (None, ""))
            if settlement.site in lost:
                if record is not None:
                    self.seen.release(record)
            elif record is not None:
                kept.add_record(record, line, settlement)
            else:
                kept.add(settlement)
        return kept

    def commit(self, batch: Batch) -> None:
        """After an error nothing of the batch counts as written; after another than LeasesLost its claims are gone."""
        with ExitStack() as undo:
            for record in batch.records:
                undo.callback(self.seen.release, record)
            self.output.append(batch.lines)
            undo.pop_all()
        with ExitStack() as whatever_comes:
            for record in batch.records:
                whatever_comes.callback(self.seen.forget_claim, record)
            try:
                with self.ledger.together({self.leases.group_of(site) for site in batch.sites}):
                    self._change_state(batch)
            except LeasesLost:
                whatever_comes.pop_all()  # the claims are needed once more
                self.output.take_back(len(batch.lines))
                raise

    def _change_state(self, batch: Batch) -> None:
        for settlement in batch.settlements:
            if settlement.record_id is not None and settlement.body_hash is not None:
                self.seen.add_body(settlement.body_hash, settlement.record_id)
        self.finding.settle(batch.settlements)
        for record in batch.records:
            self.seen.keep(record)
        self.output.commit()
