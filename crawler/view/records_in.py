"""Files and folders of records -> the records to look at, and how many more there are."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from crawler.errors import FileUnreadable
from crawler.items import Record
from crawler.records.manifest import read_manifest
from crawler.records.reader import read_records

MIN_ID_DIGITS = 4
"""Digits of an id that are enough to look for. Chosen, not measured."""


class Taken(NamedTuple):
    records: tuple[Record, ...]
    left_out: int


def is_output_folder(path: Path) -> bool:
    return (path / "records").is_dir() or (path / "state.sqlite").exists()


def is_record_file(path: Path) -> bool:
    """Whether the file's first line is a record's; page lists end in .jsonl too."""
    try:
        with path.open("rb") as lines:
            first = next((line for line in lines if line.strip()), b"")
    except OSError:
        return False
    try:
        found = msgspec.json.decode(first)
    except msgspec.DecodeError:
        return False
    return isinstance(found, dict) and "schema_version" in found


def first_records(path: Path, limit: int) -> Taken:
    """Return the first records of a file. Raises FileUnreadable with path and line."""
    found = read_records(path)
    return Taken(tuple(islice(found, limit)), sum(1 for _ in found))


def latest_records(folder: Path, limit: int) -> Taken:
    """Return the records of an output folder that were written last, latest first. Raises FileUnreadable."""
    files = read_manifest(folder)
    if not files:
        found = tuple(read_records(folder))
        return Taken(found[::-1][:limit], max(0, len(found) - limit))
    records: list[Record] = []
    there = [file for file in files if (folder / file.path).exists()]  # finished files may be moved away
    for file in reversed(there):
        records += reversed(tuple(read_records(folder / file.path)))
        if len(records) >= limit:
            break
    return Taken(tuple(records[:limit]), max(0, sum(file.records for file in there) - limit))


def versions_of(place: Path, digits: str) -> Taken:
    """Return every version of the record whose id begins so, latest first.

    Raises FileUnreadable where there is none, or more than one id that fits, and for what cannot be read.
    """
    found = [record for record in read_records(place, digits.encode()) if record.id.startswith(digits)]
    ids = sorted({record.id for record in found})
    if not ids:
        raise FileUnreadable(f"no record in {place} has an id that begins so; name another place with --from")
    if len(ids) > 1:
        raise FileUnreadable(f"{len(ids)} records have ids that begin so, as {ids[0]} and {ids[1]}; give more")
    return Taken(tuple(sorted(found, key=lambda record: record.version, reverse=True)), 0)


def looks_like_id(text: str) -> bool:
    return MIN_ID_DIGITS <= len(text) <= 32 and set(text) <= set("0123456789abcdef")
