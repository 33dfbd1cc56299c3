"""Put in order what a killed run left: its part files end where the state file says."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from crawler import errors
from crawler.records.files import TEMPORARY_PATTERN, output_errors
from crawler.records.manifest import measure, write_manifest
from crawler.records.writer import PART_SUFFIX, part_of, rename_part, truncate
from crawler.state.database import CHOICE, transaction
from crawler.state.files import OpenFile, finish_file, finished_files, open_files, remove_file
from crawler.state.values import Recovered


def recover(folder: Path, connection: sqlite3.Connection) -> tuple[Recovered, ...]:
    """Finish the files of dead runs and bring the manifest up to date. The caller holds the folder's lock.

    May itself be killed at any instant and run again. Raises StateError, before any file is changed, for one
    that has fewer bytes than were committed and for a part file that the state file does not know.
    """
    left = open_files(connection)
    for file in left:
        _refuse_short(folder, file)
    _refuse_unknown(folder, left)
    recovered = tuple(_finish(folder, connection, file) for file in left)
    write_manifest(folder, finished_files(connection))
    for temporary in [*folder.glob(TEMPORARY_PATTERN), *(folder / "runs").glob(TEMPORARY_PATTERN)]:
        with suppress(OSError):
            temporary.unlink()
    return recovered


def _refuse_short(folder: Path, file: OpenFile) -> None:
    final = folder / file.path
    part = part_of(final)
    if part.exists() and final.exists():
        raise errors.StateError(f"{final} and {part.name} are both there: move one of them away")
    found = part if part.exists() else final
    size = found.stat().st_size if found.exists() else 0
    if size < file.committed_bytes:
        raise errors.StateError(
            f"{found} has {size} bytes, but {file.committed_bytes} ({file.records} records) were written: {CHOICE}"
        )


def _refuse_unknown(folder: Path, left: list[OpenFile]) -> None:
    known = {part_of(folder / file.path) for file in left}
    for part in (folder / "records").rglob(f"*{PART_SUFFIX}"):
        if part not in known:
            raise errors.StateError(f"{part} is not in the state file, which is of another time: {CHOICE}")


def _finish(folder: Path, connection: sqlite3.Connection, file: OpenFile) -> Recovered:
    final = folder / file.path
    part = part_of(final)
    left = part if part.exists() else final
    extra = left.stat().st_size - file.committed_bytes if left.exists() else 0
    if file.committed_bytes == 0:
        with output_errors(left):
            left.unlink(missing_ok=True)
        with transaction(connection):
            remove_file(connection, file.path)
        return Recovered(file.path, file.run_id, 0, extra)
    if extra:
        truncate(left, file.committed_bytes)
    if part.exists():
        with output_errors(final):
            rename_part(final)
    with output_errors(final):
        measured = measure(final)
    if measured.records != file.records:
        raise errors.StateError(f"{final} has {measured.records} lines, but {file.records} were written: {CHOICE}")
    with transaction(connection):
        finish_file(connection, file.path, measured)
    return Recovered(file.path, file.run_id, file.records, extra)
