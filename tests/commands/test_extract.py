"""`winnow extract`: pages from disk, in input order, whatever lies among them."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Bench, CommandLine, Ended, Inline


@dataclass(frozen=True)
class Desk:
    """One extract over many inputs, and where they lie."""

    ended: Ended
    folder: Path
    list: Path


LIST_FAULTS = {
    2: "file_unreadable: not JSON",
    3: "file_unreadable: not a JSON object",
    4: "file_unreadable: none of html, file or html_text",
    5: "file_unreadable: “../outside.html” lies outside the list's folder",
    6: "file_unreadable: “/etc/passwd” lies outside the list's folder",
    7: "file_unreadable: no such file",
    8: "file_unreadable: “id” is neither text nor a number",
    9: "bad_url: “url” is no text",
    10: "file_unreadable: is a folder",
    14: "file_unreadable: “nul\\x00.html” is no file name (embedded null byte)",
    15: "file_unreadable: “\\ud800.html” is no file name",
    16: "file_unreadable: “loop.html” is no file name",
    17: "file_unreadable: “pipe.html” is a pipe, a socket or a device",
    18: "page_too_large: a line over the cap of 30,000,000 bytes",
    19: "file_unreadable: not UTF-8 (invalid start byte at byte 9)",
}


def write_list(folder: Path, bench: Bench) -> Path:
    """A page list with every way to name a page, and every fault; it begins with a byte order mark."""
    pages = folder / "pages"
    pages.mkdir(parents=True)
    (pages / "a.html").write_text(bench.page_of(11), encoding="utf-8")
    (pages / "b.html.gz").write_bytes(gzip.compress(bench.page_of(12).encode()))
    (folder.parent / "outside.html").write_text(bench.page_of(13), encoding="utf-8")
    lines = [
        json.dumps({"id": "first", "url": "https://news.example/11", "html": "pages/a.html", "extra": [1, 2]}),
        "{broken",
        "[1, 2]",
        json.dumps({"id": "none"}),
        json.dumps({"id": "escape", "html": "../outside.html"}),
        json.dumps({"id": "absolute", "file": "/etc/passwd"}),
        json.dumps({"id": "missing", "file": "pages/none.html"}),
        json.dumps({"id": [1], "file": "pages/a.html"}),
        json.dumps({"id": "url", "url": 7, "file": "pages/a.html"}),
        json.dumps({"id": "folder", "file": "pages"}),
        "",
        json.dumps({"id": 12, "url": "https://news.example/12", "file": "pages/b.html.gz"}),
        json.dumps({"html_text": bench.page_of(14)}),
        json.dumps({"file": "nul\0.html"}),
        json.dumps({"file": "\ud800.html"}),
        json.dumps({"file": "loop.html"}),
        json.dumps({"file": "pipe.html"}),
        json.dumps({"html_text": "x" * 61_000_000}),
    ]
    (folder / "loop.html").symlink_to("loop.html")
    os.mkfifo(folder / "pipe.html")
    path = folder / "list.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + "\n".join(lines).encode() + b'\n{"id": "\xff"}\n')
    return path


@pytest.fixture(scope="module")
def desk(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("extract")
    (folder / "one.html").write_text(bench.page_of(1), encoding="utf-8")
    (folder / "notes.txt").write_text("\n".join(bench.story(2)), encoding="utf-8")
    (folder / "photo.html").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" * 50)
    (folder / "empty.html").write_bytes(b"")
    (folder / "broken.html.gz").write_bytes(gzip.compress(bench.page_of(9).encode())[:300])
    (folder / "nothing").mkdir()
    tree = folder / "tree" / "deep"
    tree.mkdir(parents=True)
    (tree / "b.htm").write_text(bench.page_of(4), encoding="utf-8")
    (tree.parent / "a.html.gz").write_bytes(gzip.compress(bench.page_of(3).encode()))
    (tree.parent / "ignored.css").write_text("body {}", encoding="utf-8")
    listed = write_list(folder / "lists", bench)
    zipped = folder / "lists" / "more.jsonl.gz"
    zipped.write_bytes(gzip.compress(json.dumps({"id": "z", "file": "pages/a.html"}).encode()))
    inputs = ["one.html", "missing.html", "photo.html", "notes.txt", "empty.html", "broken.html.gz", "nothing",
              "tree", listed, zipped, "missing.jsonl"]  # fmt: skip
    return Desk(bench.command_line(folder).run("extract", "--navigation", *inputs), folder, listed)


def test_records_come_in_input_order(desk: Desk) -> None:
    assert [record["input_id"] for record in desk.ended.records] == [
        "one.html", "notes.txt", "tree/a.html.gz", "tree/deep/b.htm", "first", "12", None, "z",
    ]  # fmt: skip
    assert desk.ended.code == 3


@pytest.mark.parametrize(("place", "number"), [(0, 1), (1, 2), (2, 3), (3, 4), (4, 11), (5, 12), (6, 14), (7, 11)])
def test_the_text_is_the_article(desk: Desk, bench: Bench, place: int, number: int) -> None:
    assert desk.ended.records[place]["text"] == "\n\n".join(bench.story(number))


def test_urls_are_those_of_the_list(desk: Desk) -> None:
    records = desk.ended.records
    assert [record["url"] for record in records] == [
        None, None, None, None, "https://news.example/11", "https://news.example/12", None, None,
    ]  # fmt: skip
    without = next(record for record in records if record["input_id"] == "one.html")
    assert {without[name] for name in ("normalized_url", "domain", "http_status", "fetched_at")} == {None}


def test_navigation_is_kept_where_asked_for(desk: Desk) -> None:
    assert "navigation" in {entry["label"] for entry in desk.ended.records[0]["boilerplate"]}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.html", "file_unreadable: no such file; check the path"),
        ("photo.html", "not_html"),
        ("empty.html", "empty_page"),
        ("broken.html.gz", "file_unreadable: cannot be read"),
        ("nothing", "file_unreadable: no .html"),
        ("missing.jsonl", "file_unreadable: no such file"),
    ],
)
def test_an_input_without_a_record_has_one_line(desk: Desk, name: str, words: str) -> None:
    (line,) = desk.ended.lines_on(name)
    assert line.startswith(f"{name}: {words}")


@pytest.mark.parametrize("number", LIST_FAULTS)
def test_a_broken_line_of_a_list_has_its_number(desk: Desk, number: int) -> None:
    (line,) = desk.ended.lines_on(f"{desk.list}:{number}")
    assert line.startswith(f"{desk.list}:{number}: {LIST_FAULTS[number]}")


def test_nothing_else_is_on_stderr(desk: Desk) -> None:
    faults = 6 + len(LIST_FAULTS)
    assert len(desk.ended.err.splitlines()) == faults + 1
    assert desk.ended.err.endswith(f"8 records, {faults} inputs without one\n")


def test_stdin_html_without_navigation(winnow: CommandLine, bench: Bench) -> None:
    ended = winnow.run("extract", "--workers", 1, "-", given=bench.page_of(5).encode())
    assert ended.code == 0
    (record,) = ended.records
    assert record["text"] == "\n\n".join(bench.story(5))
    assert record["input_id"] is None
    assert "navigation" not in {entry["label"] for entry in record["boilerplate"]}


def test_a_page_list_on_stdin(winnow: CommandLine, bench: Bench) -> None:
    (winnow.folder / "page.html").write_text(bench.page_of(3))
    lines = [
        {"id": "a", "html_text": bench.page_of(1) * 3},
        {"id": "b", "html": "page.html", "url": "https://example.org/b"},
        {"id": "c"},
    ]
    ended = winnow.run("extract", "--workers", 1, "-", given="\n".join(map(json.dumps, lines)).encode())
    assert [(record["input_id"], record["url"]) for record in ended.records] == [
        ("a", None),
        ("b", "https://example.org/b"),
    ]
    assert ended.lines_on("-:3") == ["-:3: file_unreadable: none of html, file or html_text names a page"]
    assert ended.code == 3


def test_plain_text_keeps_every_line(winnow: CommandLine, bench: Bench) -> None:
    chaff = ["Home", "Subscribe to our newsletter", "Read also: The mill wheel turns again"]
    lines = [chaff[0], *bench.story(6), *chaff[1:]]
    ended = winnow.run("extract", "--workers", 1, "--plain-text", "-", given="\n".join(lines).encode())
    assert ended.code == 0
    (record,) = ended.records
    kept = [paragraph["text"] for paragraph in record["paragraphs"]]
    kept += [entry["text"] for entry in record["boilerplate"]]
    kept += [record[name] for name in ("title", "byline") if record[name]]
    assert sorted(kept) == sorted(lines)


def test_all_and_json_logs_and_output(winnow: CommandLine) -> None:
    (winnow.folder / "form.html").write_text("<html><body><form><input></form><p>Log in</p></body></html>")
    ended = winnow.run(
        "extract",
        "--all",
        "--json-logs",
        "--workers",
        1,
        "--format",
        "json",
        "-o",
        "out.json",
        "form.html",
        "none.html",
    )
    assert (ended.code, ended.out) == (3, b"")
    (record,) = json.loads((winnow.folder / "out.json").read_bytes())
    assert record["extraction"]["status"] == "not_article"
    failed, said = (json.loads(line) for line in ended.err.splitlines())
    assert (failed["where"], failed["cause"], failed["level"]) == ("none.html", "file_unreadable", "failed")
    assert said["message"] == "1 record, 1 input without one"


def test_nothing_usable_exits_with_4(winnow: CommandLine) -> None:
    ended = winnow.run("extract", "--workers", 1, "none.html")
    assert (ended.code, ended.out) == (4, b"")


def test_a_full_disk_behind_stdout(winnow: CommandLine, bench: Bench) -> None:
    (winnow.folder / "one.html").write_text(bench.page_of(1), encoding="utf-8")
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "crawler", "extract", "--workers", "1", "one.html"],
            cwd=winnow.folder, env=bench.environment(), stdout=full, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 5
    assert done.stderr.decode() == "winnow: standard output cannot be written (No space left on device)\n"


def test_a_reader_that_has_enough(winnow: CommandLine, bench: Bench) -> None:
    (winnow.folder / "one.html").write_text(bench.page_of(1), encoding="utf-8")
    script = '"$0" -m crawler extract --workers 1 one.html one.html one.html | head -c 10'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {script}", sys.executable],
        cwd=winnow.folder, env=bench.environment(), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b'{"schema_v', b"")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "Missing argument"),
        (("-o", "there", "one.html"), 2, "exists already"),
        (("-o", "no/out", "one.html"), 5, "no such folder"),
        (("--workers", "0", "one.html"), 2, "--workers"),
    ],
    ids=["none", "existing output", "missing folder", "workers"],
)
def test_usage(inline: Inline, arguments: tuple[str, ...], code: int, words: str) -> None:
    (inline.folder / "there").write_text("mine")
    ended = inline.run("extract", *arguments)
    assert (ended.code, ended.out) == (code, b"")
    assert words in ended.err
    assert (inline.folder / "there").read_text() == "mine"


def test_an_input_is_not_replaced_by_its_record(inline: Inline) -> None:
    page = inline.folder / "page.html"
    page.write_text("<p>Mine</p>")
    ended = inline.run("extract", "./page.html", "-o", "page.html", "--overwrite")
    assert (ended.code, "--output page.html: is one of the inputs" in ended.err) == (2, True)
    assert page.read_text() == "<p>Mine</p>"


def test_a_terminated_command_leaves_no_unfinished_file(winnow: CommandLine, bench: Bench) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "crawler", "extract", "--workers", "1", "-", "-o", "out.jsonl"],
        cwd=winnow.folder, stdin=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        line = json.dumps({"html_text": bench.page_of(1)}).encode() + b"\n"
        process.stdin.write(line * 20)
        process.stdin.flush()
        for _ in range(300):
            if any(winnow.folder.iterdir()):
                break
            time.sleep(0.1)
        process.terminate()
        assert process.wait(30) == 143
    assert not list(winnow.folder.iterdir())
