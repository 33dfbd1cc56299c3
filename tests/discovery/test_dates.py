from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.dates import instant, parse_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-11-22", "2026-11-22"),
        ("20261122", "2026-11-22"),
        ("2026/11/22", "2026-11-22"),
        ("2026-11-22T10:00Z", "2026-11-22T10:00:00+00:00"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00+00:00"),
        ("2026-11-22T10:00:00.123456789Z", "2026-11-22T10:00:00+00:00"),
        ("2026-11-22T10:00:00,5Z", "2026-11-22T10:00:00+00:00"),
        ("2026-11-22T10:00:00+01:00", "2026-11-22T10:00:00+01:00"),
        ("2026-11-22T10:00:00-0530", "2026-11-22T10:00:00-05:30"),
        ("2026-11-22 10:00:00 +0100", "2026-11-22T10:00:00+01:00"),
        ("2026-11-22 10:00:00 UTC", "2026-11-22T10:00:00+00:00"),
        ("2026-11-22T10:00:00+01:00[Europe/Berlin]", "2026-11-22T10:00:00+01:00"),
        ("  2026-11-22T10:00:00\n", "2026-11-22T10:00:00"),
        ("Sun, 22 Nov 2026 10:00:00 GMT", "2026-11-22T10:00:00+00:00"),
        ("Sun, 22 Nov 2026 10:00:00 +0100", "2026-11-22T10:00:00+01:00"),
        ("Sun, 22 Nov 2026 10:00:00 -0000", "2026-11-22T10:00:00+00:00"),
        ("Sunday, 22 November 2026 10:00:00 EST", "2026-11-22T10:00:00-05:00"),
        ("22 Nov 2026 10:00 CET", "2026-11-22T10:00:00+01:00"),
        ("Sun, 22 Nov 26 10:00:00 Z", "2026-11-22T10:00:00+00:00"),
        ("Sun, 22 Nov 2026 10:00:00 BST", "2026-11-22T10:00:00"),
        ("Sun, 22 Nov 2026 10:00:00", "2026-11-22T10:00:00"),
        ("Sun, 22 Nov 2099 10:00:00 GMT", "2099-11-22T10:00:00+00:00"),
    ],
)
def test_dates_keep_their_precision_and_offset(text: str, iso: str) -> None:
    assert parse_date(text) == iso


@pytest.mark.parametrize(
    "text",
    [
        None, "", "yesterday", "2026", "2026-11", "2026-02-30", "0000-00-00", "Sun, 30 Feb 2026 10:00:00 GMT",
        "2026-11-22T25:00:00Z", "2026-11-22T10:00:00+99:99", "-0044-03-15", "1763800000", "20261122100000",
        "11/22/2026", "x" * 5000, "2026-11-22T10:00:00Z" + "0" * 100, "１２/１１/2026",
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str | None) -> None:
    assert parse_date(text) is None


@given(
    st.text(max_size=40) | st.from_regex(r"\d{4}[-/]\d\d[-/]\d\d([T ]\d\d:\d\d(:\d\d)?[ ]?([+-]\d{4}|[A-Z]{1,4})?)?")
)
def test_any_text_gives_iso_8601_or_none(text: str) -> None:
    iso = parse_date(text)
    if iso is not None:
        datetime.fromisoformat(iso)
        instant(iso)


def test_instants_sort_across_offsets_and_precisions() -> None:
    dates = [None, "2026-11-21", "2026-11-22", "2026-11-22T10:00:00+02:00", "2026-11-22T09:00:00"]
    assert sorted([dates[n] for n in (3, 1, 4, 0, 2)], key=instant) == dates
    assert sorted([*dates, "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"], key=instant)[-1] == (
        "9999-12-31T23:59:59-10:00"
    )
