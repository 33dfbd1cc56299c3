"""One run at a time in an output folder."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Self

from crawler import errors
from crawler.records.files import output_errors
from crawler.state.runs import utc_text

LOCK_NAME = "lock"


class RunLock:
    """An flock on `FOLDER/lock`, which says who holds it. However the process ends, the kernel frees it.

    The file itself stays: to delete it would let two processes lock two files of one name. A process started
    by fork without exec shares the lock.
    """

    def __init__(self, folder: Path, run_id: str, started_at: datetime) -> None:
        """Take the lock, or raise LockHeld at once. Raises OutputError for a folder that cannot be used."""
        self.path = folder / LOCK_NAME
        with output_errors(self.path), ExitStack() as undo:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            undo.callback(os.close, self._descriptor)
            self._take()
            holder = {"pid": os.getpid(), "run_id": run_id, "started_at": utc_text(started_at)}
            self._say(f"{json.dumps(holder)}\n")
            undo.pop_all()

    def release(self) -> None:
        """Free the lock and strike out the holder's name."""
        try:
            with output_errors(self.path):
                self._say("")
        finally:
            os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _take(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise errors.LockHeld(
                f"{self.path} is held by {self._holder()}: wait for its end, or stop it and run again"
            ) from None

    def _say(self, text: str) -> None:
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)

    def _holder(self) -> str:
        try:
            holder = json.loads(os.pread(self._descriptor, 4096, 0))
            return f"process {holder['pid']}, run {holder['run_id']}, since {holder['started_at']}"
        except (ValueError, TypeError, KeyError):
            return "another run, which has not said its name yet"
