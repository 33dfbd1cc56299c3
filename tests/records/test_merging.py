"""Files of several workers as one: each version of an article once, however often it is done or broken off."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from crawler.errors import FileUnreadable, OutputError
from crawler.records import merging
from crawler.records.manifest import measure, read_manifest
from crawler.records.merging import INDEX_NAME, merge
from crawler.records.writer import RecordFileOptions

Line = tuple[str, int, str | None]


def _folder(root: Path, name: str, files: dict[str, Iterable[Line]]) -> Path:
    """Write files of (id, version, text hash); a name is day/run-number."""
    for file, lines in files.items():
        path = root / name / "records" / f"{file}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        objects = ({"id": i, "version": v, "text_hash": t} for i, v, t in lines)
        path.write_text("".join(f"{json.dumps(obj)}\n" for obj in objects), encoding="utf-8")
    return root / name


def _merged(target: Path) -> list[tuple[str, int]]:
    lines = [line for file in read_manifest(target) for line in (target / file.path).read_bytes().splitlines()]
    return [(obj["id"], obj["version"]) for obj in map(json.loads, lines)]


@pytest.fixture
def workers(tmp_path: Path) -> list[Path]:
    first = [("a", 1, "t1"), ("b", 1, "t2")]
    second = [("a", 2, "t3"), ("b", 1, "t2"), ("c", 1, "t1"), ("d", 1, None)]
    one = _folder(tmp_path, "one", {"2026-11-21/r1-001": first, "2026-11-23/r4-001": [("a", 3, "t6")]})
    two = _folder(tmp_path, "two", {"2026-11-22/r2-001": second})
    return [one, two]


def test_each_version_once_and_in_order(tmp_path: Path, workers: list[Path]) -> None:
    target = tmp_path / "out"
    merged = merge(workers, target, "m1")
    assert _merged(target) == [("a", 1), ("b", 1), ("a", 2), ("d", 1), ("a", 3)]
    assert (merged.written, merged.there, merged.same_text) == (5, 1, 1)
    (file,) = read_manifest(target)
    assert (file.records, file.sha256) == (5, measure(target / file.path).sha256)


def test_again_it_adds_only_what_is_new(tmp_path: Path, workers: list[Path]) -> None:
    target = tmp_path / "out"
    merge(workers, target, "m1")
    assert merge(workers, target, "m2").written == 0
    _folder(tmp_path, "two", {"2026-11-24/r5-001": [("e", 1, "t9"), ("a", 3, "t6")]})
    assert merge(workers, target, "m3").written == 1
    assert _merged(target)[-1] == ("e", 1)
    assert len(read_manifest(target)) == 2


def test_what_a_killed_merge_left_comes_again(tmp_path: Path, workers: list[Path]) -> None:
    target = tmp_path / "out"
    merge(workers[:1], target, "m1")
    (target / "manifest.json").unlink()
    part = target / "records" / "2026-11-22" / "m2-001.jsonl.part"
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(b'{"id": "torn')
    (target / INDEX_NAME).write_bytes(b"half")
    merge(workers, target, "m3")
    assert sorted(_merged(target)) == [("a", 1), ("a", 2), ("a", 3), ("b", 1), ("d", 1)]
    assert not part.exists()
    assert not (target / INDEX_NAME).exists()


def test_full_files_are_followed_by_others(tmp_path: Path) -> None:
    source = _folder(tmp_path, "one", {"2026-11-21/r1-001": [(f"{n}", 1, None) for n in range(2500)]})
    merged = merge([source], tmp_path / "out", "m1", RecordFileOptions(max_bytes=1))
    assert [path.name for path in merged.files] == ["m1-001.jsonl", "m1-002.jsonl", "m1-003.jsonl"]
    assert len(_merged(tmp_path / "out")) == 2500


def test_a_broken_line_is_named(tmp_path: Path, workers: list[Path]) -> None:
    path = workers[1] / "records" / "2026-11-22" / "r2-001.jsonl"
    path.write_text('{"id": "x"}\n{"id": 5}\n', encoding="utf-8")
    with pytest.raises(FileUnreadable, match=r"r2-001\.jsonl:2"):
        merge(workers, tmp_path / "out", "m1")


def test_without_room_for_the_index_nothing_is_lost(
    tmp_path: Path, workers: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    large = _folder(tmp_path, "large", {"2026-11-22/r9-001": [(f"id{n:060}", 1, f"{n:060}") for n in range(400)]})
    full = f"PRAGMA max_page_count = 8; {merging._TABLES}"
    with monkeypatch.context() as patch:
        patch.setattr(merging, "_TABLES", full)
        with pytest.raises(OutputError, match="make room there"):
            merge([*workers, large], tmp_path / "out", "m1")
    assert not (tmp_path / "out" / INDEX_NAME).exists()
    assert merge([*workers, large], tmp_path / "out", "m2").written == 405
    assert len(_merged(tmp_path / "out")) == 405
