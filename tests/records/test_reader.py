from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import errors
from crawler.items import (
    NOT_IN_LINE,
    DiscoveredVia,
    Extraction,
    JsonValue,
    Label,
    Paragraph,
    ParagraphKind,
    Record,
    Segment,
    Status,
)
from crawler.records.lines import json_line
from crawler.records.reader import read_records, record_from_dict, record_ids
from crawler.records.schema import record_schema

Maker = Callable[[int], Record]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
SHARE = st.floats(0, 1)
DIGITS = "0123456789abcdef"
TEXT_HASH = st.text(DIGITS, min_size=64, max_size=64).map("sha256:{}".format)
DATES = st.none() | st.dates().map(str) | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)


@st.composite
def records(draw: st.DrawFn) -> Record:
    plain_text = draw(st.booleans())
    paths = st.integers(1, 99).map("line[{}]".format) if plain_text else st.just("/html/body/p")
    texts = st.none() | TEXT
    urls = st.none() | WORDS
    return Record(
        id=draw(st.text(DIGITS, min_size=32, max_size=32)),
        url=draw(urls),
        title=draw(texts),
        text=draw(TEXT),
        paragraphs=tuple(draw(st.lists(st.builds(Paragraph, st.sampled_from(ParagraphKind), TEXT), max_size=3))),
        authors=tuple(draw(st.lists(TEXT, max_size=2))),
        date_published=draw(DATES),
        language_score=draw(st.none() | SHARE),
        is_accessible_for_free=draw(st.none() | st.booleans()),
        origins=draw(st.dictionaries(TEXT, TEXT, max_size=2)),
        segments=tuple(
            draw(st.lists(st.builds(Segment, st.sampled_from(Label), WORDS, paths, SHARE, TEXT), max_size=4))
        ),
        extraction=Extraction(draw(st.sampled_from(Status)), draw(st.none() | SHARE), draw(TEXT), {}),
        http_status=draw(st.none() | st.integers(100, 599)),
        discovered_via=draw(st.none() | st.sampled_from(DiscoveredVia)),
        rights=draw(st.dictionaries(TEXT, st.none() | st.booleans() | st.lists(TEXT, max_size=2), max_size=2)),
        text_hash=draw(st.none() | TEXT_HASH),
        version=draw(st.integers(1, 9)),
        plain_text=plain_text,
    )


@given(records())
def test_a_line_read_back_gives_the_same_line(record: Record) -> None:
    read = record_from_dict(json.loads(json_line(record.to_dict())))
    assert read.to_dict() == record.to_dict()


@given(records())
def test_navigation_that_was_asked_for_is_read_back(record: Record) -> None:
    line = record.to_dict(navigation=True)
    assert record_from_dict(line).to_dict(navigation=True) == line


@given(records())
def test_every_record_is_valid_by_the_schema(record: Record) -> None:
    jsonschema.Draft202012Validator(record_schema()).validate(json.loads(json_line(record.to_dict())))


def test_keys_of_a_newer_minor_version_are_ignored(make_record: Maker) -> None:
    of_ours = dict.fromkeys(NOT_IN_LINE, "yes")
    line = {**make_record(1).to_dict(), "schema_version": "1.9", "mood": "calm", **of_ours}
    assert record_from_dict(line).title == "Bridge 1 reopens"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param({"schema_version": None}, "no schema_version", id="another-json"),
        pytest.param({"schema_version": "2.0"}, "reads 1.x", id="newer-major"),
        pytest.param({"title": 5}, r"\$\.title", id="type"),
        pytest.param({"boilerplate": [{"label": "noise"}]}, r"\$\.boilerplate\[0\]\.label", id="label"),
        pytest.param({"boilerplate": "none"}, r"\$\.boilerplate", id="boilerplate"),
        pytest.param({"extraction": {}}, r"\$\.extraction", id="extraction"),
    ],
)
def test_what_is_no_record_names_the_key(make_record: Maker, change: dict[str, JsonValue], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        record_from_dict({**make_record(1).to_dict(), **change})


def _write(path: Path, *records: Record) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json_line(record.to_dict()) + "\n" for record in records), encoding="utf-8")


def _numbers(path: Path | str) -> list[int]:
    return [int(record.id, 16) for record in read_records(path)]


def test_an_output_folder_is_read_in_order_without_part_files(tmp_path: Path, make_record: Maker) -> None:
    run = tmp_path / "records" / "2026-11-22" / "20261122T104501Z-00ff"
    _write(run.with_name(f"{run.name}-1000.jsonl"), make_record(4))
    _write(run.with_name(f"{run.name}-999.jsonl"), make_record(3))
    _write(run.with_name(f"{run.name}-1001.jsonl.part"), make_record(9))
    _write(
        tmp_path / "records" / "2026-11-21" / "20261121T235959Z-ffff-001.jsonl",
        make_record(1),
        make_record(2),
    )
    (tmp_path / "runs").mkdir()
    assert _numbers(tmp_path) == [1, 2, 3, 4]
    assert _numbers(str(tmp_path)) == [1, 2, 3, 4]
    assert _numbers(run.parent) == [3, 4]


def test_a_single_file(tmp_path: Path, make_record: Maker) -> None:
    path = tmp_path / "mine.jsonl"
    _write(path, make_record(7))
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (record,) = read_records(path)
    assert [segment.label for segment in record.segments] == [Label.JOB_LISTING]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"{", id="cut"),
        pytest.param(b"[1]", id="no-object"),
        pytest.param(b'{"a": 1}', id="no-record"),
        pytest.param(b"\xff\xfe", id="no-utf-8"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, make_record: Maker, line: bytes) -> None:
    path = tmp_path / "broken.jsonl"
    _write(path, make_record(1))
    path.write_bytes(path.read_bytes() + line + b"\n")
    reading = read_records(path)
    assert next(reading).id == make_record(1).id
    with pytest.raises(errors.FileUnreadable, match=r"broken\.jsonl:2: "):
        next(reading)


def test_a_path_without_records_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.jsonl"):
        with pytest.raises(errors.FileUnreadable, match=str(path)):
            list(read_records(path))


def test_an_output_folder_without_a_finished_file_has_no_records(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").touch()
    assert list(read_records(tmp_path)) == []


def test_ids_and_chosen_lines(tmp_path: Path, make_record: Maker) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text("".join(json_line(make_record(n).to_dict()) + "\n" for n in (1, 2, 1)), encoding="utf-8")
    assert list(record_ids(path)) == [make_record(n).id for n in (1, 2, 1)]
    assert [record.id for record in read_records(path, make_record(2).id.encode())] == [make_record(2).id]
    assert list(read_records(path, b"nowhere")) == []


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 7}', "{}"], ids=["torn", "no-object", "no-text", "no-id"])
def test_a_line_without_an_id_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(errors.FileUnreadable, match=r"some\.jsonl:2: "):
        list(record_ids(path))
