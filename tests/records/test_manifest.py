from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from crawler import errors
from crawler.records.manifest import FinishedFile, measure, read_manifest, write_manifest

FILE = FinishedFile("records/2026-11-22/run-001.jsonl", "run", 2, 6, "0" * 64, "2026-11-22T10:45:01Z")


def test_it_is_read_back(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == ()
    write_manifest(tmp_path, [FILE])
    assert read_manifest(tmp_path) == (FILE,)


def test_one_that_says_the_same_is_left_alone(tmp_path: Path) -> None:
    inode = write_manifest(tmp_path, [FILE]).stat().st_ino
    assert write_manifest(tmp_path, [FILE]).stat().st_ino == inode
    write_manifest(tmp_path, [FILE, FILE])
    assert len(read_manifest(tmp_path)) == 2


@pytest.mark.parametrize("content", [b"", b"[]", b'{"files": [{"path": 3}]}'])
def test_a_broken_one_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(errors.FileUnreadable, match=r"manifest\.json"):
        read_manifest(tmp_path)


def test_measure(tmp_path: Path) -> None:
    content = b"{}\n" * 700_000
    (tmp_path / "a").write_bytes(content)
    measured = measure(tmp_path / "a")
    assert (measured.records, measured.bytes) == (700_000, len(content))
    assert measured.sha256 == hashlib.sha256(content).hexdigest()
