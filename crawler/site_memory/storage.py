"""Site memories as bytes, for state and workers, and as a plain file of JSON lines, for people and `extract`."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crawler.errors import UsageError
from crawler.site_memory.memory import Example, Floats, Observation, SiteMemory
from crawler.site_memory.parts import Parts
from crawler.site_memory.template_storage import (
    lesson_from_bytes,
    lesson_to_bytes,
    template_from_bytes,
    template_to_bytes,
)

HEADER = struct.Struct("<4sBxxxIIdII")
"""Mark, labels, articles observed altogether, rows, their decayed number, bytes of the arrays and of the template; then
arrays, template and examples."""
SEEN = struct.Struct("<4sB?xxIQI")
"""Mark, labels, whether all of the page is in it, rows, the article's fingerprint and bytes of the lesson; then arrays,
lesson and examples."""
MARK, SEEN_MARK = b"WSM2", b"WSO2"
FULL = 255
"""A label's mean share as one byte; the error of 1/510 is under what the labeller knows."""
LEAST = 1e-6
FILE_VERSION = 1


def to_bytes(memory: SiteMemory) -> bytes:
    """Return the memory as bytes, 33 a fingerprint with 17 labels, 48 a row of the template."""
    means = (memory.sums / np.maximum(memory.counts, LEAST)[:, None]).astype(np.float32)
    content = b"".join(
        part.tobytes()
        for part in (
            memory.keys.astype("<u8"),
            memory.counts.astype("<f2"),
            memory.repeats.astype("<f2"),
            memory.seen.astype("<u4"),
            _as_bytes(means),
        )
    )
    labels, rows, template = memory.sums.shape[1], len(memory.keys), template_to_bytes(memory.template)
    head = HEADER.pack(MARK, labels, memory.serial, rows, memory.articles, len(content), len(template))
    return head + content + template + _examples_line(memory.examples)


def from_bytes(stored: bytes) -> SiteMemory:
    """Return the memory. Raises ValueError for bytes that are none."""
    if len(stored) < HEADER.size:
        raise ValueError("too short for a site memory")
    mark, labels, serial, rows, articles, length, of_template = HEADER.unpack_from(stored)
    if mark != MARK or length != rows * (16 + labels) or length + of_template > len(stored) - HEADER.size:
        raise ValueError("no site memory of this version")
    parts = Parts(stored, HEADER.size)
    keys = parts.take("<u8", rows).astype(np.uint64)
    counts, repeats = parts.take("<f2", rows).astype(np.float32), parts.take("<f2", rows).astype(np.float32)
    seen = parts.take("<u4", rows).astype(np.uint32)
    means = parts.take("u1", rows * labels).reshape(rows, labels).astype(np.float32) / np.float32(FULL)
    template = template_from_bytes(parts.take("u1", of_template).tobytes(), labels)
    examples = _examples(parts)
    return SiteMemory(articles, keys, counts, means * counts[:, None], repeats, seen, template, serial, examples)


def observation_to_bytes(seen: Observation) -> bytes:
    lesson = lesson_to_bytes(seen.lesson) if seen.lesson is not None else b""
    labels, rows = seen.shares.shape[1], len(seen.keys)
    head = SEEN.pack(SEEN_MARK, labels, seen.is_whole, rows, seen.article, len(lesson))
    arrays = (seen.keys.astype("<u8"), seen.repeats.astype("<f2"), _as_bytes(seen.shares))
    return head + b"".join(part.tobytes() for part in arrays) + lesson + _examples_line(seen.examples)


def observation_from_bytes(stored: bytes) -> Observation:
    """Return the observation. Raises ValueError for bytes that are none."""
    if len(stored) < SEEN.size:
        raise ValueError("too short for an observation")
    mark, labels, is_whole, rows, article, of_lesson = SEEN.unpack_from(stored)
    if mark != SEEN_MARK:
        raise ValueError("no observation of this version")
    parts = Parts(stored, SEEN.size)
    keys = parts.take("<u8", rows).astype(np.uint64)
    repeats = parts.take("<f2", rows).astype(np.float32)
    shares = parts.take("u1", rows * labels).reshape(rows, labels).astype(np.float32) / np.float32(FULL)
    lesson = lesson_from_bytes(parts.take("u1", of_lesson).tobytes(), labels)
    return Observation(keys, shares, repeats, article, _examples(parts), is_whole, lesson)


def _as_bytes(shares: Floats) -> NDArray[np.uint8]:
    whole: NDArray[np.uint8] = np.rint(np.clip(shares, 0, 1) * FULL).astype(np.uint8)
    return whole


def _examples_line(examples: Iterable[Example]) -> bytes:
    return json.dumps([[example.key, example.text] for example in examples], ensure_ascii=False).encode()


def _examples(parts: Parts) -> tuple[Example, ...]:
    return tuple(Example(int(key), str(text)) for key, text in parts.told())


def write_memories(path: Path, memories: Mapping[str, bytes]) -> None:
    """Write a file with one JSON object a site; it is replaced whole."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as lines:
        for site, stored in sorted(memories.items()):
            memory = from_bytes(stored)
            told = {"version": FILE_VERSION, "site": site, "articles": round(memory.articles, 2)}
            lines.write(json.dumps(told | {"memory": base64.b64encode(stored).decode()}, ensure_ascii=False) + "\n")
    fresh.replace(path)


def read_memories(path: Path) -> dict[str, bytes]:
    """Return site -> memory. Raises UsageError that names the line of a file that is none."""
    try:
        with path.open(encoding="utf-8") as lines:
            return dict(_entries(lines, path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as a site memory: {error}") from error


def _entries(lines: Iterable[str], path: Path) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            stored = base64.b64decode(entry["memory"], validate=True)
            from_bytes(stored)
            yield str(entry["site"]), stored
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise UsageError(
                f"{path}, line {number}: no site memory ({error}); `winnow extract --site-memory` writes the file"
            ) from error
