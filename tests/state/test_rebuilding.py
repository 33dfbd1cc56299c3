"""A lost state file comes back from the records, and a crawl after it writes nothing twice."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler import errors
from crawler.items import Record, Verdict
from crawler.records.manifest import read_manifest
from crawler.records.reader import read_records
from crawler.state.rebuilding import rebuild
from crawler.state.rebuilt_rows import ledger_key
from crawler.state.values import Outcome, StoreOptions
from crawler.urls import normalized_url, requested_form

if TYPE_CHECKING:
    from crawler.state.store import CrawlStore
    from crawler.state.values import Candidate
    from tests.state.conftest import LocalDesk as Desk

FETCHED_AT = "2026-11-22T10:46:00Z"
NOW = datetime(2026, 11, 22, 10, 46, tzinfo=UTC)
SITES = {"news.example": "news"}


def _candidate(desk: Desk, number: int) -> Candidate:
    candidate = desk.candidate(number)
    url = f"https://news.example/{number}"
    return replace(candidate, link=replace(candidate.link, url=url), normalized_url=url)


def _record(number: int, desk: Desk, text: int | None = None) -> Record:
    url = f"https://news.example/{number}"
    # Every third is answered by way of a redirect.
    final = f"{url}/final" if number % 3 == 2 else url
    return replace(
        desk.record(number, text=text),
        url=final, requested_url=url, normalized_url=final, domain="news.example", fetched_at=FETCHED_AT, etag='"1"',
        discovered_via="feed",
    )  # fmt: skip


def _crawl(desk: Desk, run: CrawlStore, numbers: range, ages: tuple[int, ...] = ()) -> Counter[str]:
    """Fetch all that is there; return how the URLs ended."""
    run.record_poll(desk.poll(), [_candidate(desk, n) for n in numbers])
    run.schedule_revisits("news", ages, NOW + timedelta(hours=2))
    while rows := run.take_waiting("news", 3):
        for row in rows:
            number = int(row.normalized_url.rpartition("/")[2])
            record = _record(number, desk, text=1000 + number if row.revisit else None)
            verdict = run.claim(record, row)
            if verdict.state in {"new", "changed"}:
                run.write(record, "news", row.normalized_url)
            else:
                end = Outcome(row.normalized_url, row.url, "news", verdict.state, original_id=verdict.original_id)
                run.settle(end)
        run.flush()
    account = run.account()["news"]
    assert account.holds
    run.finish({"sites": {"news": {"found": account.found, "states": dict(account.states)}}})
    return Counter({state: rows for state, rows in account.states.items() if rows})


def _lose(desk: Desk) -> None:
    for path in desk.folder.glob("state.sqlite*"):
        path.unlink()


def test_after_it_a_crawl_writes_only_what_is_new(desk: Desk, small_files: StoreOptions) -> None:
    assert _crawl(desk, desk.open(small_files), range(7)) == {"new": 7}
    assert _crawl(desk, desk.open(), range(7), ages=(3600,)) == {"changed": 7}
    manifest = read_manifest(desk.folder)
    before = [(record.id, record.version) for record in read_records(desk.folder)]
    _lose(desk)
    with pytest.raises(errors.StateError, match="or run `winnow state rebuild --output FOLDER`"):
        desk.open()

    done = rebuild(desk.folder, SITES)
    assert (done.records, len(done.files), done.runs, done.cut_bytes, done.warnings) == (14, 4, 2, 0, [])
    assert read_manifest(desk.folder) == manifest

    run = desk.open()
    assert [figures.new for figures in run.site_history("news")] == [0, 7]
    assert _crawl(desk, run, range(9)) == {"known": 7, "new": 2}
    after = [(record.id, record.version) for record in read_records(desk.folder)]
    assert after[:14] == before
    assert max(Counter(after).values()) == 1
    assert len(after) == 16


def test_versions_go_on_where_they_were(desk: Desk) -> None:
    _crawl(desk, desk.open(), range(1))
    _crawl(desk, desk.open(), range(1), ages=(3600,))
    _lose(desk)
    rebuild(desk.folder, SITES)
    run = desk.open()
    assert run.schedule_revisits("news", (3600,), NOW + timedelta(hours=2)) == 1
    (row,) = run.take_waiting("news", 1)
    assert (row.version, row.text_hash, row.etag) == (2, f"sha256:{1000:064x}", '"1"')
    for text in (0, 1000):
        assert run.claim(desk.record(5, text=text)) == Verdict("duplicate", desk.record(0).id)


def test_a_site_without_a_name_is_its_domain_until_it_is_found_again(desk: Desk) -> None:
    _crawl(desk, desk.open(), range(1))
    _lose(desk)
    rebuild(desk.folder)
    run = desk.open()
    assert run.schedule_revisits("news", (3600,), NOW + timedelta(hours=2)) == 0
    run.record_poll(desk.poll(), [_candidate(desk, 0)])
    assert run.schedule_revisits("news", (3600,), NOW + timedelta(hours=2)) == 1
    assert run.account()["news"].holds


def test_old_articles_are_not_all_asked_for_again(desk: Desk) -> None:
    run = desk.open()
    old = replace(_record(0, desk), fetched_at="2020-01-01T00:00:00Z")
    run.claim(old)
    run.write(old, "news")
    run.finish({})
    _lose(desk)
    rebuild(desk.folder, SITES)
    assert desk.open().schedule_revisits("news", (3600,), NOW) == 0


@pytest.mark.parametrize("tail", [b"", b'{"id": "torn', b"\0\0\0"], ids=["whole", "torn", "zeros"])
def test_whole_lines_of_a_part_file_count_as_written(desk: Desk, tail: bytes) -> None:
    run = desk.open()
    for number in range(2):
        run.claim(_record(number, desk))
        run.write(_record(number, desk), "news")
    run.flush()
    run.abort()
    (part,) = desk.folder.rglob("*.part")
    with part.open("ab") as file:
        file.write(tail)
    _lose(desk)
    done = rebuild(desk.folder, SITES)
    assert (done.records, done.cut_bytes) == (2, len(tail))
    assert _crawl(desk, desk.open(), range(3)) == {"known": 2, "new": 1}
    assert desk.written() == [0, 1, 2]


def test_a_part_file_without_a_whole_line_is_deleted(desk: Desk) -> None:
    _crawl(desk, desk.open(), range(1))
    part = next(desk.folder.rglob("*.jsonl")).with_name("20261123T000000Z-0000-001.jsonl.part")
    part.write_bytes(b'{"id": 1')
    _lose(desk)
    assert rebuild(desk.folder).cut_bytes == 8
    assert not part.exists()


def test_a_state_file_is_never_overwritten(desk: Desk) -> None:
    _crawl(desk, desk.open(), range(1))
    before = (desk.folder / "state.sqlite").read_bytes()
    with pytest.raises(errors.UsageError, match=r"state\.sqlite is there and is not overwritten: move it away"):
        rebuild(desk.folder)
    assert (desk.folder / "state.sqlite").read_bytes() == before
    (desk.folder / "state.sqlite").rename(desk.folder / "state.sqlite-wal")
    with pytest.raises(errors.UsageError, match=r"state\.sqlite-wal is there"):
        rebuild(desk.folder)


@pytest.mark.parametrize("name", [".", "nowhere"])
def test_a_folder_without_records(tmp_path: Path, name: str) -> None:
    with pytest.raises(errors.UsageError, match="no records, so nothing to rebuild from"):
        rebuild(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["", ".part"])
def test_a_broken_line_stops_it_and_leaves_no_state(desk: Desk, suffix: str) -> None:
    _crawl(desk, desk.open(), range(2))
    _lose(desk)
    path = next(desk.folder.rglob("*.jsonl"))
    first, second = path.read_bytes().splitlines(keepends=True)
    path.unlink()
    path.with_name(path.name + suffix).write_bytes(first + b"{]\n" + second)
    with pytest.raises(errors.StateError, match=r"jsonl(\.part)?:2: "):
        rebuild(desk.folder)
    assert not list(desk.folder.glob("state.sqlite*"))
    path.with_name(path.name + suffix).write_bytes(first + second)
    assert rebuild(desk.folder).records == 2


def test_what_is_odd_is_said(desk: Desk, small_files: StoreOptions) -> None:
    _crawl(desk, desk.open(small_files), range(9))
    gone, altered, _ = sorted(desk.folder.rglob("*.jsonl"))
    gone.unlink()
    altered.write_bytes(altered.read_bytes() * 2)
    (desk.folder / "runs" / "x.json").write_text("[]", encoding="utf-8")
    _lose(desk)
    done = rebuild(desk.folder)
    assert [warning.partition(" is ")[2][:20] for warning in done.warnings] == [
        "no report of a run: ",
        "not as the manifest ",
        "in the manifest, but",
    ]
    assert done.records == 9


def test_a_lock_is_held(desk: Desk, tmp_path: Path) -> None:
    _crawl(desk, desk.open(), range(1))
    copy = tmp_path / "copy"
    shutil.copytree(desk.folder, copy)
    (copy / "state.sqlite").unlink()
    rebuild(copy)
    assert json.loads((copy / "manifest.json").read_bytes())["files"]
    assert (copy / "lock").read_bytes() == b""


@pytest.mark.parametrize(
    ("link", "significant"),
    [
        ("https://news.example/a?b=1&utm_source=x", []),
        ("https://news.example/a?utm_source=x&b=1", ["utm_source"]),
        ("https://news.example/a?fbclid=1&b=&a=2", ["fbclid"]),
        ("http://NEWS.example:80/%7Ea?ä=1#x", []),
    ],
)
def test_the_key_of_a_redirected_record(link: str, significant: list[str], desk: Desk) -> None:
    params = frozenset(significant)
    record = replace(
        desk.record(1), url="https://news.example/final", requested_url=requested_form(link, params),
        normalized_url="https://news.example/final",
    )  # fmt: skip
    assert ledger_key(record) == normalized_url(link, params)
