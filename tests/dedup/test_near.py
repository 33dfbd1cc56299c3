from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.dedup.minhash import signature_of
from crawler.dedup.near import BANDS, DEFAULT_NEAR_OPTIONS, Entry, bands_of, containment, matches_among
from crawler.dedup.near_claims import declared_id
from crawler.items import Extraction, Record, Status
from crawler.urls import record_id

Words = Callable[..., list[str]]


def _entry(name: str, words: list[str]) -> Entry:
    signature = signature_of(" ".join(words))
    assert signature is not None
    return Entry(name, signature, 0)


def _cases(words: Words) -> dict[str, tuple[list[str], list[str], bool]]:
    text, other = words(1), words(2)
    return {
        "the same": (text, text, True),
        "a lead of its own": (text, words(3, 30) + text, True),
        "some paragraphs gone": (text, text[:80] + text[120:], True),
        "cut after 40 %": (text, text[:120], True),
        "cut and a prompt": (text, text[:120] + words(4, 14), True),
        "the end without its beginning": (text, text[180:], False),
        "a page of five notes": (text[:60], [w for n in range(5) for w in words(n, 60)], False),
        "a fifth in common": (text, text[:60] + other[60:], False),
        "nothing in common": (text, other, False),
    }


CASES = list(_cases(lambda seed, number=300: [str(seed)] * number))


@pytest.mark.parametrize("name", CASES)
def test_what_is_near(name: str, words: Words) -> None:
    one, other, is_near = _cases(words)[name]
    left, right = _entry("left", one), _entry("right", other)
    found = matches_among(left.signature, [right], DEFAULT_NEAR_OPTIONS)
    assert bool(found) == is_near
    back = matches_among(right.signature, [left], DEFAULT_NEAR_OPTIONS)
    assert [match.similarity for match in back] == [match.similarity for match in found]
    shares_a_band = bool(set(bands_of(left.signature)) & set(bands_of(right.signature)))
    assert shares_a_band or not is_near


def test_the_most_similar_comes_first(words: Words) -> None:
    text = words(1)
    others = [_entry("far", text[:200] + words(5, 60)), _entry("b", text), _entry("a", text)]
    found = matches_among(_entry("x", text).signature, others, DEFAULT_NEAR_OPTIONS)
    assert [match.record_id for match in found] == ["a", "b", "far"]
    assert found[0].similarity == 1.0
    assert matches_among(others[0].signature, [], DEFAULT_NEAR_OPTIONS) == []


def test_bands(words: Words) -> None:
    keys = bands_of(_entry("a", words(1)).signature)
    assert len(set(keys)) == len(keys) == BANDS
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert keys == bands_of(_entry("b", words(1)).signature)


def test_containment_has_a_direction(words: Words) -> None:
    whole, part = _entry("whole", words(1)).signature, _entry("part", words(1)[:100]).signature
    assert containment(part, whole) == pytest.approx(1.0, abs=0.15)
    assert containment(whole, part) == pytest.approx(1 / 3, abs=0.12)


@pytest.mark.parametrize(
    ("url", "canonical", "declared"),
    [
        pytest.param("https://www.n.com/print/1", "https://n.com/1", "https://n.com/1", id="its-article"),
        pytest.param(
            "https://n.com/1?view=print", "https://n.com/1?utm_source=x", "https://n.com/1", id="another-form"
        ),
        pytest.param("https://n.com/1", "https://www.n.com/1/", None, id="itself"),
        pytest.param("https://n.com/1", "https://n.com/", None, id="home-page"),
        pytest.param("https://n.com/1", "https://n.com", None, id="home-page-without-slash"),
        pytest.param("https://n.com/1", "https://other.com/1", None, id="another-domain"),
        pytest.param("https://one.github.io/1", "https://two.github.io/1", None, id="another-blog"),
        pytest.param("https://n.com/1", "https://news.n.com/2", "https://news.n.com/2", id="a-subdomain"),
        pytest.param("https://n.com/1", "javascript:void(0)", None, id="no-url"),
        pytest.param("https://n.com/1", None, None, id="none"),
    ],
)
def test_declared_page(url: str, canonical: str | None, declared: str | None) -> None:
    record = Record(id=record_id(url), url=url, canonical_url=canonical, extraction=Extraction(Status.OK, None, "", {}))
    assert declared_id(record) == (None if declared is None else record_id(declared))
