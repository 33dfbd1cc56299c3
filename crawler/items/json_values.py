"""Values as JSON has them."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any

JsonValue = Any
"""What `json.dumps` takes without a default; JSON itself has no closed type in Python's typing."""
_AS_THEY_ARE = frozenset({str, float, int, bool, type(None)})
"""Types of which nearly all values are; a page has hundreds of segments with five values each."""


@cache
def names_of(kind: Any) -> tuple[str, ...]:
    return tuple(spec.name for spec in fields(kind))


def flat(value: Any) -> dict[str, JsonValue]:
    line: dict[str, JsonValue] = {}
    for name in names_of(value.__class__):
        part = getattr(value, name)
        line[name] = part if type(part) in _AS_THEY_ARE else plain(part)
    return line


def plain(value: Any) -> JsonValue:
    """Turn enums, tuples and nested values into what JSON has."""
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return flat(value)
    return value
