from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.shingles import MIN_WORDS, shingles_of

Words = Callable[..., list[str]]
CHINESE = "".join(chr(0x4E00 + n * 37 % 20_000) for n in range(100))
THAI = "".join(chr(0x0E01 + n * 7 % 46) for n in range(100))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Ein Satz, noch einer.", "ein satz NOCH einer", id="case-and-punctuation"),
        pytest.param("“quoted” words – here", '"quoted" words - here', id="quotes-and-dashes"),
        pytest.param("a\n\nb\u00a0c", "a b c", id="white-space"),
        pytest.param("u\u0308ber re\u00adopens", "über reopens", id="composition-and-soft-hyphen"),
        pytest.param("ＡＢＣ ｶﾅ", "abc カナ", id="widths"),
    ],
)
def test_what_makes_no_difference(one: str, other: str, words: Words) -> None:
    rest = " ".join(words(1))
    left, right = shingles_of(f"{one} {rest}"), shingles_of(f"{other} {rest}")
    assert left is not None
    assert right is not None
    assert np.array_equal(left.whole, right.whole)
    assert np.array_equal(left.head, right.head)


def test_order_of_words_makes_one(words: Words) -> None:
    text = words(1)
    left, right = shingles_of(" ".join(text)), shingles_of(" ".join(reversed(text)))
    assert left is not None
    assert right is not None
    assert not np.intersect1d(left.whole, right.whole).size


@pytest.mark.parametrize(
    ("text", "whole", "head"),
    [
        pytest.param(" ".join(f"w{n}" for n in range(60)), 58, 48, id="words"),
        pytest.param(CHINESE + CHINESE[::-1], 2 * 96 + 4, 96, id="chinese"),
        pytest.param(THAI + "ก" * 20, None, 96, id="thai"),
        pytest.param("कि " * 3 + " ".join(f"क{n}ि" for n in range(60)), None, 48, id="vowel-signs-cut-no-word"),
    ],
)
def test_numbers_of_shingles(text: str, whole: int | None, head: int) -> None:
    shingles = shingles_of(text)
    assert shingles is not None
    assert whole is None or abs(len(shingles.whole) - whole) <= 2
    assert len(shingles.head) <= head
    assert shingles.whole.dtype == np.uint64


@pytest.mark.parametrize(
    ("text", "is_compared"),
    [
        pytest.param(" ".join(f"w{n}" for n in range(MIN_WORDS - 1)), False, id="too-few-words"),
        pytest.param(" ".join(f"w{n}" for n in range(MIN_WORDS)), True, id="just-enough"),
        pytest.param(CHINESE[:99], False, id="too-few-characters"),
        pytest.param(CHINESE, True, id="enough-characters"),
        pytest.param("", False, id="empty"),
        pytest.param("?! " * 500, False, id="punctuation"),
    ],
)
def test_short_texts_are_not_compared(text: str, is_compared: bool) -> None:
    assert (shingles_of(text) is not None) == is_compared


@given(st.text(max_size=10))
def test_a_character_of_another_script_at_the_end_changes_nothing_before_it(text: str) -> None:
    """Texts with and without characters of scripts that set no spaces are cut into words by two expressions."""
    begin = f"{text} {' '.join(f'word{n}' for n in range(MIN_WORDS))}"
    left, right = shingles_of(begin), shingles_of(f"{begin} 中")
    assert left is not None
    assert right is not None
    assert np.isin(left.whole, right.whole).all()
