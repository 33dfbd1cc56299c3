"""The store of a crawl: state and records of one output folder, changed together or not at all.

Order of a commit: lines to the part file, fsync, then one transaction with fingerprints, ledger rows and the
file's length. A kill between the two leaves bytes behind that length; the next run cuts them off and fetches
their articles again. So the output is the truth, and each record stands in it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Self

from crawler import errors
from crawler.dedup.seen import NEW, WrittenVersion
from crawler.dedup.sqlite_seen import SqliteSeen
from crawler.items import JsonValue, Record, Verdict
from crawler.records.lines import json_line
from crawler.state.account import Tally
from crawler.state.aside import ChangesAside
from crawler.state.batch import Batch, Committer
from crawler.state.bodies import KnownBody, known_body
from crawler.state.changes import StateChanges, StoreAside
from crawler.state.database import STATE_NAME, transaction
from crawler.state.finding import Finding
from crawler.state.history import keep_figures
from crawler.state.opening import OpenFolder, open_folder
from crawler.state.output import OutputPlace, RunOutput, SqliteFileBook
from crawler.state.protocol import AllAtOnce
from crawler.state.revisits import RevisionRule
from crawler.state.runs import finish_run, report_text, write_report
from crawler.state.settlements import as_written, settlement_of_outcome, settlement_of_record
from crawler.state.site_memory import load_site_memory
from crawler.state.sources_and_hosts import SourcesAndHosts
from crawler.state.values import (
    DEFAULT_STORE_OPTIONS,
    Candidate,
    FoundCounts,
    Outcome,
    Poll,
    SiteAccount,
    StoreOptions,
    Waiting,
)
from crawler.state.waiting import Turn, count_takable, takable_rows


class CrawlStore(SourcesAndHosts):
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
        super().__init__(folder.path, folder.reading, changes)
        self.aside: ChangesAside = StoreAside(self.begin_flush, changes)
        self.recovered = folder.recovered
        """Files of dead runs that `open` put in order."""
        self.folder = folder.path
        self.turns = AllAtOnce()
        self._folder = folder
        self._options = options
        self._tally = tally
        self._batch = Batch()
        self._committing: tuple[Batch, Future[None]] | None = None
        """The batch that is being made durable."""
        self._bodies: dict[str, KnownBody] = {}
        """sha256 of a body -> its record, of those that are queued."""
        self._busy: set[str] = set()
        """Keys of rows that are taken, or settled but not committed."""
        self._failed = False
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
        self._take_up_commit()
        with self._state_errors():
            rows = takable_rows(self._reading, Turn(self._folder.run_id, site, self._busy), limit)
        self._busy.update(row.normalized_url for row in rows)
        return rows

    def waiting_count(self, site: str | None) -> int:
        """Return how many rows `take_waiting` can still give in this run."""
        self._begin(site)
        self._take_up_commit()
        with self._state_errors():
            return count_takable(self._reading, Turn(self._folder.run_id, site, self._busy))

    def claim(self, record: Record, waiting: Waiting | None = None) -> Verdict:
        """Say whether to `write` the record, or to settle its URL as unchanged or a duplicate.

        After "new" or "changed", call `write` before anything else can call `claim` or `flush`. `waiting` is
        the row that was fetched: of a re-visit it says what was written before.
        """
        written = None
        if waiting is not None and waiting.revisit and waiting.record_id is not None:
            written = WrittenVersion(waiting.record_id, waiting.text_hash, waiting.version)
        with self._state_errors():
            return self._seen.claim(record, written)

    def write(
        self, record: Record, site: str, normalized_url: str | None = None, body_hash: str | None = None
    ) -> dict[str, JsonValue]:
        """Queue a claimed record for the next flush, as the version that its claim says; return its JSON object.

        `normalized_url` is the ledger's key, as it was taken; after a redirect the record's own differs.
        `body_hash` is the sha256 of the raw body, kept for the next visit as the record's validators are.
        Raises ValueError or TypeError for a record that is no JSON, whose claim is then given up.
        """
        key = normalized_url or record.normalized_url
        verdict = self._seen.held(record) or NEW
        written = as_written(record, verdict)
        try:
            if key is None:
                raise ValueError(f"record {record.id} has no URL, so it has no place in the ledger")
            content = written.to_dict()
            line = json_line(content)
        except (ValueError, TypeError):
            self._seen.release(record)
            raise
        self._batch.add_record(written, line, settlement_of_record(written, verdict, key, site, body_hash))
        self._busy.add(key)
        if body_hash is not None:
            self._bodies[body_hash] = KnownBody(record.id, record.date_published)
        return content

    def leave_out(self, record: Record) -> None:
        """Give up a claim that is not to be written after all; `settle` its URL."""
        self._seen.release(record)

    def body_holder(self, body_hash: str) -> KnownBody | None:
        """Return which record came of a page with these bytes, by their sha256; None where none did."""
        if body_hash in self._bodies:
            return self._bodies[body_hash]
        with self._state_errors():
            return known_body(self._reading, body_hash)

    def settle(self, outcome: Outcome) -> None:
        """Queue for the next flush how a URL ended that gave no record."""
        self._batch.add(settlement_of_outcome(outcome))
        self._busy.add(outcome.normalized_url)

    def due_for_flush(self) -> bool:
        """Whether to flush: the batch is large or old enough. Ask after each write and on a timer."""
        self._take_up_commit()
        return self._committing is None and self._batch.is_due(self._options)

    def flush(self) -> None:
        """Make durable what is queued: records first, then the state that says so."""
        self.begin_flush()
        self._end_commit()

    def begin_flush(self) -> Future[None]:
        """Have made durable what is queued; of what is queued meanwhile the next flush takes care."""
        self._end_commit()
        if self._failed:
            raise errors.OutputError(f"{self._folder.path}: an earlier write failed; run again")
        if self._batch.began is None:
            return self._changes.begin(lambda: None)
        batch, self._batch = self._batch, Batch()
        future = self._changes.commit(batch)
        self._committing = (batch, future)
        return future

    def _end_commit(self) -> None:
        """Wait for the commit that is under way. Raises what it fails with."""
        if self._committing is not None:
            _, future = self._committing
            wait((future,))
            self._take_up_commit()
            future.result()

    def _take_up_commit(self) -> None:
        """Let go of what a commit has made durable, or failed to."""
        if self._committing is None or not self._committing[1].done():
            return
        (batch, future), self._committing = self._committing, None
        for record in batch.records:
            self._seen.release(record)
        if future.exception() is not None:
            self._failed = True
            return
        for settlement in batch.settlements:
            self._busy.discard(settlement.normalized_url)
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
        if not self._failed:
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
