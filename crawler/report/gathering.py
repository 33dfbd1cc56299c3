"""An output folder -> summaries of its runs."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from crawler.items import Record
from crawler.records.reader import read_records
from crawler.report.ledger_urls import (
    RunUrls,
    gather_known,
    gather_settled,
    gather_waiting,
    reading_state,
    site_of,
)
from crawler.report.run_files import RunFile, read_run, readable, run_ids
from crawler.report.summary import Extra, ReportOptions, RunSummary, sites_of, summarize
from crawler.report.url_lists import ALL_SITES, ListedUrl, UrlBook
from crawler.state.clusters import Cluster, resolved

NO_STATE = "This folder has no state.sqlite: URLs that gave no record are counted, not listed."


def summaries(folder: Path, wanted: Sequence[str], options: ReportOptions) -> Iterator[RunSummary]:
    """Yield the summaries of the runs, in the order of `wanted`.

    Raises UsageError for a folder without runs, FileUnreadable for a report or record file that is none,
    StateError or OutputError for a state that cannot be read.
    """
    ids = run_ids(folder)
    gathered = {run_id: RunUrls(UrlBook(options.urls)) for run_id in wanted}
    past = _Past(folder, ids, options)
    with reading_state(folder) as connection:
        if connection is not None:
            gather_settled(connection, gathered)
        alike = resolved(connection) if connection is not None else []
        for run_id, urls in gathered.items():
            _read_written(folder, run_id, urls, connection)
            if connection is not None:
                gather_known(connection, run_id, urls)
                if run_id == ids[0]:
                    gather_waiting(connection, urls)
            notes = () if connection is not None else (NO_STATE,)
            extra = Extra(_of_run(alike, urls.ids)[: options.clusters], notes)
            yield summarize(past.run(run_id), past.before(run_id), urls.book, extra)


class _Past:
    """Run reports, each read once."""

    def __init__(self, folder: Path, ids: list[str], options: ReportOptions) -> None:
        self._folder = folder
        self._ids = ids
        self._length = options.trend_runs - 1
        self._read: dict[str, RunFile] = {}

    def run(self, run_id: str) -> RunFile:
        if run_id not in self._read:
            self._read[run_id] = read_run(self._folder, run_id)
        return self._read[run_id]

    def before(self, run_id: str) -> list[RunFile]:
        """Return the runs before this one, latest first, without those whose reports cannot be read."""
        place = self._ids.index(run_id) + 1
        found, _ = readable(self._folder, self._ids[place : place + self._length])
        return [self.run(earlier) for earlier in found]


def _read_written(folder: Path, run_id: str, urls: RunUrls, connection: sqlite3.Connection | None) -> None:
    """Note the run's records under every number that counts them."""
    for path in sorted(folder.glob(f"records/*/{run_id}-*.jsonl")):
        for record in read_records(path):
            known = record.normalized_url and connection and site_of(connection, record.normalized_url)
            _note(record, known or record.domain or "", urls.book)
            urls.ids.add(record.id)


def _note(record: Record, site: str, book: UrlBook) -> None:
    listed = ListedUrl(record.url or record.input_id or record.id, record.title or "")
    book.add("state", site, "new" if record.version == 1 else "changed", listed)
    book.see(("language", ALL_SITES, record.language), listed)
    if record.http_status is not None:
        book.see(("status", ALL_SITES, str(record.http_status)), listed)
    for label, number in Counter(segment.label for segment in record.segments).items():
        counted = f"{number} block" + ("" if number == 1 else "s")
        book.see(("label", ALL_SITES, str(label)), ListedUrl(listed.url, f"{counted} · {listed.words}"))


def _of_run(alike: Sequence[Cluster], ids: set[str]) -> tuple[Cluster, ...]:
    """Return the clusters that the run met a member of, those on most sites first."""
    met = [cluster for cluster in alike if not ids.isdisjoint(member.id for member in cluster.members)]
    return tuple(sorted(met, key=lambda cluster: (-len(sites_of(cluster)), -len(cluster.members), cluster.id)))
