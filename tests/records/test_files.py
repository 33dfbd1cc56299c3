from __future__ import annotations

from pathlib import Path

import pytest

from crawler import errors
from crawler.records.files import WholeFile, check_writable, write_whole


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_before_its_end_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_bytes(b"old")
    with WholeFile(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_an_error_leaves_nothing_and_passes_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    with pytest.raises(FileNotFoundError), WholeFile(path) as file:  # noqa: PT012
        file.write(b"half")
        (tmp_path / "input").read_bytes()
    assert list(tmp_path.iterdir()) == []


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_whole(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"x"


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        pytest.param("/dev/null", "no regular file", id="device"),
        pytest.param("folder", "no regular file", id="folder"),
        pytest.param("missing/out.json", "the folder is gone", id="missing-folder"),
        pytest.param("file/out.json", "a file stands where a folder is needed", id="file-in-place-of-folder"),
    ],
)
def test_a_path_that_cannot_be_written(tmp_path: Path, path: str, fault: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(errors.OutputError, match=fault):
        write_whole(tmp_path / path, b"x")


def test_a_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("path", ["file", "file/below"])
def test_a_file_in_place_of_the_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.OutputError, match="a file stands where a folder is needed"):
        check_writable(tmp_path / path)


def test_a_folder_that_takes_no_files() -> None:
    with pytest.raises(errors.OutputError, match="cannot be written"):
        check_writable(Path("/proc/self"))
