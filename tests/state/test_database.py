from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crawler import errors
from crawler.state.database import open_read_only, open_state, state_errors, transaction
from crawler.state.migrations import APPLICATION_ID, MIGRATIONS


def _make(path: Path) -> None:
    with closing(open_state(path, 1.0)) as connection:
        rows = [(f"{n:0200}", "x") for n in range(2000)]
        with transaction(connection):
            connection.executemany("INSERT INTO seen_texts VALUES (?, ?)", rows)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 1000)


def _cut(path: Path) -> None:
    _make(path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def _scribble(path: Path) -> None:
    _make(path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xa5" * 8192)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE contacts (name TEXT)")


def _newer(path: Path) -> None:
    _make(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        pytest.param(_empty, "is empty", id="zero-length"),
        pytest.param(_text, "no state file", id="text"),
        pytest.param(_cut, "damaged", id="cut"),
        pytest.param(_scribble, "damaged", id="overwritten"),
        pytest.param(_foreign, "another program", id="foreign"),
        pytest.param(_newer, "use the newer program", id="newer"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_named_and_left(
    tmp_path: Path, spoil: Callable[[Path], None], fault: str
) -> None:
    path = tmp_path / "state.sqlite"
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(errors.StateError, match=fault) as caught:
        open_state(path, 1.0)
    assert str(path) in str(caught.value)
    assert "output folder" in str(caught.value)
    assert path.read_bytes() == before


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").mkdir()
    with pytest.raises(errors.OutputError, match="cannot be opened"):
        open_state(tmp_path / "state.sqlite", 1.0)


def test_it_is_made_whole_with_durable_settings(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.with_name("state.sqlite.new").write_bytes(b"left by a killed process")
    with closing(open_state(path, 1.0)) as connection:
        settings = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version", "journal_mode", "synchronous", "busy_timeout")
        ]
    assert settings == [APPLICATION_ID, len(MIGRATIONS), "wal", 2, 1000]
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.sqlite"]


def test_what_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    _make(path)
    with closing(open_state(path, 1.0)) as connection:
        assert connection.execute("SELECT count(*) FROM seen_texts").fetchone() == (2000,)


@pytest.mark.parametrize(
    "leftover",
    ["records/2026-11-22/run-001.jsonl", "records/2026-11-22/run-001.jsonl.part", "state.sqlite-wal"],
)
def test_a_missing_file_beside_output_is_not_made_anew(tmp_path: Path, leftover: str) -> None:
    (tmp_path / leftover).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / leftover).write_bytes(b"{}\n")
    with pytest.raises(errors.StateError, match=f"is missing, but {leftover} is there"):
        open_state(tmp_path / "state.sqlite", 1.0)
    assert not (tmp_path / "state.sqlite").exists()


def test_an_error_rolls_back(tmp_path: Path) -> None:
    with closing(open_state(tmp_path / "state.sqlite", 1.0)) as connection:
        with pytest.raises(sqlite3.IntegrityError), transaction(connection):  # noqa: PT012
            connection.execute("INSERT INTO seen_records VALUES ('a')")
            connection.execute("INSERT INTO seen_records VALUES ('a')")
        assert connection.execute("SELECT count(*) FROM seen_records").fetchone() == (0,)


def test_a_file_that_another_program_holds_locked(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with closing(open_state(path, 0.05)) as connection, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            pytest.raises(errors.OutputError, match="another program holds it locked"),
            state_errors(path),
            transaction(connection),
        ):
            pass


def test_our_own_mistakes_are_not_dressed_up(tmp_path: Path) -> None:
    with (
        closing(open_state(tmp_path / "state.sqlite", 1.0)) as connection,
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        state_errors(tmp_path),
    ):
        connection.execute("SELECT * FROM missing")


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        pytest.param(_empty, "is empty", id="zero-length"),
        pytest.param(_text, "no state file", id="text"),
        pytest.param(_foreign, "another program", id="foreign"),
        pytest.param(_newer, "use the newer program", id="newer"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, spoil: Callable[[Path], None], fault: str) -> None:
    path = tmp_path / "state.sqlite"
    spoil(path)
    with pytest.raises(errors.StateError, match=fault):
        open_read_only(path, 1.0)


def test_a_reader_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a folder with # and ?" / "state.sqlite"
    path.parent.mkdir()
    _make(path)
    with closing(open_read_only(path, 1.0)) as connection:
        assert connection.execute("SELECT count(*) FROM seen_texts").fetchone() == (2000,)
        with pytest.raises(errors.OutputError, match="no permission to write"), state_errors(path):
            connection.execute("DELETE FROM seen_texts")
    assert [entry.name for entry in path.parent.iterdir()] == ["state.sqlite"]


def test_a_folder_that_is_not_ours_to_write_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(tmp_path / "state.sqlite")
    monkeypatch.setattr("crawler.state.database.os.access", lambda *_: False)
    with closing(open_read_only(tmp_path / "state.sqlite", 1.0)) as connection:
        assert connection.execute("SELECT count(*) FROM seen_texts").fetchone() == (2000,)
        assert [entry.name for entry in tmp_path.iterdir()] == ["state.sqlite"], "neither -wal nor -shm"
