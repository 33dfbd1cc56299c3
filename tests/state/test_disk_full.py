"""A disk that takes no more, played by a limit on file sizes: the run says so, the next one completes it."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from crawler.records.reader import read_records

SCRIPT = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from crawler import errors
from crawler.items import DiscoveredVia, Extraction, Link, Record, Status
from crawler.records.writer import RecordFileOptions
from crawler.state.store import CrawlStore
from crawler.state.values import Candidate, Poll, StoreOptions

folder, run_id, limit, words = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
options = StoreOptions(batch_records=5, files=RecordFileOptions(max_bytes=words * 40))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    run = CrawlStore.open(folder, run_id, datetime(2026, 11, 22, tzinfo=UTC), options)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    links = [Link(f"https://news.example/{n}", DiscoveredVia.GIVEN) for n in range(60)]
    found = [Candidate(link, link.url, "news") for link in links]
    poll = Poll("given", "news", DiscoveredVia.GIVEN, None, None, None, None, "2026-11-22T10:45:01Z")
    run.record_poll(poll, found)
    for row in run.take_waiting("news", 60):
        n = int(row.url.rpartition("/")[2])
        fingerprint, extraction = f"sha256:{n:064x}", Extraction(Status.OK, None, "", {})
        record = Record(id=f"{n:032x}", text=f"{n} " * words, text_hash=fingerprint, extraction=extraction)
        if run.claim(record).state == "new":
            run.write(record, "news", row.normalized_url)
        if run.due_for_flush():
            run.flush()
    run.finish({})
except errors.WinnowError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def _run(folder: Path, run_id: str, limit: int, words: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT, str(folder), run_id, str(limit), str(words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("limit", "words", "file"),
    [
        pytest.param(500_000, 50_000, "001.jsonl.part", id="part-file"),
        pytest.param(100_000, 1_000, "state.sqlite", id="state-file"),
        pytest.param(1, 1_000, "state.sqlite", id="at-once"),
    ],
)
def test_the_run_ends_with_exit_5_and_the_next_completes_it(tmp_path: Path, limit: int, words: int, file: str) -> None:
    ended = _run(tmp_path, "run-1", limit, words)
    assert ended.returncode == 5, ended.stderr
    assert file in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    completed = _run(tmp_path, "run-2", 0, words)
    assert completed.returncode == 0, completed.stderr
    assert Counter(int(record.id, 16) for record in read_records(tmp_path)) == Counter(range(60))
