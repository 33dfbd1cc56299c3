"""`winnow extract` of WARC archives, to stdout and to a folder, also when it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import crawler

if TYPE_CHECKING:
    from pathlib import Path

    from tests.archives.conftest import Maker
    from tests.conftest import Bench, CommandLine, Ended, Inline

HTML = [("Content-Type", "text/html; charset=utf-8"), ("ETag", '"v"')]


def story_record(maker: Maker, bench: Bench, number: int) -> bytes:
    return maker.record(url=f"http://news.example/{number}", block=maker.http(bench.page_of(number).encode(), HTML))


@dataclass(frozen=True)
class Shelf:
    """One extract over a folder with archives of every kind and a page."""

    ended: Ended
    folder: Path


@pytest.fixture(scope="module")
def shelf(maker: Maker, bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("shelf")
    shelf = folder / "shelf"
    shelf.mkdir()
    form = maker.http(b"<html><body><form><input></form><p>Log in</p></body></html>")
    (shelf / "a.warc.gz").write_bytes(
        maker.gzipped(
            [
                maker.record("warcinfo", block=b"software: other"),
                story_record(maker, bench, 1),
                maker.record("request", url="http://news.example/1", block=b"GET / HTTP/1.1\r\n\r\n"),
                story_record(maker, bench, 2),
            ]
        )
    )
    (shelf / "b.warc").write_bytes(
        maker.plain(
            [
                story_record(maker, bench, 3).replace(b"Content-Length: 1", b"Content-Length: 0"),
                maker.record(url="http://news.example/form", block=form),
                story_record(maker, bench, 4),
            ]
        )
    )
    (shelf / "c.WARC.zst").write_bytes(maker.zstandard([story_record(maker, bench, 5)]))
    (shelf / "d.html").write_text(bench.page_of(6), encoding="utf-8")
    (shelf / "e.warc.gz").write_bytes(b"<p>This is no archive.")
    return Shelf(bench.command_line(folder).run("extract", "shelf", "shelf/none.warc.gz"), folder)


def test_records_come_in_order_with_place_and_time(shelf: Shelf, bench: Bench) -> None:
    records = shelf.ended.records
    assert [record["url"] for record in records] == [
        *(f"http://news.example/{number}" for number in (1, 2, 4, 5)), None,
    ]  # fmt: skip
    assert [record["text"] for record in records] == ["\n\n".join(bench.story(n)) for n in (1, 2, 4, 5, 6)]
    first = records[0]
    assert first["input_id"].startswith("shelf/a.warc.gz#urn:uuid:")
    assert (first["fetched_at"], first["http_status"], first["etag"]) == ("2026-10-01T08:00:00Z", 200, '"v"')


def test_each_record_that_gave_none_has_a_line(shelf: Shelf) -> None:
    lines = shelf.ended.err.splitlines()
    refused = [line for line in lines if ": file_unreadable: " in line or "/form: " in line]
    assert refused[0].startswith("shelf/b.warc:0 http://news.example/3: file_unreadable: a damaged record")
    assert refused[1].startswith("shelf/b.warc#urn:uuid:")
    assert " http://news.example/form: " in refused[1]
    assert refused[2].startswith("shelf/e.warc.gz:0: file_unreadable: a damaged record: no record begins here")
    assert refused[3] == "shelf/none.warc.gz: file_unreadable: no such file; check the path"
    assert len(refused) == 4


def test_what_holds_no_page_is_counted(shelf: Shelf) -> None:
    assert "shelf/a.warc.gz: 4 records, 2 pages; skipped 1 warcinfo, 1 request" in shelf.ended.err
    assert shelf.ended.err.endswith("5 records, 4 inputs without one\n")
    assert shelf.ended.code == 3


def test_an_archive_on_stdin(winnow: CommandLine, maker: Maker, bench: Bench) -> None:
    content = maker.gzipped([story_record(maker, bench, number) for number in (1, 2)])
    ended = winnow.run("extract", "--workers", 1, "-", given=content)
    assert ended.code == 0
    assert [record["text"] for record in ended.records] == ["\n\n".join(bench.story(number)) for number in (1, 2)]


def test_a_zstd_archive_on_stdin(winnow: CommandLine, maker: Maker, bench: Bench) -> None:
    picture = maker.http(Random(0).randbytes(60_000), [("Content-Type", "image/png")])
    records = [story_record(maker, bench, 1), maker.record(url="http://news.example/p.png", block=picture)]
    content = maker.one_frame(records)
    assert len(content) > 8 * 4096  # its first block does not come with the first bytes of the pipe
    ended = winnow.run("extract", "--workers", 1, "-", given=content)
    assert [record["text"] for record in ended.records] == ["\n\n".join(bench.story(1))]


def archives(folder: Path, maker: Maker, bench: Bench, number: int, pages: int) -> Path:
    """Write archives, each in a folder of its own and with a page that is none."""
    for archive in range(number):
        path = folder / "in" / f"{archive}" / "news.warc.gz"
        path.parent.mkdir(parents=True)
        records = [story_record(maker, bench, archive * pages + page) for page in range(pages)]
        path.write_bytes(maker.gzipped([*records, maker.page_record(archive)]))
    return folder / "in"


def outputs(folder: Path) -> dict[str, list[dict[str, Any]]]:
    files = sorted(folder.rglob("*.jsonl"))
    return {path.parent.name: list(map(json.loads, path.read_bytes().splitlines())) for path in files}


def test_an_output_for_each_archive_and_what_is_done_stays(winnow: CommandLine, maker: Maker, bench: Bench) -> None:
    archives(winnow.folder, maker, bench, 3, 2)
    first = winnow.run("extract", "--workers", 1, "in", "--output-dir", "out", "missing")
    assert (first.code, first.out) == (3, b"")
    assert first.lines_on("missing") == [
        "missing: file_unreadable: no such file, or a folder without archives; check the path"
    ]
    found = outputs(winnow.folder / "out")
    assert {name: [r["text"] for r in records] for name, records in found.items()} == {
        str(n): ["\n\n".join(bench.story(2 * n + page)) for page in range(2)] for n in range(3)
    }
    marker = json.loads((winnow.folder / "out" / "1" / "news.jsonl.done.json").read_bytes())
    assert (marker["records"], sum(marker["failed"].values()), marker["skipped"]) == (2, 1, {})
    assert len(list(crawler.read_records(winnow.folder / "out"))) == 6

    changed = winnow.folder / "in" / "1" / "news.warc.gz"
    changed.write_bytes(maker.gzipped([story_record(maker, bench, 9)]))
    times = {path: path.stat().st_mtime_ns for path in (winnow.folder / "out").rglob("*.jsonl")}
    second = winnow.run("extract", "--workers", 1, winnow.folder / "in", "--output-dir", "out")
    assert second.code == 3
    assert second.err.count("done before, 2 records") == 2
    assert second.err.endswith("5 records, 2 inputs without one\n")
    rewritten = [path for path, at in times.items() if path.stat().st_mtime_ns != at]
    assert [path.parent.name for path in rewritten] == ["1"]
    assert [r["text"] for r in outputs(winnow.folder / "out")["1"]] == ["\n\n".join(bench.story(9))]


def wait_for(found: list[Path], folder: Path, number: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until so many archives are done."""
    end = time.monotonic() + 60
    while len(found) < number:
        assert time.monotonic() < end
        assert process.poll() is None
        found[:] = [path for path in folder.rglob("*.done.json") if path.stat().st_size > 10]
        time.sleep(0.01)


