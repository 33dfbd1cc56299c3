from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest

from crawler.items import ARTICLE_LABELS, DiscoveredVia, Label, ParagraphKind, Record, Status
from crawler.records.schema import SCHEMA_VERSION, record_schema

Maker = Callable[[int], Record]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(record_schema())
    return jsonschema.Draft202012Validator(record_schema())


def _described(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, part in schema.get("properties", {}).items():
        yield f"{path}/{name}", part.get("description", "")
        yield from _described(part, f"{path}/{name}")
        yield from _described(part.get("items", {}), f"{path}/{name}")


def test_a_record_is_valid(validator: jsonschema.Draft202012Validator, make_record: Maker) -> None:
    validator.validate(make_record(1).to_dict())


def test_fields_are_those_of_the_line_in_its_order(make_record: Maker) -> None:
    line = make_record(1).to_dict()
    assert list(record_schema()["properties"]) == list(line)
    assert record_schema()["required"] == list(line)


def test_a_newer_minor_version_may_have_more_fields(
    validator: jsonschema.Draft202012Validator, make_record: Maker
) -> None:
    assert SCHEMA_VERSION.startswith("1.")
    validator.validate({**make_record(1).to_dict(), "schema_version": "1.7", "mood": "calm"})


def test_every_field_is_described() -> None:
    described = dict(_described(record_schema()))
    assert {path for path, text in described.items() if not text.endswith(".")} == set()
    assert "/paragraphs/kind" in described


def test_a_field_that_can_be_null_says_what_that_means() -> None:
    for name, part in record_schema()["properties"].items():
        if "null" in part["type"]:
            assert "Null" in part["description"], name


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param(("paragraphs", "items", "properties", "kind"), set(ParagraphKind), id="paragraph-kinds"),
        pytest.param(
            ("boilerplate", "items", "properties", "label"),
            set(Label) - ARTICLE_LABELS,
            id="boilerplate-labels",
        ),
        pytest.param(("extraction", "properties", "status"), set(Status), id="status"),
        pytest.param(("discovered_via",), {*DiscoveredVia, None}, id="discovered-via"),
    ],
)
def test_closed_sets_are_those_of_the_code(path: tuple[str, ...], words: set[str | None]) -> None:
    part = record_schema()["properties"]
    for key in path:
        part = part[key]
    assert set(part["enum"]) == words


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("id", "short", id="id"),
        pytest.param("title", 5, id="title"),
        pytest.param("text", None, id="text"),
        pytest.param("authors", "A. Writer", id="authors"),
        pytest.param("date_published", "None", id="the-word-none"),
        pytest.param("date_published", "22.11.2026", id="date-form"),
        pytest.param("date_published", "2026-11-22 10:00", id="date-with-a-space"),
        pytest.param("date_published", "2026-11", id="date-without-a-day"),
        pytest.param("date_published_precision", "hour", id="precision"),
        pytest.param("fetched_at", "2026-11-22", id="fetched-at"),
        pytest.param("language_score", 1.5, id="score"),
        pytest.param("http_status", "200", id="http-status"),
        pytest.param("text_hash", "abc", id="text-hash"),
        pytest.param("version", 0, id="version"),
        pytest.param("paragraphs", [{"kind": "verse", "text": "x"}], id="paragraph-kind"),
        pytest.param("boilerplate", [{"label": "job_listing", "text": "x"}], id="boilerplate-fields"),
        pytest.param("origins", {"title": 1}, id="origins"),
    ],
)
def test_what_the_schema_refuses(
    validator: jsonschema.Draft202012Validator, make_record: Maker, field: str, value: object
) -> None:
    assert not validator.is_valid({**make_record(1).to_dict(), field: value})


@pytest.mark.parametrize(
    "date",
    [
        "2026-11-22",
        "2026-11-22T10:45",
        "2026-11-22T10:45:01.5+01:00",
        "2026-11-22T10:45:01Z",
    ],
)
def test_dates_that_the_schema_takes(validator: jsonschema.Draft202012Validator, make_record: Maker, date: str) -> None:
    validator.validate({**make_record(1).to_dict(), "date_published": date})


def test_a_missing_field_is_refused(validator: jsonschema.Draft202012Validator, make_record: Maker) -> None:
    whole = make_record(1).to_dict()
    for name in whole:
        line = copy.copy(whole)
        del line[name]
        assert not validator.is_valid(line), name
