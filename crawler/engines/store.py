"""The store of a crawl whose state is on Redis, for any number of workers.

Order of a commit: lines to the worker's part file, fsync, then one script that checks the fencing tokens of the
sites and changes fingerprints, ledger rows and the file's length. A kill between the two leaves bytes behind that
length, which the next worker in the folder, or `winnow compact`, cuts off. So delivery is at least once, and ids
make it idempotent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Self

from crawler import errors
from crawler.dedup.near import DEFAULT_NEAR_OPTIONS
from crawler.engines.account import SharedTally
from crawler.engines.changes import Changes, LeasesLost
from crawler.engines.committing import SharedCommitter
from crawler.engines.connection import RedisServer
from crawler.engines.finding import SharedFinding
from crawler.engines.leases import Leases
from crawler.engines.ledger import RedisLedger
from crawler.engines.options import RedisOptions
from crawler.engines.output import RedisFileBook, recover_folder, take_folder
from crawler.engines.seen import RedisSeen
from crawler.engines.site_groups import SiteGroups
from crawler.engines.sources import RedisSources
from crawler.engines.turns import SharedTurns
from crawler.items import JsonValue
from crawler.state.aside import ChangesAtOnce
from crawler.state.batch import Batch
from crawler.state.bodies import KnownBody
from crawler.state.lock import RunLock
from crawler.state.output import OutputPlace, RunOutput
from crawler.state.queue import RecordQueue
from crawler.state.revisits import RevisionRule
from crawler.state.runs import report_text, utc_now, write_report
from crawler.state.values import (
    DEFAULT_STORE_OPTIONS,
    Candidate,
    FoundCounts,
    Poll,
    SiteAccount,
    StoreOptions,
    Waiting,
)

NOTHING_FOUND = FoundCounts(0, 0, 0)


class RedisStore(RecordQueue, RedisSources):
    """To the contract of `CrawlStore`. A site that is not leased yet is leased when it is first named.

    What comes for a site that another worker took over is dropped: that worker has it too.
    """

    def __init__(self, place: OutputPlace, lock: RunLock, server: RedisServer, options: StoreOptions) -> None:
        """For `open`."""
        self._changes = Changes(server, place.run_id)
        RedisSources.__init__(self, server, self._changes)
        self.server = server
        self.folder = place.folder
        self.recovered = recover_folder(place.folder, server)
        self._place = place
        self._lock = lock
        self._options = options
        self._tally = SharedTally()
        self._leases = Leases(server, place.run_id, place.folder)
        self._ledger = RedisLedger(server, self._changes, self._leases, self._tally, place.run_id)
        rule = RevisionRule(place.run_id, options.modified_margin_s, options.max_attempts)
        self._finding = SharedFinding(self._ledger, self, self._leases, self._tally, rule)
        near = replace(DEFAULT_NEAR_OPTIONS, weeks=server.options.near_weeks)
        self._seen = RedisSeen(server, self._changes, place.run_id, near)
        RecordQueue.__init__(self, self._seen)
        self._book = RedisFileBook(server, self._changes, place.folder, place.run_id)
        self._output = RunOutput(place, self._book, options.files)
        groups = SiteGroups(server, self._changes, self._leases, self._ledger)
        self.turns = SharedTurns(self._leases, groups, self._ledger, self._tally, self.flush)
        self.aside = ChangesAtOnce(self)
        self._committer = SharedCommitter(self._ledger, self._leases, self._finding, self._seen, self._output)
        self._failed = False
        self._closed = False

    @classmethod
    def open(
        cls,
        folder: Path,
        run_id: str,
        started_at: datetime,
        redis: RedisOptions,
        options: StoreOptions = DEFAULT_STORE_OPTIONS,
    ) -> RedisStore:
        """Connect, take a folder for this worker, and put in order what a killed one left in it.

        Raises UsageError for a server that cannot be trusted with state, OutputError for a folder that cannot be
        written, StateError for a run id that is taken and for a file that lost committed records.
        """
        with ExitStack() as undo:
            server = RedisServer(redis)
            undo.callback(server.close)
            own, lock = take_folder(folder, run_id, started_at)
            undo.callback(lock.release)
            store = cls(OutputPlace(own, run_id, started_at), lock, server, options)
            undo.pop_all()
        return store

    def record_poll(self, poll: Poll, candidates: Sequence[Candidate]) -> FoundCounts:
        sites = {poll.site, *(candidate.site for candidate in candidates)}
        if not all(self._begin(site) for site in sites):
            return NOTHING_FOUND
        try:
            return self._finding.record_poll(poll, candidates)
        except LeasesLost as lost:
            self.turns.lose(lost.groups)
            return NOTHING_FOUND

    def schedule_revisits(self, site: str, ages: Sequence[int], now: datetime) -> int:
        if not self._begin(site):
            return 0
        self.turns.keep_for(site, max(ages, default=0))
        try:
            return self._finding.schedule_revisits(site, ages, now)
        except LeasesLost as lost:
            self.turns.lose(lost.groups)
            return 0

    def take_waiting(self, site: str | None, limit: int) -> list[Waiting]:
        rows: list[Waiting] = []
        for name in self._sites(site):
            if self._begin(name) and len(rows) < limit:
                rows += self.turns.take_rows(name, limit - len(rows), self._batch.keys(name))
        return rows

    def waiting_count(self, site: str | None) -> int:
        return sum(self.turns.count_takable(name, self._batch.keys(name)) for name in self._sites(site))

    def body_holder(self, body_hash: str) -> KnownBody | None:
        if body_hash in self._bodies:
            return self._bodies[body_hash]
        record_id = self._seen.body_holder(body_hash)
        return None if record_id is None else KnownBody(record_id)

    def due_for_flush(self) -> bool:
        return self._batch.is_due(self._options)

    def flush(self) -> None:
        """Make durable what is queued, without what belongs to sites that other workers took over."""
        if self._failed:
            raise errors.OutputError(f"{self.folder}: an earlier write failed; run again")
        if self._batch.began is None:
            return
        batch, self._batch = self._batch, Batch()
        self._failed = True  # until it is done
        try:
            while batch.settlements:
                lost_sites = {site for site in batch.sites if not self._begin(site)}
                batch = self._committer.without(batch, lost_sites)
                try:
                    self._committer.commit(batch)
                    break
                except LeasesLost as lost:
                    self.turns.lose(lost.groups)
            self._failed = False
        finally:
            self._bodies.clear()
        self._output.roll()

    def keep_site_memories(self, memories: Mapping[str, bytes]) -> None:
        """Keep what was learned of the sites that this worker holds; who took another over learns it anew."""
        for site, stored in memories.items():
            if not self._begin(site):
                continue
            try:
                with self._changes.together(self._leases.tokens([self._leases.group_of(site)])):
                    self.put_site_memory(site, stored)
            except LeasesLost as lost:
                self.turns.lose(lost.groups)

    def keep_alive(self) -> None:
        """Renew the leases, and see which are lost or to be given away."""
        self.turns.renew()

    def count_refused(self, site: str, cause_word: str, n: int) -> None:
        if self._begin(site):
            self._tally.refuse(site, cause_word, n)

    def explain_waiting(self, site: str, cause: str) -> None:
        if errors.CAUSES[cause].state != "waiting":
            raise ValueError(f"{cause!r} is no cause for waiting")
        self._tally.explain_waiting(site, cause)

    def account(self) -> dict[str, SiteAccount]:
        if not self._failed:
            self.flush()
        return self.turns.accounts()

    def finish(self, report: Mapping[str, JsonValue]) -> Path:
        place = self._place
        text = report_text(place.run_id, place.started_at, report)
        try:
            self.flush()
            self._output.finish()
            self._book.forget()
            path = write_report(place.folder, place.run_id, text)
            self.keep_figures(place.run_id, utc_now(), text)
            self._leases.leave()
        finally:
            self.abort()
        return path

    def abort(self) -> None:
        """Close without finishing; the leases go back at once where Redis can be reached."""
        if self._closed:
            return
        self._closed = True
        with ExitStack() as closing:
            closing.callback(self._lock.release)
            closing.callback(self.server.close)
            closing.callback(self._leases.give_up)
            closing.callback(self._output.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.abort()

    def _begin(self, site: str) -> bool:
        """Lease the site where that was not done, and take over what waits; return whether it is ours."""
        return self.turns.begin(site, self._finding)

    def _sites(self, site: str | None) -> list[str]:
        return self.turns.every_site() if site is None else [site]
