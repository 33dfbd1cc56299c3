"""The gate itself: it must fail where it should, on pages of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import crawler
from crawler.items import Record
from tests.gate import gate

PARAGRAPH = "The council opened the old bridge again on Monday, and people of both banks came to see it and to cross. "


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    import gzip

    folder = tmp_path / "own-news"
    (folder / "html").mkdir(parents=True)
    body = "\n".join(PARAGRAPH * 2 for _ in range(4))
    page = "<html><body><article>" + "".join(f"<p>{p}</p>" for p in body.split("\n")) + "</article></body></html>"
    (folder / "html" / "a.html.gz").write_bytes(gzip.compress(page.encode()))
    row = {"id": "a", "url": "https://example.org/a", "html": "html/a.html.gz", "body": body}
    (folder / "pages.jsonl").write_text(json.dumps(row) + "\n")
    return folder


def test_measures_word_f1(corpus: Path) -> None:
    assert gate.measure(corpus, lambda _, body, url: crawler.extract(body, url))["pages"] == 1


def test_a_page_that_raises_fails(corpus: Path) -> None:
    def broken(key: str, body: bytes, url: str | None) -> Record:
        raise RuntimeError("a bug of ours")

    with pytest.raises(RuntimeError):
        gate.measure(corpus, broken)


@pytest.mark.parametrize(
    ("found", "truth", "expected"),
    [("a b c d", "a b c d", 1.0), ("a b", "a b c d", 2 / 3), ("", "a", 0.0), ("", "", 1.0), ("日本", "日本語", 0.8)],
)
def test_word_f1(found: str, truth: str, expected: float) -> None:
    assert gate.word_f1(found, truth) == pytest.approx(expected)


FLOOR: dict[str, dict[str, Any]] = {"x": {"digest": "d", "word_f1": 0.97, "pages_below_half": 0}}


@pytest.mark.parametrize(
    ("now", "passes"),
    [
        ({"digest": "d", "word_f1": 0.97, "pages_below_half": 0}, True),
        ({"digest": "d", "word_f1": 0.9685, "pages_below_half": 0}, True),
        ({"digest": "d", "word_f1": 0.967, "pages_below_half": 0}, False),
        ({"digest": "d", "word_f1": 0.98, "pages_below_half": 1}, False),
        ({"digest": "other", "word_f1": 0.98, "pages_below_half": 0}, False),
    ],
    ids=["same", "in the noise", "below", "a page lost", "other pages"],
)
def test_compare(now: dict[str, Any], passes: bool) -> None:
    assert (gate.compare({"x": now}, FLOOR) == []) is passes


def test_a_lower_floor_is_seen() -> None:
    assert gate.lowered({"x": {"word_f1": 0.96}}, FLOOR) == ["x"]


def test_a_page_without_a_fold_is_not_read_with_a_model_that_may_know_it() -> None:
    with pytest.raises(KeyError):
        gate.read_out_of_fold("own-news/a", b"<p>words</p>", None)


def test_every_fold_has_its_model() -> None:
    assert {gate.fold_model(fold).temperature > 0 for fold in set(gate.fold_of_pages().values())} == {True}
