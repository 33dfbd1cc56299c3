"""JSON-LD of a page (https://www.w3.org/TR/json-ld11/, embedded in HTML) with schema.org's vocabulary.

Pages break it in many ways; what cannot be read or mended is left out, nothing here raises for it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml.html import HtmlElement

JsonObject = dict[str, Any]

MAX_SCRIPT_CHARS = 1_000_000
MAX_OBJECTS = 5_000
"""Caps on one page. Chosen, not measured; ordinary pages have up to ten scripts of a few kilobytes."""

_WRAPPING = re.compile(r"\s*(?:<!--|-->|(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?|(?://|/\*)?\s*\]\]>\s*(?:\*/)?|;)\s*")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_NEXT_VALUE = re.compile(r"[\s,;]*[{\[]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def _as_value(node: JsonObject) -> Any:
    """Return what a value object (`{"@value": ...}`, JSON-LD 1.1 section 4.2) holds, other objects as they are."""
    return node.get("@value", node)


_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _: None, object_hook=_as_value)


def read_json_ld(tree: HtmlElement) -> tuple[JsonObject, ...]:
    """Return the objects of all JSON-LD scripts in document order, lists and `@graph` laid flat."""
    objects: list[JsonObject] = []
    for script in tree.iterfind(".//script[@type]"):
        media_type = str(script.get("type")).partition(";")[0].strip().lower()
        if media_type != "application/ld+json":
            continue
        for found in _flatten(_parse(script.text_content())):
            objects.append(found)
            if len(objects) == MAX_OBJECTS:
                return tuple(objects)
    return tuple(objects)


def types_of(node: JsonObject) -> tuple[str, ...]:
    """Return the `@type` names of an object, without the vocabulary's address."""
    return tuple(re.split(r"[/#:]", name)[-1] for name in as_list(node.get("@type")) if isinstance(name, str))


def as_list(value: Any) -> list[Any]:
    """A JSON-LD property has one value or a list of them; None stands for no value."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def resolve(value: Any, objects: Sequence[JsonObject]) -> Any:
    """Return the object that a reference (`{"@id": ...}` alone) points to, other values as they are."""
    if not isinstance(value, dict) or set(value) != {"@id"} or not isinstance(value["@id"], str):
        return value
    return next((node for node in objects if _has_id(node, value["@id"]) and len(node) > 1), value)


def _has_id(node: JsonObject, name: str) -> bool:
    found = node.get("@id")
    return isinstance(found, str) and found == name  # other values can be nested too deep to compare


def _parse(script: str) -> Any:
    if len(script) > MAX_SCRIPT_CHARS:
        return None
    for text in _mended(script):
        try:
            return _values(text)
        except (ValueError, RecursionError):
            continue
    return None


def _values(text: str) -> list[Any]:
    """Return the first value and those right behind it, which readers of one value would miss."""
    value, end = _DECODER.raw_decode(text)
    values = [value]
    while start := _NEXT_VALUE.match(text, end):
        try:
            value, end = _DECODER.raw_decode(text, start.end() - 1)
        except (ValueError, RecursionError):
            break
        values.append(value)
    return values


def _mended(script: str) -> Iterator[str]:
    """Give the script as it stands, then with more and more of the common faults taken out."""
    text = script.strip("\ufeff \t\r\n")
    yield text
    start = 0
    while found := _WRAPPING.match(text, start):
        start = found.end()
    text = text[start:]
    yield text
    text = _TRAILING_COMMA.sub("", text)
    yield text
    yield _ESCAPE.sub(lambda match: match.group() if match.group(1) in '"\\/bfnrtu' else match.group(1), text)
    if "&quot;" in text or "&#34;" in text:
        yield html.unescape(text)


def _flatten(value: Any) -> Iterator[JsonObject]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            graph = value.get("@graph")
            if not isinstance(graph, list | dict):
                yield value
                continue
            if "@type" in value:
                yield {key: part for key, part in value.items() if key != "@graph"}
            waiting.append(graph)
