"""The gate itself: it must fail where it should, on pages of our own."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import crawler
from tests.gate import gate
from tests.gate.out_of_fold import (
    FOLDS,
    KEPT_OUT,
    corpus_pages,
    digest,
    fold_model,
    fold_of_pages,
    map_pages,
    read_out_of_fold,
    read_with,
    readable,
)
from tests.gate.scoring import body_f1, label_figures, language_score, metadata_scores, text_scores, word_f1

PARAGRAPH = "The council opened the old bridge again on Monday, and people of both banks came to see it and to cross. "


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "own-news"
    (folder / "html").mkdir(parents=True)
    body = "\n".join(f"{n}. {PARAGRAPH * 2}" for n in range(4))
    page = "<html><body><article>" + "".join(f"<p>{p}</p>" for p in body.split("\n")) + "</article></body></html>"
    (folder / "html" / "a.html.gz").write_bytes(gzip.compress(page.encode()))
    row = {"id": "a", "url": "https://example.org/a", "html": "html/a.html.gz", "body": body}
    (folder / "pages.jsonl").write_text(json.dumps(row) + "\n")
    return folder


def kept_out(corpus: Path) -> Path:
    """Write folds in which the corpus's page is one that nothing was trained on."""
    folds = corpus.parent / "folds"
    folds.mkdir()
    (folds / "folds.json").write_text(json.dumps({"own-news/a": KEPT_OUT}))
    return folds


def test_measures(corpus: Path) -> None:
    figures = gate.measure(corpus_pages(corpus), kept_out(corpus), processes=1)
    assert figures["pages"] == 1
    assert figures["word_f1"] > 0.95
    assert figures["pages_below_half"] == 0


