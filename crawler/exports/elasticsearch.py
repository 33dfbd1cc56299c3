"""The index template of the documents, for Elasticsearch from 7.8 and OpenSearch."""

from __future__ import annotations

from typing import Any

from crawler.exports.renamings import ELASTICSEARCH, Column, Kind

LONGEST_WORD = 2_048
"""Characters from which a word is stored but not indexed: a document with one over 32,766 bytes would be refused."""
INDEX_PATTERN = "winnow*"

_MAPPINGS: dict[Kind, dict[str, Any]] = {
    Kind.WORD: {"type": "keyword", "ignore_above": LONGEST_WORD},
    Kind.TEXT: {"type": "text"},
    Kind.DATE: {"type": "date", "format": "strict_date_optional_time", "ignore_malformed": True},
    Kind.MOMENT: {"type": "date", "format": "strict_date_time_no_millis"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "float"},
    Kind.FLAG: {"type": "boolean"},
    Kind.OBJECT: {"type": "object", "enabled": False},
}


def index_template() -> dict[str, Any]:
    """Return the body of `PUT _index_template/winnow`. Fields that it does not name are stored, not indexed."""
    properties = {column.theirs: _mapping(column) for column in ELASTICSEARCH}
    return {
        "index_patterns": [INDEX_PATTERN],
        "template": {"mappings": {"dynamic": False, "properties": properties}},
    }


def _mapping(column: Column) -> dict[str, Any]:
    if column.parts:
        return {"properties": {name: dict(_MAPPINGS[kind]) for name, kind in column.parts}}
    return dict(_MAPPINGS[column.kind])
