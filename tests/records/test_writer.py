from __future__ import annotations

from pathlib import Path

import pytest

from crawler import errors
from crawler.records.writer import RecordFile, RecordFileOptions, part_of, truncate


def test_lines_stand_in_the_part_file_until_it_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "records" / "2026-11-22" / "run-001.jsonl"
    file = RecordFile(path)
    file.append('{"a": "ü"}')
    assert part_of(path).read_bytes() == b""
    assert file.sync() == 12
    assert part_of(path).read_text(encoding="utf-8") == '{"a": "ü"}\n'
    file.append("{}")
    assert file.finish() == path
    assert path.read_text(encoding="utf-8") == '{"a": "ü"}\n{}\n'
    assert not part_of(path).exists()


def test_a_file_is_full_at_its_size(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "a.jsonl", RecordFileOptions(max_bytes=6))
    file.append("{}")
    file.sync()
    assert not file.is_full
    file.append("{}")
    file.sync()
    assert file.is_full
    file.close()


def test_a_line_is_one_line(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "a.jsonl")
    with pytest.raises(ValueError, match="line feed"):
        file.append("{}\n{}")
    file.close()


def test_an_existing_part_file_is_never_appended_to(tmp_path: Path) -> None:
    RecordFile(tmp_path / "a.jsonl").close()
    with pytest.raises(errors.OutputError, match=r"a\.jsonl\.part"):
        RecordFile(tmp_path / "a.jsonl")


def test_a_part_file_that_is_gone_cannot_be_finished(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "a.jsonl")
    part_of(tmp_path / "a.jsonl").unlink()
    with pytest.raises(errors.OutputError, match="the folder is gone"):
        file.finish()


def test_truncate(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n{torn")
    truncate(path, 3)
    assert path.read_bytes() == b"{}\n"
