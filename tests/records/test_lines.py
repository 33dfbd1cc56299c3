from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import JsonValue
from crawler.records.lines import json_line

CLEAN = st.text(st.characters(exclude_categories=["Cs"]))
ANY_TEXT = st.text(st.characters())
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _values(text: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, JsonValue]]:
    scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text
    nested = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3))
    return st.dictionaries(text, nested, max_size=4)


@given(_values(CLEAN))
def test_reading_gives_back_what_was_written(value: dict[str, JsonValue]) -> None:
    assert json.loads(json_line(value)) == value


@given(_values(ANY_TEXT))
def test_every_reader_sees_one_printable_line(value: dict[str, JsonValue]) -> None:
    line = json_line(value)
    assert len(line.splitlines()) == 1
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F or c in BIDI for c in line)
    json.loads(line.encode("utf-8"))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("Brücke 橋 🌉", "Brücke 橋 🌉", id="readable"),
        pytest.param("a\u0085b", "a\\u0085b", id="next-line"),
        pytest.param("a\u2028b\u2029", "a\\u2028b\\u2029", id="separators"),
        pytest.param("\x7f\x9f", "\\u007f\\u009f", id="delete-and-c1"),
        pytest.param("\u202egnp.exe", "\\u202egnp.exe", id="right-to-left-override"),
        pytest.param("\ufeff\ufffe\uffff", "\\ufeff\\ufffe\\uffff", id="byte-order-mark-and-noncharacters"),
        pytest.param("\x00\x0b\x1e", "\\u0000\\u000b\\u001e", id="c0"),
        pytest.param("a\ud800b\udfff", "a\ufffdb\ufffd", id="lone-surrogates"),
        pytest.param("\ud83c\udf09", "🌉", id="surrogate-pair"),
    ],
)
def test_characters(text: str, written: str) -> None:
    assert json_line({"text": text}) == f'{{"text": "{written}"}}'


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_json_does_not_have_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        json_line({"score": number})
