"""Part files whose state is lost: their whole lines count as written."""

from __future__ import annotations

import json
from pathlib import Path

from crawler import errors
from crawler.records.files import output_errors
from crawler.records.writer import PART_SUFFIX, rename_part, truncate


def finish_parts(records: Path) -> int:
    """Give every part file its final name, without a torn end; return the bytes that were cut off.

    Raises StateError for a part beside a finished file of its name, and for a broken line that is not the last.
    """
    return sum(_finish(part) for part in sorted(records.rglob(f"*{PART_SUFFIX}")))


def _finish(part: Path) -> int:
    final = part.with_name(part.name.removesuffix(PART_SUFFIX))
    if final.exists():
        raise errors.StateError(f"{final} and {part.name} are both there: move one of them away")
    with output_errors(part):
        size = part.stat().st_size
    kept = _whole_bytes(part)
    if not kept:
        with output_errors(part):
            part.unlink()
        return size
    if kept < size:
        truncate(part, kept)
    with output_errors(final):
        rename_part(final)
    return size - kept


def _whole_bytes(part: Path) -> int:
    """Return the length of the whole lines at the beginning."""
    kept = 0
    broken = 0
    with output_errors(part), part.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if broken:
                raise errors.StateError(
                    f"{part}:{broken}: not a JSON object, and more follows: mend or remove the line"
                )
            if line.endswith(b"\n") and _is_object(line):
                kept += len(line)
            else:
                broken = number
    return kept


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
