"""The store of a crawl: state and records of one output folder, changed together or not at all.

Order of a commit: lines to the part file, fsync, then one transaction with fingerprints, ledger rows and the
file's length. A kill between the two leaves bytes behind that length; the next run cuts them off and fetches
their articles again. So the output is the truth, and each record stands in it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from pathlib import Path
from typing import Self

from crawler import errors
from crawler.dedup.sqlite_seen import SqliteSeen
from crawler.items import JsonValue, Record, Verdict
from crawler.records.lines import json_line
from crawler.state.account import Tally
from crawler.state.batch import Batch, Committer
from crawler.state.database import STATE_NAME, state_errors, transaction
from crawler.state.finding import Finding
from crawler.state.ledger import Settlement, Turn, count_takable, takable_rows
from crawler.state.opening import OpenFolder, open_folder
from crawler.state.output import RunOutput
from crawler.state.runs import finish_run, report_text, write_report
from crawler.state.sources import load_source
from crawler.state.values import (
    DEFAULT_STORE_OPTIONS,
    Candidate,
    FoundCounts,
    Outcome,
    Poll,
    SiteAccount,
    SourceState,
    StoreOptions,
    Waiting,
)


class CrawlStore:
    """State and records of one output folder for the time of one run. Call it from one thread.

    Every method may raise OutputError, or its subclass StateError. After a failed `flush` nothing more is
    written: call `abort`, and let the next run begin where the last commit ended.
    """

    def __init__(self, folder: OpenFolder, options: StoreOptions) -> None:
        """For `open`."""
        self.recovered = folder.recovered
        """Files of dead runs that `open` put in order."""
        self._folder = folder
        self._connection = folder.connection
        self._options = options
        self._tally = Tally(folder.run_id)
        self._finding = Finding(folder.connection, folder.run_id, self._tally, options.max_attempts)
        self._seen = SqliteSeen(folder.connection)
        self._output = RunOutput(folder, options.files)
        self._committer = Committer(
            folder.connection, folder.run_id, self._output, self._seen, self._finding, self._tally
        )
        self._batch = Batch()
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

    def source(self, url: str) -> SourceState | None:
        """Return what is known of a source, None before its first poll."""
        with self._state_errors():
            return load_source(self._connection, url)

    def record_poll(self, poll: Poll, candidates: Sequence[Candidate]) -> FoundCounts:
        """Commit, as one, a source's validators and a waiting row for each new URL that it gave."""
        with self._state_errors():
            return self._finding.record_poll(poll, candidates)

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

    def claim(self, record: Record) -> Verdict:
        """Say whether to `write` the record, or to settle its URL as a duplicate of the record that is named.

        After "new", call `write` before anything else can call `claim` or `flush`.
        """
        with self._state_errors():
            return self._seen.claim(record)

    def write(self, record: Record, site: str, normalized_url: str | None = None) -> None:
        """Queue a claimed record for the next flush.

        `normalized_url` is the ledger's key, as it was taken; after a redirect the record's own differs.
        Raises ValueError or TypeError for a record that is no JSON, whose claim is then given up.
        """
        key = normalized_url or record.normalized_url
        try:
            if key is None:
                raise ValueError(f"record {record.id} has no URL, so it has no place in the ledger")
            line = json_line(record.to_dict())
        except (ValueError, TypeError):
            self._seen.release(record)
            raise
        url = record.requested_url or record.url or key
        settlement = Settlement(
            key, url, site, "new", record_id=record.id, text_hash=record.text_hash, title=record.title
        )
        self._batch.add_record(record, line, settlement)
        self._busy.add(key)

    def settle(self, outcome: Outcome) -> None:
        """Queue for the next flush how a URL ended that gave no record."""
        o = outcome
        settlement = Settlement(o.normalized_url, o.url, o.site, o.state, o.cause, o.detail, original_id=o.original_id)
        self._batch.add(settlement)
        self._busy.add(o.normalized_url)

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
        self._busy.difference_update(settlement.normalized_url for settlement in batch.settlements)

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

    def _state_errors(self) -> AbstractContextManager[None]:
        return state_errors(self._folder.path / STATE_NAME)
