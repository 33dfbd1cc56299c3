"""Where a worker writes: a folder of its own below the output folder, taken with a lock of the machine.

`OUTPUT/workers/HOST-N/` holds what a crawl of one machine has in its output folder, but for the state: records, runs,
manifest, archive, lock. A worker takes the first N that is free, and puts in order what a killed worker left there:
how far its files hold, Redis knows.

    files   name of a part file, which says its run -> "bytes records" (hash)
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from crawler.engines.changes import Changes
from crawler.engines.connection import RedisServer
from crawler.errors import LockHeld, OutputError, StateError
from crawler.records.files import TEMPORARY_PATTERN, WORKERS_FOLDER, check_writable, output_errors
from crawler.records.manifest import FinishedFile, Measure, measure, read_manifest, write_manifest
from crawler.records.writer import PART_SUFFIX, rename_part, truncate
from crawler.state.lock import RunLock
from crawler.state.runs import utc_now
from crawler.state.values import Recovered

MOST_WORKERS = 1000
"""Of one machine in one output folder; then something is wrong. Chosen."""


class RedisFileBook:
    """Part files are known to Redis, whole ones to the folder's manifest."""

    def __init__(self, server: RedisServer, changes: Changes, folder: Path, run_id: str) -> None:
        self._server = server
        self._changes = changes
        self._run_id = run_id
        self._key = server.key("files")
        self._finished = list(read_manifest(folder))

    def add(self, path: str) -> None:
        self._server.ask("HSET", self._key, Path(path).name, "0 0")

    def commit(self, path: str, committed_bytes: int, records: int) -> None:
        self._changes.set_field(self._key, Path(path).name, f"{committed_bytes} {records}")

    def finish(self, path: str, measured: Measure) -> None:
        self._finished.append(
            FinishedFile(path, self._run_id, measured.records, measured.bytes, measured.sha256, utc_now())
        )

    def finished(self) -> Sequence[FinishedFile]:
        return self._finished

    def forget(self) -> None:
        """Once the manifest has the finished files nothing more is to be known of them."""
        names = [Path(file.path).name for file in self._finished if file.run_id == self._run_id]
        if names:
            self._server.ask("HDEL", self._key, *names)


def take_folder(output: Path, run_id: str, started_at: datetime) -> tuple[Path, RunLock]:
    """Return the first folder of this machine that no worker holds, and its lock. Raises OutputError."""
    host = re.sub(r"[^\w.-]+", "-", socket.gethostname()) or "host"
    check_writable(output)
    for number in range(1, MOST_WORKERS):
        folder = output / WORKERS_FOLDER / f"{host}-{number}"
        check_writable(folder)
        with suppress(LockHeld):
            return folder, RunLock(folder, run_id, started_at)
    raise OutputError(f"{output}: {MOST_WORKERS} workers are at work here; name another folder")


def recover_folder(folder: Path, server: RedisServer) -> tuple[Recovered, ...]:
    """Finish the part files of dead workers where Redis says that they end. The caller holds the folder's lock.

    Raises OutputError, and StateError for a file that has fewer bytes than were committed. One that Redis does not know
    any more is left as it is.
    """
    listed = {file.path: file for file in read_manifest(folder)}
    recovered = []
    names = []
    for path, is_part in _unlisted(folder, listed):
        known = server.ask("HGET", server.key("files"), path.name)
        if known is None and is_part:
            continue
        final = path.relative_to(folder).as_posix()
        committed = int(known.split()[0]) if known is not None else None
        done = _finish(path, final, committed, is_part=is_part)
        recovered.append(done)
        names.append(path.name)
        if done.records:
            with output_errors(path):
                measured = measure(path)
            listed[final] = FinishedFile(
                final, done.run_id, measured.records, measured.bytes, measured.sha256, utc_now()
            )
    write_manifest(folder, list(listed.values()))
    if names:
        server.ask("HDEL", server.key("files"), *names)
    for temporary in [*folder.glob(TEMPORARY_PATTERN), *(folder / "runs").glob(TEMPORARY_PATTERN)]:
        with suppress(OSError):
            temporary.unlink()
    return tuple(recovered)


def _unlisted(folder: Path, listed: dict[str, FinishedFile]) -> list[tuple[Path, bool]]:
    """Return the final names of files that are not in the manifest, and whether each is still a part."""
    found = []
    for path in sorted((folder / "records").rglob("*.jsonl*")):
        is_part = path.name.endswith(PART_SUFFIX)
        final = path.with_name(path.name.removesuffix(PART_SUFFIX))
        if final.relative_to(folder).as_posix() not in listed:
            found.append((final, is_part))
    return found


def _finish(final: Path, name: str, committed: int | None, *, is_part: bool) -> Recovered:
    left = final.with_name(final.name + PART_SUFFIX) if is_part else final
    run_id = final.stem.rpartition("-")[0]
    with output_errors(left):
        size = left.stat().st_size
    if committed is not None and size < committed:
        raise StateError(
            f"{left} has {size} bytes, but {committed} were written: restore it from a copy, or move it away; "
            "its articles come again once `winnow state forget` has forgotten them"
        )
    kept = size if committed is None else committed
    if kept == 0:
        with output_errors(left):
            left.unlink()
        return Recovered(name, run_id, 0, size)
    if kept < size:
        truncate(left, kept)
    with output_errors(final):
        if is_part:
            rename_part(final)
        return Recovered(name, run_id, measure(final).records, size - kept)
