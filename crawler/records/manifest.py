"""`manifest.json`: every finished file of an output folder, with what a reader needs to check it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from crawler import errors
from crawler.records.files import output_errors, write_whole

MANIFEST_NAME = "manifest.json"
_READ_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class FinishedFile:
    path: str
    """Relative to the output folder, with slashes."""
    run_id: str
    records: int
    bytes: int
    sha256: str
    """64 hex digits."""
    finished_at: str
    """UTC, ISO 8601, whole seconds."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a file of lines holds: number of lines, length in bytes, sha256 in hex."""

    records: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Manifest:
    files: tuple[FinishedFile, ...]
    manifest_version: int = 1


def measure(path: Path) -> Measure:
    """Read the file through once. Raises OSError."""
    digest = hashlib.sha256()
    lines = size = 0
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            lines += block.count(b"\n")
            size += len(block)
    return Measure(lines, size, digest.hexdigest())


def write_manifest(folder: Path, files: Sequence[FinishedFile]) -> Path:
    """Write `manifest.json` whole; one that already says the same is left alone. Raises OutputError."""
    path = folder / MANIFEST_NAME
    content = (json.dumps(asdict(_Manifest(tuple(files))), indent=1) + "\n").encode()
    with output_errors(path):
        is_current = path.is_file() and path.read_bytes() == content
    if not is_current:
        write_whole(path, content)
    return path


def read_manifest(folder: Path) -> tuple[FinishedFile, ...]:
    """Return the finished files; none where there is no manifest. Raises FileUnreadable for a broken one."""
    path = folder / MANIFEST_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Manifest).files
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError) as error:
        raise errors.FileUnreadable(f"{path}: {error}") from error
