"""What is done to a value on its way into the form of another program. Null stays null."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from crawler.items import JsonValue

UNKNOWN_LANGUAGE = "und"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def value_at(line: Mapping[str, JsonValue], path: str) -> JsonValue:
    """Return the value at a dotted path of the record's JSON object."""
    value: JsonValue = dict(line)
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def as_it_is(value: JsonValue) -> JsonValue:
    return value


def persons(names: JsonValue) -> JsonValue:
    return [{"name": name} for name in names] if isinstance(names, list) else None


def schema_persons(names: JsonValue) -> JsonValue:
    return [{"@type": "Person", "name": name} for name in names] if isinstance(names, list) else None


def schema_organization(name: JsonValue) -> JsonValue:
    return {"@type": "NewsMediaOrganization", "name": name} if name else None


def with_url(url: JsonValue) -> JsonValue:
    return {"url": url} if url else None


def language(tag: JsonValue) -> JsonValue:
    """Return the BCP 47 tag; null for a language that is not known."""
    return None if tag == UNKNOWN_LANGUAGE else tag


def language_code(tag: JsonValue) -> JsonValue:
    """Return the language's two letters (ISO 639-1); null for one that has none."""
    code = str(tag).partition("-")[0]
    return code if len(code) == 2 else None


def datetime_text(value: JsonValue) -> JsonValue:
    """Return date and time to the second, for targets that know no days: a day's time is 00:00:00 without a zone.

    Null for a year or a month.
    """
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    return datetime.fromisoformat(value).replace(microsecond=0).isoformat()
