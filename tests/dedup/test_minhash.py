from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dedup.minhash import SIGNATURE_BYTES, VERSION, Signature, signature_of

Words = Callable[..., list[str]]


def _signature(text: str) -> Signature:
    signature = signature_of(text)
    assert signature is not None
    return signature


def test_the_stored_format_does_not_change() -> None:
    """Signatures outlive the program: what this says needs a new VERSION when it changes."""
    text = " ".join(f"word{n}" for n in range(80)) + " Überraschung 漢字かな"
    stored = _signature(text).to_bytes()
    assert (VERSION, len(stored)) == (1, SIGNATURE_BYTES)
    assert sha256(stored).hexdigest() == "600f52ac800235b8ea49b7f535b4fae2f77fd114b67bbc0cfb738fb321b98f55"


def test_it_comes_back_from_its_bytes(words: Words) -> None:
    signature = _signature(" ".join(words(1)))
    assert signature.shingles == 298
    back = Signature.from_bytes(signature.to_bytes())
    assert back is not None
    assert back.to_bytes() == signature.to_bytes()


@pytest.mark.parametrize(
    "stored", [b"", b"\x02", b"\2\0\0\0" + bytes(SIGNATURE_BYTES - 4)], ids=["empty", "cut", "version"]
)
def test_another_version_is_not_compared(stored: bytes) -> None:
    assert Signature.from_bytes(stored) is None


@pytest.mark.parametrize(("common", "similarity"), [(0, 0.0), (100, 0.2), (200, 0.5), (300, 1.0)])
def test_agreement_estimates_jaccard(common: int, similarity: float, words: Words) -> None:
    mine, other = words(1), words(2)
    left = _signature(" ".join(mine))
    right = _signature(" ".join(mine[:common] + other[common:]))
    assert float((left.minima == right.minima).mean()) == pytest.approx(similarity, abs=0.13)


@given(st.text(max_size=400))
def test_any_text_has_a_signature_or_none(text: str) -> None:
    signature = signature_of(text)
    assert signature is None or len(signature.to_bytes()) == SIGNATURE_BYTES


def test_a_long_text_is_permuted_in_pieces(words: Words) -> None:
    text = words(3, 5000)
    whole, half = _signature(" ".join(text)), _signature(" ".join(text[:2600]))
    assert whole.shingles > 4900
    assert float((whole.minima == half.minima).mean()) == pytest.approx(0.52, abs=0.13)
