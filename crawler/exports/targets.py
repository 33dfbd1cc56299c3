"""The targets of an export by name, and the writer of each."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from importlib.util import find_spec

from crawler.errors import UsageError
from crawler.exports.csv_cells import CsvWriter
from crawler.exports.json_rows import datatrove_row, elasticsearch_rows, schema_org_row, zyte_row
from crawler.exports.writer import Write, Writer
from crawler.items import Record
from crawler.records.formats import RecordFormat, ending, piece


class Target(StrEnum):
    JSONL = "jsonl"
    JSON = "json"
    MARKDOWN = "markdown"
    TEXT = "text"
    CSV = "csv"
    PARQUET = "parquet"
    SCHEMA_ORG = "schema-org"
    ZYTE = "zyte"
    DATATROVE = "datatrove"
    ELASTICSEARCH = "elasticsearch"


ENDINGS = {Target.MARKDOWN: ".md", Target.TEXT: ".txt"}
"""Of targets whose articles may each have a file of their own."""
_ROWS: dict[Target, Callable[[Record], str]] = {
    Target.SCHEMA_ORG: schema_org_row,
    Target.ZYTE: zyte_row,
    Target.DATATROVE: datatrove_row,
    Target.ELASTICSEARCH: elasticsearch_rows,
}


def check_target(target: Target) -> None:
    """Raise UsageError where a library that the target needs is missing."""
    if target is Target.PARQUET and find_spec("pyarrow") is None:
        raise UsageError('--to parquet needs pyarrow, which is not installed: pip install "pyarrow>=15"')


def fault_of(record: Record, target: Target) -> str | None:
    """Return why the target cannot have the record, None where it can."""
    if target is Target.ZYTE and not record.url:
        return "an Article of zyte-common-items needs a URL, and the record has none"
    return None


def open_writer(target: Target, write: Write) -> Writer:
    """Return what writes records of the target through `write`, which takes bytes and gets them in order."""
    if target is Target.PARQUET:
        from crawler.exports.parquet import ParquetWriter  # pyarrow is an extra

        return ParquetWriter(write)
    if target is Target.CSV:
        return CsvWriter(write)
    if target in _ROWS:
        return _RowWriter(write, _ROWS[target])
    return _DocumentWriter(write, RecordFormat(target))


class _RowWriter(Writer):
    def __init__(self, write: Write, row: Callable[[Record], str]) -> None:
        super().__init__(write)
        self._row = row

    def add(self, record: Record) -> None:
        self._write(self._row(record).encode())


class _DocumentWriter(Writer):
    """The formats that `scrape` and `extract` have too."""

    def __init__(self, write: Write, form: RecordFormat) -> None:
        super().__init__(write)
        self._form = form
        self._written = 0

    def add(self, record: Record) -> None:
        self._write(piece(record, self._form, self._written, navigation=True).encode())
        self._written += 1

    def finish(self) -> None:
        self._write(ending(self._form, self._written).encode())
