"""The JSON Schema of a record, as it ships with the package."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, cast

from crawler.items import SCHEMA_VERSION

__all__ = ["SCHEMA_VERSION", "record_schema"]


@cache
def record_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one JSON line. The value is shared: do not change it."""
    text = files("crawler.records").joinpath("record.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))
