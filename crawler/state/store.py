"""The store of a crawl: state and records of one output folder, changed together or not at all.

Order of a commit: lines to the part file, fsync, then one transaction with fingerprints, ledger rows and the
file's length. A kill between the two leaves bytes behind that length; the next run cuts them off and fetches
their articles again. So the output is the truth, and each record stands in it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from crawler.state.batch import Batch, Committer
from crawler.state.bodies import KnownBody, known_body
from crawler.state.database import transaction
from crawler.state.finding import Finding
from crawler.state.history import keep_figures
from crawler.state.opening import OpenFolder, open_folder
from crawler.state.output import OutputPlace, RunOutput, SqliteFileBook
from crawler.state.protocol import AllAtOnce
from crawler.state.revisits import RevisionRule
from crawler.state.runs import finish_run, report_text, utc_now, write_report
from crawler.state.settlements import as_written, settlement_of_outcome, settlement_of_record
from crawler.state.site_memory import keep_site_memories, load_site_memory
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

    Every method may raise OutputError, or its subclass StateError. After a failed `flush` nothing more is
    written: call `abort`, and let the next run begin where the last commit ended.
    """

    def __init__(self, folder: OpenFolder, options: StoreOptions) -> None:
        """For `open`."""
        super().__init__(folder.path, folder.connection)
        self.recovered = folder.recovered
        """Files of dead runs that `open` put in order."""
        self.folder = folder.path
        self.turns = AllAtOnce()
        self._folder = folder
        self._options = options
        self._tally = Tally(folder.run_id)
        rule = RevisionRule(folder.run_id, options.modified_margin_s, options.max_attempts)
        self._finding = Finding(folder.connection, self._tally, rule)
        self._seen = SqliteSeen(folder.connection)
        place = OutputPlace(folder.path, folder.run_id, folder.started_at)
        self._output = RunOutput(place, SqliteFileBook(folder.connection, folder.run_id), options.files)
        self._committer = Committer(
            folder.connection, folder.run_id, self._output, self._seen, self._finding, self._tally
        )
        self._batch = Batch()
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
        with self._state_errors():
            return self._finding.record_poll(poll, candidates)

    def schedule_revisits(self, site: str, ages: Sequence[int], now: datetime) -> int:
        """Let articles of the site wait again that have come to the next of `ages`; return how many.

        `ages` are seconds since an article was first seen. Several that have passed count as one visit. A
        visit that fails is made up for at the next age. `now` has an offset.
        """
        with self._state_errors():
            return self._finding.schedule_revisits(site, ages, now)

    def take_waiting(self, site: str | None, limit: int) -> list[Waiting]:
        """Return at most `limit` rows to fetch, of the site or of all, newest first, each one once a run.

        The first call for a site also takes up failed rows of earlier runs whose cause may have passed.
        """
        with self._state_errors():
            self._begin(site)
            rows = takable_rows(self._connection, Turn(self._folder.run_id, site, self._busy), limit)
        self._busy.update(row.normalized_url for row in rows)
        return rows

    def waiting_count(self, site: str | None) -> int:
        """Return how many rows `take_waiting` can still give in this run."""
        with self._state_errors():
            self._begin(site)
            return count_takable(self._connection, Turn(self._folder.run_id, site, self._busy))

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
            return known_body(self._connection, body_hash)

    def settle(self, outcome: Outcome) -> None:
        """Queue for the next flush how a URL ended that gave no record."""
        self._batch.add(settlement_of_outcome(outcome))
        self._busy.add(outcome.normalized_url)

    def due_for_flush(self) -> bool:
        """Whether the batch is large or old enough to be committed. Ask after each write and on a timer."""
        return self._batch.is_due(self._options)

    def flush(self) -> None:
        """Make durable what is queued: records first, then the state that says so."""
        if self._failed:
            raise errors.OutputError(f"{self._folder.path}: an earlier write failed; run again")
        if self._batch.began is None:
            return
        batch, self._batch = self._batch, Batch()
        try:
            with self._state_errors():
                self._committer.commit(batch)
        except BaseException:
            self._failed = True
            raise
        self._bodies.clear()
        self._busy.difference_update(settlement.normalized_url for settlement in batch.settlements)

    def keep_alive(self) -> None:
        """Do nothing: a run that has its state to itself need not say that it lives."""

    def count_refused(self, site: str, cause_word: str, n: int) -> None:
        """Count links that the site's rules refuse, off the site or denied for instance; no row is made."""
        with self._state_errors():
            self._finding.begin_site(site)
        self._tally.refuse(site, cause_word, n)

    def explain_waiting(self, site: str, cause: str) -> None:
        """Say why the site's untaken rows stay behind: budget_reached, say; otherwise it is run_stopped."""
        if errors.CAUSES[cause].state != "waiting":
            raise ValueError(f"{cause!r} is no cause for waiting")
        self._tally.explain_waiting(site, cause)

    def site_memory(self, site: str) -> bytes | None:
        """Return what earlier runs learned of the site's pages, None where they learned nothing."""
        with self._state_errors():
            return load_site_memory(self._connection, site)

    def keep_site_memories(self, memories: Mapping[str, bytes]) -> None:
        """Commit what was learned of sites; what was kept of them before is replaced."""
        with self._state_errors(), transaction(self._connection):
            keep_site_memories(self._connection, memories, utc_now())

    def account(self) -> dict[str, SiteAccount]:
        """Flush, then return what became of the URLs of every site that this run had to do with.

        After a failed flush it tells what was committed before.
        """
        if not self._failed:
            self.flush()
        with self._state_errors():
            return self._tally.accounts(self._connection)

    def finish(self, report: Mapping[str, JsonValue]) -> Path:
        """Flush, finish the files, write the manifest and `runs/<run_id>.json`, close; return that path.

        Raises TypeError or ValueError, before anything is done, for a report that is no JSON. After an
        OutputError the store is closed too.
        """
        folder = self._folder
        text = report_text(folder.run_id, folder.started_at, report)
        try:
            self.flush()
            with self._state_errors():
                self._output.finish()
                path = write_report(folder.path, folder.run_id, text)
                with transaction(self._connection):
                    finish_run(self._connection, folder.run_id, text)
                    keep_figures(self._connection, folder.run_id, text)
        finally:
            self.abort()
        return path

    def abort(self) -> None:
        """Close without finishing; what is queued is dropped. The next run goes on from the last commit."""
        if self._closed:
            return
        self._closed = True
        with ExitStack() as closing:
            closing.callback(self._folder.lock.release)
            closing.callback(self._connection.close)
            closing.callback(self._output.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Abort, unless the run is finished."""
        self.abort()

    def _begin(self, site: str | None) -> None:
        if site is None:
            self._finding.begin_all_sites()
        else:
            self._finding.begin_site(site)