def test_killed_twice_it_gives_the_same_records(winnow: CommandLine, maker: Maker, bench: Bench) -> None:
    archives(winnow.folder, maker, bench, 3, 8)
    command = ("extract", "--workers", "1", "in", "--output-dir", "out")
    for done in (1, 2):
        process = subprocess.Popen(
            [sys.executable, "-m", "crawler", *command],
            cwd=winnow.folder, env=bench.environment(), stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        wait_for([], winnow.folder / "out", done, process)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        whole = outputs(winnow.folder / "out")
        assert done <= len(whole) < 3
        assert {len(records) for records in whole.values()} == {8}
    ended = winnow.run(*command)
    assert ended.err.count("done before, 8 records") == 2
    assert ended.err.endswith("24 records, 3 inputs without one\n")
    found = [record for records in outputs(winnow.folder / "out").values() for record in records]
    assert [record["text"] for record in found] == ["\n\n".join(bench.story(number)) for number in range(24)]
    left = {path.name for path in (winnow.folder / "out").rglob("*") if path.is_file()}
    assert left == {"news.jsonl", "news.jsonl.done.json", "lock"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a.html", "--output-dir", "out"), "a.html: --output-dir takes archives (.warc, .warc.gz, .warc.zst)"),
        (
            ("a/x.warc", "b/x.warc.gz", "--output-dir", "out"),
            "would both be written to out/x.jsonl; give each a folder",
        ),
        (("a/y.warc", "--output-dir", "out"), "out/y.jsonl: exists and is not ours; add --overwrite"),
        (("a/x.warc", "--output-dir", "out", "-o", "f"), "goes neither with --output, --plain-text nor --site-memory"),
    ],
    ids=["a page", "two for one name", "a file of others", "two outputs"],
)
def test_usage(inline: Inline, arguments: tuple[str, ...], words: str) -> None:
    for name in ("a/x.warc", "a/y.warc", "b/x.warc.gz", "a.html", "out/y.jsonl"):
        (inline.folder / name).parent.mkdir(exist_ok=True)
        (inline.folder / name).write_bytes(b"mine")
    ended = inline.run("extract", *arguments)
    assert (ended.code, ended.out) == (2, b"")
    assert words in " ".join(ended.err.split())
    assert (inline.folder / "out" / "y.jsonl").read_bytes() == b"mine"


def test_a_file_stands_where_a_folder_of_archives_is_to_go(inline: Inline) -> None:
    (inline.folder / "warcs" / "day").mkdir(parents=True)
    (inline.folder / "warcs" / "day" / "a.warc").write_bytes(b"")
    (inline.folder / "out").mkdir()
    (inline.folder / "out" / "day").write_text("mine")
    ended = inline.run("extract", "warcs", "--output-dir", "out")
    assert (ended.code, ended.out) == (5, b"")
    assert "out/day cannot be written (Not a directory): a file stands where a folder is needed" in ended.err