def test_a_page_that_raises_fails(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(crawler, "extract", broken)
    with pytest.raises(RuntimeError, match="a bug of ours"):
        gate.measure(corpus_pages(corpus), kept_out(corpus), processes=1)


def test_a_page_without_a_fold_is_not_read_with_a_model_that_may_know_it(corpus: Path) -> None:
    (page,) = corpus_pages(corpus)
    assert readable([page], FOLDS) == []
    with pytest.raises(KeyError):
        read_out_of_fold(page)


def test_reading_says_what_led_to_the_record(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.extraction.second_opinion.DOUBTFUL", -1.0)
    reading = read_with(corpus_pages(corpus)[0], None)
    assert len(reading.evidence.kept) == len(reading.tree.blocks) == 4
    assert any(reading.evidence.kept)
    assert reading.seconds > 0


def test_every_fold_has_its_model() -> None:
    folds = set(fold_of_pages(FOLDS).values()) - {KEPT_OUT}
    assert {fold_model(FOLDS, "page", fold).temperature > 0 for fold in folds} == {True}


def test_the_digest_is_of_documents_and_truth(corpus: Path) -> None:
    before = digest(corpus_pages(corpus))
    pages = corpus / "pages.jsonl"
    pages.write_text(pages.read_text().replace("bridge", "ferry"))
    assert digest(corpus_pages(corpus)) != before


def test_two_processes_keep_the_order(corpus: Path) -> None:
    pages = corpus_pages(corpus) * 3
    assert list(map_pages(_name, pages, 2)) == ["a", "a", "a"]


def _name(page: Any) -> str:
    return str(page.truth["id"])


FLOOR: dict[str, dict[str, Any]] = {
    "fundus-news": {
        "digest": "d", "word_f1": 0.97, "pages_below_half": 0, "title": 0.9, "date": 0.9, "authors": 0.9, "language": 1,
    }
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        ({}, True),
        ({"word_f1": 0.9685}, True),
        ({"word_f1": 0.967}, False),
        ({"title": 0.89}, False),
        ({"word_f1": 0.98, "pages_below_half": 1}, False),
        ({"digest": "other", "word_f1": 0.98}, False),
    ],
    ids=["same", "in the noise", "below", "a title lost", "a page lost", "other pages"],
)
def test_compare(change: dict[str, Any], passes: bool) -> None:
    assert (gate.compare({"fundus-news": FLOOR["fundus-news"] | change}, FLOOR) == []) is passes


def test_a_corpus_that_is_not_measured_fails() -> None:
    assert gate.compare({}, FLOOR) == ["fundus-news: has a floor but was not measured"]


def test_a_lower_floor_is_seen() -> None:
    now = {"fundus-news": FLOOR["fundus-news"] | {"word_f1": 0.967, "title": 0.95, "date": 0.899}}
    assert gate.lowered(now, FLOOR) == ["fundus-news word_f1"]
    leaks = {"typed": {"leak_pages": 0.03, "macro_f1": 0.8, "body_token_f1": 0.9}}
    assert gate.lowered({"typed": leaks["typed"] | {"leak_pages": 0.04}}, leaks) == ["typed leak_pages"]


@pytest.mark.parametrize(("reason", "written"), [(None, False), ("other truth", True)])
def test_a_floor_is_lowered_only_with_a_reason(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    reason: str | None,
    written: bool,
) -> None:
    floors = tmp_path / "floors.json"
    floors.write_text(json.dumps({"corpora": FLOOR, "full": {}, "regressions": []}))
    monkeypatch.setattr(gate, "FLOORS", floors)
    now = {"fundus-news": FLOOR["fundus-news"] | {"pages": 1, "word_f1": 0.96}}
    arguments = ["corpora", "--update", *(["--allow-regression", reason] if reason else [])]
    faults = gate.update_floors(now, gate.read_options(arguments))
    stored = json.loads(floors.read_text())
    assert (faults == []) is written
    assert stored["corpora"]["fundus-news"]["word_f1"] == (0.96 if written else 0.97)
    assert stored["regressions"] == (["fundus-news word_f1: other truth"] if written else [])


@pytest.mark.parametrize(
    ("found", "truth", "expected"),
    [("a b c d", "a b c d", 1.0), ("a b", "a b c d", 2 / 3), ("", "a", 0.0), ("", "", 1.0), ("日本", "日本語", 0.8)],
)
def test_word_f1(found: str, truth: str, expected: float) -> None:
    assert word_f1(found, truth) == pytest.approx(expected)


def test_snippets() -> None:
    page = {"with": ["One two", "three"], "without": ["four", "Five  six"]}
    assert text_scores("one  two four", page) == {"with": 0.5, "without": 0.5}


def test_metadata() -> None:
    page = {"title": "A title!", "date": "2026-11-20 10:00", "authors": ["Jane Doe", "John Roe"]}
    assert metadata_scores(page, "A Title", "2026-11-20T08:00Z", ["John Roe", "Jane Doe"]) == {
        "title": 1, "date": 1, "authors": 1,
    }  # fmt: skip
    assert metadata_scores(page, None, None, []) == {"title": 0, "date": 0, "authors": 0}
    assert metadata_scores({"author": "Jane Doe"}, None, None, ["Jane Doe"]) == {"authors": 1}
    assert language_score("nb-NO", {"languages": ["no"]}) == {"language": 1}
    assert language_score("en", {}) == {}


def test_label_figures() -> None:
    pages = [
        [("body", "body", 10), ("body", "other", 5), ("title", "body", 3), ("advertisement", "body", 5)],
        [("body", "body", 10), ("advertisement", "advertisement", 5)],
    ]
    figures = label_figures(pages)
    assert body_f1([row for page in pages for row in page]) == pytest.approx((2 * 20 / (25 + 25), 20 / 25))
    assert figures["leak_pages"] == 0.5
    assert figures["f1 advertisement"] == pytest.approx(2 / 3)
    assert figures["macro_f1"] == pytest.approx((2 * 2 / (3 + 4) + 0 + 2 / 3) / 3)
