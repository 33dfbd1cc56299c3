"""Templates and lessons as bytes, as parts of a site's memory and of an observation."""

from __future__ import annotations

import json
import struct

import numpy as np

from crawler.site_memory.lessons import Lesson, Outcome
from crawler.site_memory.parts import Parts
from crawler.site_memory.template import PlaceExample, Template

TEMPLATE = struct.Struct("<IIIB?HHxxd")
"""Length of the arrays, rows, lessons, agreed, settled, foreign, version, quality; then the arrays, then JSON."""
LESSON = struct.Struct("<B?xxIId")
"""Place of the outcome in Outcome, foreign, length of the arrays, rows, quality; then the arrays, then JSON."""
OUTCOMES = tuple(Outcome)
MOST = 255
"""Blocks of one key and label on a page that a byte can count."""


def template_to_bytes(template: Template) -> bytes:
    arrays = b"".join(
        part.tobytes()
        for part in (
            template.keys.astype("<u8"),
            template.pages.astype("<f2"),
            template.labels.astype("<f2"),
            template.seen.astype("<u4"),
        )
    )
    head = TEMPLATE.pack(
        len(arrays),
        len(template.keys),
        template.lessons,
        template.agreed,
        template.is_settled,
        template.foreign,
        template.version,
        template.quality,
    )
    told = [template.since, template.changes, [[example.key, example.selector] for example in template.examples]]
    return head + arrays + json.dumps(told, ensure_ascii=False).encode()


def template_from_bytes(stored: bytes, labels: int) -> Template:
    """Return the template. Raises ValueError for bytes that are none."""
    if len(stored) < TEMPLATE.size:
        raise ValueError("too short for a template")
    length, rows, lessons, agreed, settled, foreign, version, quality = TEMPLATE.unpack_from(stored)
    if length != rows * (14 + 2 * labels) or length > len(stored) - TEMPLATE.size:
        raise ValueError("no template of this version")
    parts = Parts(stored, TEMPLATE.size)
    keys = parts.take("<u8", rows).astype(np.uint64)
    pages = parts.take("<f2", rows).astype(np.float32)
    counts = parts.take("<f2", rows * labels).reshape(rows, labels).astype(np.float32)
    seen = parts.take("<u4", rows).astype(np.uint32)
    since, changes, examples = parts.told()
    return Template(
        keys,
        pages,
        counts,
        seen,
        lessons,
        agreed,
        settled,
        foreign,
        version,
        str(since),
        tuple(map(str, changes)),
        quality,
        tuple(PlaceExample(int(key), str(selector)) for key, selector in examples),
    )


def lesson_to_bytes(lesson: Lesson) -> bytes:
    counts = np.minimum(lesson.labels, MOST).astype("u1")
    arrays = lesson.keys.astype("<u8").tobytes() + counts.tobytes()
    head = LESSON.pack(OUTCOMES.index(lesson.outcome), lesson.is_foreign, len(arrays), len(lesson.keys), lesson.quality)
    told = [lesson.day, [[example.key, example.selector] for example in lesson.examples]]
    return head + arrays + json.dumps(told, ensure_ascii=False).encode()


def lesson_from_bytes(stored: bytes, labels: int) -> Lesson | None:
    """Return the lesson, None where the bytes are empty: the page taught the template nothing."""
    if not stored:
        return None
    outcome, is_foreign, _, rows, quality = LESSON.unpack_from(stored)
    parts = Parts(stored, LESSON.size)
    keys = parts.take("<u8", rows).astype(np.uint64)
    counts = parts.take("u1", rows * labels).reshape(rows, labels).astype(np.float32)
    day, examples = parts.told()
    told = tuple(PlaceExample(int(key), str(selector)) for key, selector in examples)
    return Lesson(OUTCOMES[outcome], is_foreign, keys, counts, quality, str(day), told)
