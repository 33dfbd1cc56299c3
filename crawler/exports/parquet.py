"""Records as Parquet, one row group at a time, with pyarrow (extra `parquet`)."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pyarrow
import pyarrow.parquet

from crawler.exports.renamings import TABLE, Column, Kind
from crawler.exports.values import value_at
from crawler.exports.writer import Write, Writer
from crawler.items import JsonValue, Record
from crawler.records.lines import json_line

ROWS = 1_000
"""Rows of a group, at most. Chosen: with 8 KB a record some 8 MB, which is what a writer holds."""
TEXT_CHARS = 16_000_000
"""Characters of text after which a group ends before it has its rows."""

_TYPES: dict[Kind, Any] = {
    Kind.WORD: pyarrow.string(),
    Kind.TEXT: pyarrow.string(),
    Kind.DATE: pyarrow.string(),  # a day is no moment and a month no day: the text keeps what the page said
    Kind.MOMENT: pyarrow.timestamp("ms", tz="UTC"),
    Kind.INTEGER: pyarrow.int32(),
    Kind.NUMBER: pyarrow.float64(),
    Kind.FLAG: pyarrow.bool_(),
    Kind.OBJECT: pyarrow.string(),  # JSON: the keys are not known
}


def table_schema() -> Any:
    """Return the columns with their types."""
    return pyarrow.schema([(column.theirs, _type(column)) for column in TABLE])


class ParquetWriter(Writer):
    """Holds a group of rows; nothing can be read before `finish`."""

    def __init__(self, write: Write) -> None:
        super().__init__(write)
        self._schema = table_schema()
        self._sink = _Sink(write)
        self._file = pyarrow.parquet.ParquetWriter(
            pyarrow.PythonFile(self._sink, "w"), self._schema, compression="zstd"
        )
        self._rows: list[dict[str, Any]] = []
        self._chars = 0

    def add(self, record: Record) -> None:
        line = record.to_dict(navigation=True)
        self._rows.append({column.theirs: _value(value_at(line, column.ours), column) for column in TABLE})
        self._chars += len(record.text) + sum(len(segment.text) for segment in record.segments)
        if len(self._rows) >= ROWS or self._chars >= TEXT_CHARS:
            self._write_group()

    def finish(self) -> None:
        if self._rows:
            self._write_group()
        self._file.close()

    def abandon(self) -> None:
        self._sink.send = _discard
        self._file.close()

    def _write_group(self) -> None:
        self._file.write_table(pyarrow.Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()
        self._chars = 0


def _discard(_: bytes) -> None:
    pass


class _Sink(io.RawIOBase):
    """What pyarrow takes for a file."""

    def __init__(self, send: Write) -> None:
        self.send = send

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.send(bytes(content))
        return len(content)


def _type(column: Column) -> Any:
    if column.parts:
        return pyarrow.list_(pyarrow.struct([(name, _TYPES[kind]) for name, kind in column.parts]))
    return pyarrow.list_(_TYPES[column.kind]) if column.many else _TYPES[column.kind]


def _value(value: JsonValue, column: Column) -> Any:
    if column.kind is Kind.OBJECT and isinstance(value, dict):
        return json_line(value)
    if column.kind is Kind.MOMENT and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value
