"""Each export as its consumer reads it; those that are heavy to install are in benchmarks/export_readers.py."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet
import pytest

import crawler
from crawler.exports.csv_cells import COLUMNS, LONGEST_CELL, CsvWriter, guarded
from crawler.exports.elasticsearch import index_template
from crawler.exports.parquet import ROWS
from crawler.exports.renamings import DATATROVE, ELASTICSEARCH, SCHEMA_ORG, TABLE, ZYTE_ARTICLE, Column, Renaming
from crawler.exports.targets import Target, fault_of, open_writer
from crawler.exports.values import datetime_text, language_code
from crawler.items import Record
from crawler.records.schema import record_schema

MakeRecord = Callable[..., Record]


def exported(records: Iterator[Record] | list[Record], target: Target) -> bytes:
    parts: list[bytes] = []
    writer = open_writer(target, parts.append)
    for record in records:
        writer.add(record)
    writer.finish()
    return b"".join(parts)


def one_row(record: Record, target: Target) -> dict[str, Any]:
    (row,) = exported([record], target).splitlines()
    found: dict[str, Any] = json.loads(row)
    return found


@pytest.mark.parametrize("table", [SCHEMA_ORG, ZYTE_ARTICLE, DATATROVE, TABLE, ELASTICSEARCH], ids=len)
def test_the_tables_name_fields_that_exist(table: tuple[Renaming | Column, ...]) -> None:
    properties = record_schema()["properties"]
    for entry in table:
        first, _, rest = entry.ours.partition(".")
        assert first in properties
        assert not rest or rest in properties[first]["properties"]
    assert len({entry.theirs for entry in table}) == len(table)


def test_parquet_has_every_field_of_a_record() -> None:
    assert {column.ours.partition(".")[0] for column in TABLE} == set(record_schema()["properties"])


def test_parquet_is_read_by_duckdb_and_pandas(make_record: MakeRecord, hostile: str, tmp_path: Path) -> None:
    path = tmp_path / "articles.parquet"
    bare = replace(make_record(2, ""), url=None, title=None, authors=(), fetched_at=None, paragraphs=())
    path.write_bytes(exported([make_record(1, hostile), bare], Target.PARQUET))
    rows = duckdb.execute(
        f"select id, text, authors, epoch(fetched_at), boilerplate[1].label, rights->>'$.robots[0]', quality, url "
        f"from '{path}' order by id"
    ).fetchall()
    assert rows[0] == (
        make_record(1).id, hostile, ["Ada Example", "Bo; Example"], 1795344360.0, "advertisement", "noarchive", 0.75,
        "https://news.example/1",
    )  # fmt: skip
    assert rows[1][1:4] == ("", [], None)
    table = pd.read_parquet(path)
    assert table["fetched_at"].dt.year[0] == 2026
    assert list(table["version"]) == [1, 1]
    assert table["paragraphs"][0][0]["kind"] == "paragraph"


def test_parquet_in_row_groups(make_record: MakeRecord) -> None:
    document = exported((make_record(n) for n in range(ROWS + 5)), Target.PARQUET)
    file = pyarrow.parquet.ParquetFile(io.BytesIO(document))
    assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [ROWS, 5]


def test_an_empty_export_has_its_columns() -> None:
    document = exported([], Target.PARQUET)
    assert pyarrow.parquet.read_schema(io.BytesIO(document)).names == [column.theirs for column in TABLE]
    (header,) = csv.reader(io.StringIO(exported([], Target.CSV).decode("utf-8-sig")))
    assert header == [column.theirs for column in COLUMNS]


def test_csv_is_read_by_duckdb_pandas_and_python(make_record: MakeRecord, hostile: str, tmp_path: Path) -> None:
    path = tmp_path / "articles.csv"
    path.write_bytes(exported([make_record(1, hostile), make_record(2)], Target.CSV))
    wanted = guarded(hostile)
    assert duckdb.execute(f"select text from read_csv('{path}', header = true) order by id").fetchall()[0] == (wanted,)
    assert pd.read_csv(path)["text"].iloc[0] == wanted
    with path.open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["text"], row["authors"], row["quality"]) == (wanted, "Ada Example; Bo; Example", "0.75")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-5 degrees", "'-5 degrees"),
        ("@home", "'@home"),
        ("  =1", "  '=1"),
        ("\t=1", "\t'=1"),
        ("＝1", "'＝1"),
        ("A;=1", "A;'=1"),
        ("A\n\n- point", "A\n\n'- point"),
        ("A|@b", "A|'@b"),
        ("1 = 1, a-b, me@example.org", "1 = 1, a-b, me@example.org"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(text: str, cell: str) -> None:
    assert guarded(text) == cell


def test_long_cells_are_whole_and_told(make_record: MakeRecord) -> None:
    parts: list[bytes] = []
    writer = CsvWriter(parts.append)
    assert writer.warning is None
    writer.add(make_record(1, "a" * (LONGEST_CELL + 1)))
    assert writer.warning is not None
    assert "1 cell is longer" in writer.warning
    assert b"a" * (LONGEST_CELL + 1) in parts[-1]


def test_json_ld_in_a_page_is_read_as_we_read_others(make_record: MakeRecord, hostile: str) -> None:
    record = replace(make_record(1, hostile, "Bridge & “ferry” open"), authors=("Ada Example", "Bo Example"))
    (line,) = exported([record], Target.SCHEMA_ORG).decode().splitlines()
    assert "<" not in line
    story = "<p>" + "The old bridge over the river was opened again on Monday, the council said. " * 6 + "</p>"
    page = (
        f'<html lang="en"><head><script type="application/ld+json">{line}</script></head>'
        f"<body><article><h1>Bridge &amp; “ferry” open</h1>{story * 3}</article></body></html>"
    )
    found = crawler.extract(page, url=record.url)
    assert found.title == "Bridge & “ferry” open"
    assert (found.authors, found.date_published, found.section) == (record.authors, "2026-11-22", "Town")
    assert (found.tags, found.image_url, found.site_name) == (record.tags, record.image_url, "The News")
    assert found.origins["title"] == found.origins["authors"] == "json_ld"
    assert json.loads(line)["articleBody"] == hostile


def test_zyte_article(make_record: MakeRecord) -> None:
    row = one_row(make_record(1), Target.ZYTE)
    assert row["authors"] == [{"name": "Ada Example"}, {"name": "Bo; Example"}]
    assert (row["datePublished"], row["datePublishedRaw"]) == ("2026-11-22T00:00:00", "22 Nov 2026")
    assert (row["dateModified"], row["inLanguage"]) == ("2026-11-22T09:30:00+01:00", "en")
    assert row["metadata"] == {"dateDownloaded": "2026-11-22T10:46:00Z"}
    assert fault_of(make_record(1), Target.ZYTE) is None
    assert "needs a URL" in str(fault_of(replace(make_record(1), url=None), Target.ZYTE))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-11-22", "2026-11-22T00:00:00"),
        ("2026-11-22T09:30Z", "2026-11-22T09:30:00+00:00"),
        ("2026-11-22T09:30:01.5+01:00", "2026-11-22T09:30:01+01:00"),
        ("2026-11", None),
        ("2026", None),
        (None, None),
    ],
)
def test_date_and_time(value: str | None, text: str | None) -> None:
    assert datetime_text(value) == text


def test_languages_of_two_letters() -> None:
    assert [language_code(tag) for tag in ("de-CH", "zh-Hant", "und", "yue")] == ["de", "zh", None, None]


def test_datatrove_rows_have_the_same_keys(make_record: MakeRecord, hostile: str) -> None:
    full = one_row(make_record(1, hostile), Target.DATATROVE)
    bare = one_row(replace(make_record(2), title=None, section=None, tags=()), Target.DATATROVE)
    assert list(full) == list(bare)
    assert (full["id"], full["text"], full["date"]) == (make_record(1).id, hostile, "2026-11-22T10:46:00Z")


def bulk(body: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read a bulk body as the engines do: a line with an action, a line with a document, each ended by a line feed."""
    assert body.endswith(b"\n")
    lines = iter(body.split(b"\n")[:-1])
    for line in lines:
        ((action, about),) = json.loads(line).items()
        assert action == "index"
        assert about.keys() <= {"_index", "_id", "routing"}
        yield about["_id"], json.loads(next(lines))


def test_elasticsearch_bulk(make_record: MakeRecord, hostile: str) -> None:
    documents = dict(bulk(exported([make_record(1, hostile), make_record(2, title=None)], Target.ELASTICSEARCH)))
    assert list(documents) == [make_record(1).id, make_record(2).id]
    first, second = documents.values()
    assert (first["text"], first["@timestamp"]) == (hostile, "2026-11-22T10:46:00Z")
    assert first["boilerplate"] == [{"label": "advertisement", "text": "Buy!"}]
    assert "title" not in second
    properties = index_template()["template"]["mappings"]["properties"]
    assert first.keys() <= properties.keys()
    assert properties["boilerplate"]["properties"]["label"]["type"] == "keyword"
    assert properties["date_published"]["type"] == "date"
    assert all("type" in mapping or "properties" in mapping for mapping in properties.values())


@pytest.mark.parametrize("target", Target)
def test_what_is_given_up_writes_nothing_more(make_record: MakeRecord, target: Target) -> None:
    parts: list[bytes] = []
    writer = open_writer(target, parts.append)
    writer.add(make_record(1))
    before = len(parts)
    writer.abandon()
    del writer
    assert len(parts) == before
