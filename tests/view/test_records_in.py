"""Records to look at: first of a file, latest of a folder, versions of an id."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crawler.errors import FileUnreadable
from crawler.records.lines import json_line
from crawler.records.manifest import FinishedFile, read_manifest, write_manifest
from crawler.view.records_in import (
    first_records,
    is_output_folder,
    is_record_file,
    latest_records,
    looks_like_id,
    versions_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.items import Record


def write(path: Path, records: list[Record]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json_line(record.to_dict()) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.fixture
def numbered(ferry: Record) -> list[Record]:
    return [replace(ferry, id=f"{number:08x}" * 4) for number in range(1, 6)]


@pytest.fixture
def folder(tmp_path: Path, numbered: list[Record]) -> Path:
    """Five records in three files of two runs."""
    parts = {"a-001": numbered[:2], "a-002": numbered[2:3], "b-001": numbered[3:]}
    files = []
    for name, records in parts.items():
        path = write(tmp_path / "records" / "2026-11-22" / f"{name}.jsonl", records)
        relative = path.relative_to(tmp_path).as_posix()
        files.append(FinishedFile(relative, name[0], len(records), 1, "0" * 64, "2026-11-22T10:00:00Z"))
    write_manifest(tmp_path, files)
    return tmp_path


@pytest.mark.parametrize("limit", [1, 3, 5, 9])
def test_first_of_a_file(tmp_path: Path, numbered: list[Record], limit: int) -> None:
    taken = first_records(write(tmp_path / "some.jsonl", numbered), limit)
    assert [record.id for record in taken.records] == [record.id for record in numbered[:limit]]
    assert taken.left_out == max(0, 5 - limit)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("listed", [True, False], ids=["manifest", "no manifest"])
def test_latest_of_a_folder(folder: Path, numbered: list[Record], limit: int, listed: bool) -> None:
    if not listed:
        (folder / "manifest.json").unlink()
    taken = latest_records(folder, limit)
    assert [record.id for record in taken.records] == [record.id for record in numbered[::-1][:limit]]
    assert taken.left_out == max(0, 5 - limit)
    assert is_output_folder(folder)


def test_a_file_that_was_moved_away_is_passed_over(folder: Path, numbered: list[Record]) -> None:
    first = read_manifest(folder)[0]
    (folder / first.path).unlink()
    taken = latest_records(folder, 9)
    left = numbered[first.records :]
    assert [record.id for record in taken.records] == [record.id for record in left[::-1]]


def test_versions_of_an_id(folder: Path, numbered: list[Record]) -> None:
    write(folder / "records" / "2026-11-23" / "c-001.jsonl", [replace(numbered[1], version=2)])
    taken = versions_of(folder, numbered[1].id[:8])
    assert [record.version for record in taken.records] == [2, 1]


@pytest.mark.parametrize(("digits", "words"), [("ffffff", "no record"), ("000000", "5 records have ids")])
def test_no_such_id(folder: Path, digits: str, words: str) -> None:
    with pytest.raises(FileUnreadable, match=words):
        versions_of(folder, digits)


@pytest.mark.parametrize(
    ("line", "expected"),
    [('{"schema_version": "1.0"}', True), ('{"id": 1, "html": "a.html"}', False), ("[]", False), ("<html>", False)],
    ids=["record", "page list", "array", "html"],
)
def test_records_are_told_from_page_lists(tmp_path: Path, line: str, expected: bool) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(f"\n{line}\n")
    assert is_record_file(path) is expected


def test_a_broken_line_is_named(tmp_path: Path, numbered: list[Record]) -> None:
    path = write(tmp_path / "some.jsonl", numbered[:1])
    path.write_text(path.read_text() + json.dumps({"schema_version": "9.0"}) + "\n")
    with pytest.raises(FileUnreadable, match=r"some\.jsonl:2: schema 9\.0"):
        first_records(path, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc123", True), ("abc1", True), ("abc", False), ("ABC123", False), ("f" * 33, False), ("news", False)],
)
def test_ids(text: str, expected: bool) -> None:
    assert looks_like_id(text) is expected
