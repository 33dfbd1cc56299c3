from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.characters import count_decimal, count_lower, count_upper


@pytest.mark.parametrize(
    ("count", "is_one"),
    [
        pytest.param(count_upper, str.isupper, id="upper"),
        pytest.param(count_lower, str.islower, id="lower"),
        pytest.param(count_decimal, str.isdecimal, id="decimal"),
    ],
)
@given(text=st.text(st.characters(codec=None), max_size=50))
def test_counts_what_each_character_says_of_itself(
    count: Callable[[str], int], is_one: Callable[[str], bool], text: str
) -> None:
    assert count(text) == sum(map(is_one, text))
