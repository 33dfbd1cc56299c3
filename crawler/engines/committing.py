"""How a batch becomes durable on shared state; the counterpart of `Committer` in `crawler/state/committing.py`."""

from __future__ import annotations

from collections.abc import Collection
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
        try:
            self.output.append(batch.lines)
        except BaseException:
            for record in batch.records:
                self.seen.release(record)
            raise
        try:
            with self.ledger.together({self.leases.group_of(site) for site in batch.sites}):
                self._change_state(batch)
        except LeasesLost:
            self.output.take_back(len(batch.lines))
            raise  # the claims are needed once more
        except BaseException:
            self._forget_claims(batch)
            raise
        self._forget_claims(batch)

    def _change_state(self, batch: Batch) -> None:
        for settlement in batch.settlements:
            if settlement.record_id is not None and settlement.body_hash is not None:
                self.seen.add_body(settlement.body_hash, settlement.record_id)
        self.finding.settle(batch.settlements)
        for record in batch.records:
            self.seen.keep(record)
        self.output.commit()

    def _forget_claims(self, batch: Batch) -> None:
        for record in batch.records:
            self.seen.forget_claim(record)
