"""Read back what was written: JSON lines -> Record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from crawler import errors
from crawler.items import NOT_IN_LINE, SCHEMA_VERSION, JsonValue, Record

_MAJOR = SCHEMA_VERSION.partition(".")[0]
_PLAIN_TEXT_PATH = re.compile(r"line\[\d+\]")


def record_from_dict(line: Mapping[str, JsonValue]) -> Record:
    """Return the record of one JSON object.

    `segments` holds the entries of `boilerplate`: the blocks of the article itself are not in the line. Keys
    of a newer 1.x are ignored. Raises ValueError that names the key for anything that is not a record.
    """
    version = line.get("schema_version")
    if not isinstance(version, str):
        raise ValueError("not a record: no schema_version")
    if version.partition(".")[0] != _MAJOR:
        raise ValueError(f"schema {version}, this version reads {_MAJOR}.x")
    boilerplate = line.get("boilerplate", [])
    named = {key: value for key, value in line.items() if key not in NOT_IN_LINE | {"boilerplate"}}
    try:
        return msgspec.convert({**named, "segments": boilerplate, "plain_text": _is_plain_text(boilerplate)}, Record)
    except msgspec.ValidationError as error:
        raise ValueError(str(error).replace("$.segments", "$.boilerplate")) from error


def read_records(path: Path | str, having: bytes = b"") -> Iterator[Record]:
    """Yield the records of a `.jsonl` file, or of every finished file of an output folder, oldest first.

    With `having` only lines with these bytes in them are read: quicker than to read all and choose. Raises
    FileUnreadable with path and line, when the reading comes to it: a missing path, a folder that holds no
    records, a line that is no record.
    """
    path = Path(path)
    for file in _files_of(path) if path.is_dir() else [path]:
        yield from _read_file(file, having)


def record_ids(path: Path | str) -> Iterator[str]:
    """Yield the `id` of each record in the order of `read_records`, in a fraction of its time. Raises as it does."""
    path = Path(path)
    for file in _files_of(path) if path.is_dir() else [path]:
        for line, place in lines_of(file):
            try:
                yield msgspec.json.decode(line, type=_Identity).id
            except msgspec.DecodeError as error:
                raise errors.FileUnreadable(f"{place}: {error}") from error


class _Identity(msgspec.Struct):
    id: str


def _files_of(folder: Path) -> list[Path]:
    """Return the finished files of an output folder, oldest first. Raises FileUnreadable for any other folder."""
    root = folder / "records"
    found = sorted((root if root.is_dir() else folder).rglob("*.jsonl"), key=oldest_first)
    if not found and not any((folder / name).exists() for name in ("state.sqlite", "manifest.json", "workers")):
        raise errors.FileUnreadable(f"{folder}: no finished .jsonl file in this folder; name an output folder")
    return found


def oldest_first(path: Path) -> tuple[str, str, int, str]:
    """Day, run, number of the file in its run: by value, as a run may have more than 999 files."""
    run_id, _, number = path.stem.rpartition("-")
    return path.parent.name, run_id, int(number) if number.isdecimal() else 0, str(path)


def _read_file(path: Path, having: bytes) -> Iterator[Record]:
    for line, place in lines_of(path, having):
        yield _record_of(line, place)


def lines_of(path: Path, having: bytes = b"") -> Iterator[tuple[bytes, str]]:
    """Yield lines with file name and line number, for messages."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip() and having in line:
                    yield line, f"{path}:{number}"
    except OSError as error:
        raise errors.FileUnreadable(f"{path}: {error.strerror or error}") from error


def _record_of(line: bytes, place: str) -> Record:
    try:
        obj = msgspec.json.decode(line)
        if not isinstance(obj, dict):
            raise ValueError("not a JSON object")
        return record_from_dict(obj)
    except (ValueError, msgspec.DecodeError, RecursionError) as error:
        raise errors.FileUnreadable(f"{place}: {error}") from error


def _is_plain_text(boilerplate: JsonValue) -> bool:
    """Whether the paths are line numbers: then navigation is part of the line, as `to_dict` has it."""
    return isinstance(boilerplate, list) and any(
        isinstance(entry, dict) and _PLAIN_TEXT_PATH.fullmatch(str(entry.get("xpath"))) for entry in boilerplate
    )
