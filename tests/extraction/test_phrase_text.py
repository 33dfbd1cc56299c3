from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.phrase_text import fold


@given(st.text(max_size=200))
def test_fold_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text) or any(len(c.lower()) > 1 for c in text)
