"""Dates in lines of visible text."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.date_lines import date_in_line

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONTHS: dict[str, list[str]] = tomllib.loads(
    files("crawler.extraction").joinpath("month_names.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("line", "value", "precision"),
    [
        ("Datum 28.04.2023", "2023-04-28", "day"),
        ("A. Name | 05.04.2025 - Güncelleme : 05.04.2025", "2025-04-05", "day"),
        ("Thứ tư, 22/10/2025, 19:25 (GMT+7)", "2025-10-22T19:25+07:00", "minute"),
        ("Published: 20 November 2026, 10:15 UTC", "2026-11-20T10:15Z", "minute"),
        ("Nov 20, 2025 at 5:04 p.m. EST", "2025-11-20T17:04-05:00", "minute"),
        ("July 20, 2025 5:04 PM ET", "2025-07-20T17:04-04:00", "minute"),
        ("20.11.2025, 10:15 Uhr MEZ", "2025-11-20T10:15+01:00", "minute"),
        ("20.07.2025 10:15 CET", "2025-07-20T10:15+02:00", "minute"),
        ("20 juillet 2025 à 10:15 et modifié", "2025-07-20T10:15", "minute"),
        ("20 July 2025 10:15 IST", "2025-07-20T10:15", "minute"),
        ("12:05 AM, December 25, 2025", "2025-12-25T00:05", "minute"),
        ("2025年1月14日 20:00", "2025-01-14T20:00", "minute"),
        ("2025. 1. 14.", "2025-01-14", "day"),
        ("2025. november 15. 09:20", "2025-11-15T09:20", "minute"),
        ("2025 m. April 15 d.", "2025-04-15", "day"),
        ("1er mai 2024 à 16h10", "2024-05-01T16:10", "minute"),
        ("12 de outubro de 2025 às 10h30", "2025-10-12T10:30", "minute"),
        ("26 tháng 4, 2025", "2025-04-26", "day"),
        ("27.04.24 um 07.39 Uhr", "2024-04-27T07:39", "minute"),
        ("15.04.2026 - 15:48:20 Uhr", "2026-04-15T15:48:20", "second"),
        ("24 Nisan 2025 14:30", "2025-04-24T14:30", "minute"),
        ("Обновлено 3 марта 2026", "2026-03-03", "day"),
        ("9/25/2025", "2025-09-25", "day"),
        ("Published 20 November 2025, last updated at 10:15 p.m.", "2025-11-20T22:15", "minute"),
        ("20 November 2025, last updated at 10:15 +0100", "2025-11-20T10:15+01:00", "minute"),
        ("20 November 2025, 10:15 -0500", "2025-11-20T10:15-05:00", "minute"),
        ("20 November 2025, 10:15 GMT-5", "2025-11-20T10:15-05:00", "minute"),
        ("2025-11-20T10:15-05:00", "2025-11-20T10:15-05:00", "minute"),
        ("2025-11-20 10:15:30-05:00", "2025-11-20T10:15:30-05:00", "second"),
        ("10:15, das war am Freitag 20.11.2025", "2025-11-20", "day"),
    ],
)
def test_dates_of_many_languages(line: str, value: str, precision: str) -> None:
    found = date_in_line(line, NOW)
    assert found is not None
    assert (found.value, found.precision) == (value, precision)
    assert found.raw in line


@pytest.mark.parametrize(
    "line", ["12 people", "3/4/2026", "31.02.2026", "24.12.2026", "12 words 2025", "x" * 400 + " 1.1.2025"]
)
def test_no_date(line: str) -> None:
    assert date_in_line(line, NOW) is None


@pytest.mark.parametrize(("month_first", "value"), [(True, "2026-03-04"), (False, "2026-04-03")])
def test_day_and_month_that_could_be_swapped(month_first: bool, value: str) -> None:
    found = date_in_line("3/4/2026", NOW, month_first=month_first)
    assert found is not None
    assert found.value == value


def test_no_month_name_has_two_meanings() -> None:
    meanings = defaultdict(set)
    for language, names in MONTHS.items():
        assert len(names) == 12, language
        for number, spellings in enumerate(names, 1):
            for name in spellings.split():
                meanings[name.casefold()].add(number)
    assert [name for name, numbers in meanings.items() if len(numbers) > 1] == []


@given(st.text(max_size=80))
def test_never_raises(line: str) -> None:
    date_in_line(line, NOW, month_first=False)


@pytest.mark.parametrize(
    "line",
    ["20 November 2025, 10:15-11:30", "20.11.2025 10:15 -11:30 Uhr", "20 November 2025, 10:15-20"],
)
def test_a_range_of_times_has_no_offset(line: str) -> None:
    found = date_in_line(line, NOW)
    assert found is not None
    assert (found.value, found.raw[-5:]) == ("2025-11-20T10:15", "10:15")
