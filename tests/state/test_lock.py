from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler import errors
from crawler.state.lock import RunLock

STARTED_AT = datetime(2026, 11, 22, 10, 45, 1, tzinfo=UTC)
HOLDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from crawler.state.lock import RunLock
lock = RunLock(Path(sys.argv[1]), "other-run", datetime(2026, 11, 22, 10, 45, 1, tzinfo=UTC))
print("held", flush=True)
time.sleep(60)
"""


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    with (
        RunLock(tmp_path, "run-1", STARTED_AT),
        pytest.raises(errors.LockHeld) as caught,
    ):
        RunLock(tmp_path, "run-2", STARTED_AT)
    message = str(caught.value)
    assert f"process {os.getpid()}, run run-1, since 2026-11-22T10:45:01Z" in message
    assert str(tmp_path / "lock") in message


def test_it_is_free_after_release_and_names_nobody(tmp_path: Path) -> None:
    for run_id in ("run-1", "run-2"):
        with RunLock(tmp_path, run_id, STARTED_AT):
            pass
        assert (tmp_path / "lock").read_bytes() == b""


def test_it_is_free_when_the_holder_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(errors.LockHeld, match=f"process {holder.pid}, run other-run"):
            RunLock(tmp_path, "run", STARTED_AT)
        holder.kill()
    with RunLock(tmp_path, "run", STARTED_AT):
        pass


@pytest.mark.parametrize("content", [b"", b"\xff{", b"[]", b'{"pid": 1}'])
def test_a_holder_without_a_name(tmp_path: Path, content: bytes) -> None:
    with RunLock(tmp_path, "run-1", STARTED_AT):
        (tmp_path / "lock").write_bytes(content)
        with pytest.raises(errors.LockHeld, match="has not said its name yet"):
            RunLock(tmp_path, "run-2", STARTED_AT)


def test_a_folder_in_place_of_the_lock(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(errors.OutputError, match="a folder stands where a file is needed"):
        RunLock(tmp_path, "run", STARTED_AT)
