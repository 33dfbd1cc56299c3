from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.fingerprints import text_hash

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u202e"


def test_form() -> None:
    assert text_hash("") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert re.fullmatch("sha256:[0-9a-f]{64}", text_hash("Brücke"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("The bridge is open.", "the BRIDGE is Open.", id="case"),
        pytest.param("Straße", "STRASSE", id="sharp-s"),
        pytest.param("a b", " a\n\n\u00a0\tb\u2003", id="white-space"),
        pytest.param("u\u0308ber", "über", id="composition"),
        pytest.param("ﬁne ½", "fine 1⁄2", id="compatibility"),
        pytest.param("re\u00adopens\u200b to\ufeffday", "reopens today", id="zero-width"),
        pytest.param("u\u200b\u0308ber", "über", id="zero-width-before-an-accent"),
    ],
)
def test_what_is_the_same(one: str, other: str) -> None:
    assert text_hash(one) == text_hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("open again", "openagain", id="a-space"),
        pytest.param("10 dead", "11 dead", id="a-digit"),
        pytest.param("uber", "über", id="an-accent"),
        pytest.param("open.", "open", id="a-full-stop"),
    ],
)
def test_what_is_not_the_same(one: str, other: str) -> None:
    assert text_hash(one) != text_hash(other)


@given(st.text(st.characters()), st.sampled_from(ZERO_WIDTH), st.sampled_from(["\n", " \t", "\u3000"]))
def test_invisible_changes_change_nothing(text: str, invisible: str, space: str) -> None:
    words = text.split()
    assert text_hash(space.join(words)) == text_hash(" ".join(words))
    assert text_hash(invisible.join(text)) == text_hash(text)
