"""The store of a crawl: state and records of one output folder, changed together or not at all.

Order of a commit: lines to the part file, fsync, then one transaction with fingerprints, ledger rows and the
file's length. A kill between the two leaves bytes behind that length; the next run cuts them off and fetches
their articles again. So the output is the truth, and each record stands in it once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Self

from crawler import errors
from crawler.dedup.sqlite_seen import SqliteSeen
from crawler.items import JsonValue, Record, Verdict
from crawler.state.account import Tally
from crawler.state.aside import ChangesAside
from crawler.state.batch import Batch
from crawler.state.bodies import KnownBody, known_body
from crawler.state.changes import StateChanges, StoreAside
from crawler.state.committing import Commits, Committer
from crawler.state.database import STATE_NAME, transaction
from crawler.state.finding import Finding
from crawler.state.history import keep_figures
from crawler.state.opening import OpenFolder, open_folder
from crawler.state.output import OutputPlace, RunOutput, SqliteFileBook
from crawler.state.protocol import AllAtOnce
from crawler.state.queue import RecordQueue
from crawler.state.revisits import RevisionRule
from crawler.state.runs import finish_run, report_text, write_report
from crawler.state.site_memory import load_site_memory
from crawler.state.sources_and_hosts import SourcesAndHosts
from crawler.state.values import (
    DEFAULT_STORE_OPTIONS,
    Candidate,
    FoundCounts,
    Poll,
    SiteAccount,
    StoreOptions,
    Waiting,
)
from crawler.state.waiting import Turn, count_takable, takable_rows


class CrawlStore(RecordQueue, SourcesAndHosts):
    """State and records of one output folder for the time of one run. Call it from one thread.

    Changes are made in a thread of the store's own. Every method here waits until its change is durable; those of
    `aside` do not. What is asked for is answered at once, from what is committed and what is queued.

    Every method may raise OutputError, or its subclass StateError. After a failed `flush` nothing more is
    written: call `abort`, and let the next run begin where the last commit ended.
    """

    def __init__(self, folder: OpenFolder, options: StoreOptions) -> None:
        """For `open`."""
        tally = Tally(folder.run_id)
        rule = RevisionRule(folder.run_id, options.modified_margin_s, options.max_attempts)
        self._finding = Finding(folder.connection, tally, rule)
        self._seen = SqliteSeen(folder.connection, reading=folder.reading)
        place = OutputPlace(folder.path, folder.run_id, folder.started_at)
        self._output = RunOutput(place, SqliteFileBook(folder.connection, folder.run_id), options.files)
        committer = Committer(folder.connection, folder.run_id, self._output, self._seen, self._finding, tally)
        changes = StateChanges(folder.path / STATE_NAME, folder.connection, self._finding, committer)
        RecordQueue.__init__(self, self._seen)
        SourcesAndHosts.__init__(self, folder.path, folder.reading, changes)
        self.aside: ChangesAside = StoreAside(self.begin_flush, changes)
        self.recovered = folder.recovered
        """Files of dead runs that `open` put in order."""
        self.folder = folder.path
        self.turns = AllAtOnce()
        self._folder = folder
        self._options = options
        self._tally = tally
        self._commits = Commits(changes.commit, self._let_go)
        self._taken: defaultdict[str, set[str]] = defaultdict(set)
        """Site -> keys of rows that are taken and not settled durably."""
        self._closed = False

    @classmethod
    def open(
        cls, folder: Path, run_id: str, started_at: datetime, options: StoreOptions = DEFAULT_STORE_OPTIONS
    ) -> CrawlStore:
        """Lock the folder, making it where it is missing, and put in order what a killed run left.

        `started_at` has an offset; its UTC day names the records' folder. Raises OutputError for a folder
        that cannot be written, LockHeld while another run is at work, StateError for state that cannot be
        trusted.
        """
        return cls(open_folder(folder, run_id, started_at, options), options)

    def record_poll(self, poll: Poll, candidates: Sequence[Candidate]) -> FoundCounts:
        """Commit, as one, a source's validators and due time, and a waiting row for each new URL that it gave."""
        return self._changes.record_poll(poll, candidates).result()

    def schedule_revisits(self, site: str, ages: Sequence[int], now: datetime) -> int:
        """Let articles of the site wait again that have come to the next of `ages`; return how many.

        `ages` are seconds since an article was first seen. Several that have passed count as one visit. A
        visit that fails is made up for at the next age. `now` has an offset.
        """
        return self._changes.schedule_revisits(site, ages, now).result()

    def take_waiting(self, site: str | None, limit: int) -> list[Waiting]:
        """Return at most `limit` rows to fetch, of the site or of all, newest first, each one once a run.

        The first call for a site also takes up failed rows of earlier runs whose cause may have passed.
        """
        self._begin(site)
        self._commits.take_up()
        with self._state_errors():
            rows = takable_rows(self._reading, self._turn(site), limit)
        for row in rows:
            self._taken[row.site].add(row.normalized_url)
        return rows

    def waiting_count(self, site: str | None) -> int:
        """Return how many rows `take_waiting` can still give in this run."""
        self._begin(site)
        self._commits.take_up()
        with self._state_errors():
            return count_takable(self._reading, self._turn(site))

    def claim(self, record: Record, waiting: Waiting | None = None) -> Verdict:
        with self._state_errors():
            return super().claim(record, waiting)

    def body_holder(self, body_hash: str) -> KnownBody | None:
        """Return which record came of a page with these bytes, by their sha256; None where none did."""
        if body_hash in self._bodies:
            return self._bodies[body_hash]
        with self._state_errors():
            return known_body(self._reading, body_hash)

    def due_for_flush(self) -> bool:
        """Whether to flush: the batch is large or old enough. Ask after each write and on a timer."""
        return self._commits.are_done and self._batch.is_due(self._options)

    def flush(self) -> None:
        """Make durable what is queued: records first, then the state that says so."""
        self.begin_flush()
        self._commits.end()

    def begin_flush(self) -> Future[None]:
        """Have made durable what is queued; of what is queued meanwhile the next flush takes care."""
        self._commits.end()
        if self._commits.failed:
            raise errors.OutputError(f"{self._folder.path}: an earlier write failed; run again")
        if self._batch.began is None:
            return self._changes.begin(lambda: None)
        batch, self._batch = self._batch, Batch()
        return self._commits.begin(batch)

    def _let_go(self, batch: Batch) -> None:
        """Hold nothing more of a batch that is durable; rows of one that is not are not taken again."""
        for record in batch.records:
            self._seen.release(record)
        for settlement in () if self._commits.failed else batch.settlements:
            self._taken[settlement.site].discard(settlement.normalized_url)
            if settlement.body_hash is not None:
                self._bodies.pop(settlement.body_hash, None)

    def keep_alive(self) -> None:
        """Do nothing: a run that has its state to itself need not say that it lives."""

    def count_refused(self, site: str, cause_word: str, n: int) -> None:
        """Count links that the site's rules refuse, off the site or denied for instance; no row is made."""
        self._begin(site)
        self._tally.refuse(site, cause_word, n)

    def explain_waiting(self, site: str, cause: str) -> None:
        """Say why the site's untaken rows stay behind: budget_reached, say; otherwise it is run_stopped."""
        if errors.CAUSES[cause].state != "waiting":
            raise ValueError(f"{cause!r} is no cause for waiting")
        self._tally.explain_waiting(site, cause)

    def site_memory(self, site: str) -> bytes | None:
        """Return what earlier runs learned of the site's pages, None where they learned nothing."""
        with self._state_errors():
            return load_site_memory(self._reading, site)

    def keep_site_memories(self, memories: Mapping[str, bytes]) -> None:
        """Commit what was learned of sites; what was kept of them before is replaced."""
        self._changes.keep_site_memories(memories).result()

    def account(self) -> dict[str, SiteAccount]:
        """Flush, then return what became of the URLs of every site that this run had to do with.

        After a failed flush it tells what was committed before.
        """
        if not self._commits.failed:
            self.flush()
        return self._changes.begin(self._tally.accounts, self._folder.connection).result()

    def finish(self, report: Mapping[str, JsonValue]) -> Path:
        """Flush, finish the files, write the manifest and `runs/<run_id>.json`, close; return that path.

        Raises TypeError or ValueError, before anything is done, for a report that is no JSON. After an
        OutputError the store is closed too.
        """
        folder = self._folder
        text = report_text(folder.run_id, folder.started_at, report)
        try:
            self.flush()
            path = self._changes.begin(self._finish, text).result()
        finally:
            self.abort()
        return path

    def _finish(self, text: str) -> Path:
        folder = self._folder
        self._output.finish()
        path = write_report(folder.path, folder.run_id, text)
        with transaction(folder.connection):
            finish_run(folder.connection, folder.run_id, text)
            keep_figures(folder.connection, folder.run_id, text)
        return path

    def abort(self) -> None:
        """Close without finishing; what is queued is dropped. The next run goes on from the last commit.

        Changes that were given `aside` are made first.
        """
        if self._closed:
            return
        self._closed = True
        with ExitStack() as closing:
            closing.callback(self._folder.lock.release)
            closing.callback(self._folder.connection.close)  # the last to close clears away the log
            closing.callback(self._folder.reading.close)
            closing.callback(self._output.close)
            closing.callback(self._changes.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Abort, unless the run is finished."""
        self.abort()

    def _begin(self, site: str | None) -> None:
        if site is None:
            self._changes.begin(self._finding.begin_all_sites).result()
        elif not self._tally.has(site):
            self._changes.begin_site(site).result()

    def _turn(self, site: str | None) -> Turn:
        taken = set().union(*self._taken.values()) if site is None else self._taken[site]
        return Turn(self._folder.run_id, site, taken.union(self._batch.keys(site), self._commits.batch.keys(site)))
