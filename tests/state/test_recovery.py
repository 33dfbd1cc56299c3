from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler import errors
from crawler.records.manifest import measure, read_manifest
from crawler.records.writer import part_of
from crawler.state.values import Recovered

if TYPE_CHECKING:
    from tests.state.conftest import LocalDesk as Desk

PATH = "records/2026-11-22/20261122T104501Z-0000-001.jsonl"


def _die(desk: Desk, records: int = 2) -> Path:
    """Leave what a run leaves that dies after a commit; return the part file."""
    run = desk.open()
    for number in range(records):
        run.claim(desk.record(number))
        run.write(desk.record(number), "news")
    run.flush()
    run.abort()
    return part_of(desk.folder / PATH)


def test_the_file_of_a_dead_run_is_finished(desk: Desk) -> None:
    _die(desk)
    run = desk.open()
    assert run.recovered == (Recovered(PATH, "20261122T104501Z-0000", 2, 0),)
    assert desk.written() == [0, 1]
    (file,) = read_manifest(desk.folder)
    assert (file.path, file.records, file.sha256) == (PATH, 2, measure(desk.folder / PATH).sha256)
    run.abort()
    assert desk.open().recovered == ()


@pytest.mark.parametrize("tail", [b'{"id": "torn', b'{"id": "whole but not committed"}\n'])
def test_uncommitted_bytes_are_cut_off(desk: Desk, tail: bytes) -> None:
    part = _die(desk)
    part.write_bytes(part.read_bytes() + tail)
    assert desk.open().recovered[0].cut_bytes == len(tail)
    assert desk.written() == [0, 1]


def test_a_file_that_was_renamed_but_not_listed(desk: Desk) -> None:
    part = _die(desk)
    part.replace(desk.folder / PATH)
    assert [file.records for file in desk.open().recovered] == [2]
    assert [file.path for file in read_manifest(desk.folder)] == [PATH]


def test_a_file_without_a_commit_is_deleted(desk: Desk) -> None:
    run = desk.open()
    run.claim(desk.record(1))
    run.write(desk.record(1), "news")
    run._output.append(run._batch.lines)
    run.abort()
    assert part_of(desk.folder / PATH).stat().st_size > 0
    (file,) = desk.open().recovered
    assert (file.records, file.cut_bytes > 0) == (0, True)
    assert [path for path in (desk.folder / "records").rglob("*") if path.is_file()] == []


def test_leftovers_of_whole_files_are_cleared_away(desk: Desk) -> None:
    desk.open().finish({})
    leftovers = [desk.folder / ".manifest.json.00ff00ff.tmp", desk.folder / "runs" / ".x.json.00ff00ff.tmp"]
    for leftover in leftovers:
        leftover.touch()
    desk.open()
    assert not any(leftover.exists() for leftover in leftovers)


@pytest.mark.parametrize("content", [b"", b"{}\n", None], ids=["empty", "shorter", "gone"])
def test_a_part_file_shorter_than_committed_is_refused_with_a_choice(desk: Desk, content: bytes | None) -> None:
    part = _die(desk)
    whole = part.read_bytes()
    part.unlink()
    if content is not None:
        part.write_bytes(content)
    for _ in range(2):
        with pytest.raises(errors.StateError) as caught:
            desk.open()
    assert PATH in str(caught.value)
    assert f"{len(whole)} (2 records) were written" in str(caught.value)
    assert "move it away and run `winnow state rebuild --output FOLDER`" in str(caught.value)
    part.write_bytes(whole)
    desk.open()
    assert desk.written() == [0, 1]


def test_a_part_file_of_the_right_length_with_other_lines_is_refused(desk: Desk) -> None:
    part = _die(desk)
    part.write_bytes(part.read_bytes().replace(b"\n", b" "))
    with pytest.raises(errors.StateError, match="has 0 lines, but 2 were written"):
        desk.open()


def test_a_part_file_that_the_state_does_not_know_is_refused(desk: Desk) -> None:
    stranger = _die(desk).with_name("20260101T000000Z-beef-001.jsonl.part")
    stranger.write_bytes(b"{}\n")
    with pytest.raises(errors.StateError, match=r"beef-001\.jsonl\.part is not in the state file"):
        desk.open()
    assert stranger.exists()


def test_a_part_file_beside_its_finished_file_is_refused(desk: Desk) -> None:
    part = _die(desk)
    (desk.folder / PATH).write_bytes(part.read_bytes())
    with pytest.raises(errors.StateError, match="are both there"):
        desk.open()


def test_finished_files_may_be_taken_away(desk: Desk) -> None:
    _die(desk)
    desk.open().finish({})
    (desk.folder / PATH).unlink()
    run = desk.open()
    assert run.claim(desk.record(0)).state == "duplicate"


def test_a_deleted_manifest_comes_back(desk: Desk) -> None:
    _die(desk)
    desk.open().finish({})
    (desk.folder / "manifest.json").unlink()
    desk.open()
    assert [file.path for file in read_manifest(desk.folder)] == [PATH]
