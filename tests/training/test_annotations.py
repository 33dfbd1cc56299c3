from __future__ import annotations

from pathlib import Path

import pytest

from crawler.extraction.block_model import LABELS
from crawler.extraction.blocks import split_text
from crawler.items import Label
from crawler.training.annotations import Annotation, block_digest, from_ranges, read_annotations, write_annotations

TREE = split_text("Brücke gesperrt\nDie Brücke bleibt zu.\nDer Umbau dauert.\nJetzt abonnieren")
RANGES = [(0, 0, "title"), (1, 2, "body"), (3, 3, "subscription")]


def test_labels_come_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    write_annotations([from_ranges("corpus/a", TREE, RANGES)], path)
    labels = read_annotations(path)["corpus/a"].labels(TREE)
    assert [LABELS[n] for n in labels] == [Label.TITLE, Label.BODY, Label.BODY, Label.SUBSCRIPTION]


def test_no_text_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    write_annotations([from_ranges("corpus/a", TREE, RANGES)], path)
    assert "Br" not in path.read_text(encoding="utf-8")


def test_a_changed_page_is_refused() -> None:
    annotation = from_ranges("corpus/a", TREE, RANGES)
    with pytest.raises(ValueError, match="corpus/a: its blocks are not those that were labelled"):
        annotation.labels(split_text("Brücke gesperrt\nDie Brücke ist offen.\nDer Umbau dauert.\nJetzt abonnieren"))


@pytest.mark.parametrize(
    ("ranges", "fault"),
    [
        ([(0, 0, "title"), (2, 3, "body")], "block 1 has no label or two"),
        ([(0, 1, "title"), (1, 3, "body")], "block 1 has no label or two"),
        ([(0, 1, "title")], "2 labels for 4 blocks"),
        ([(0, 3, "teaser")], "teaser"),
    ],
    ids=["gap", "overlap", "too few", "unknown label"],
)
def test_faulty_ranges(ranges: list[tuple[int, int, str]], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        from_ranges("corpus/a", TREE, ranges)


def test_no_file_no_annotations(tmp_path: Path) -> None:
    assert read_annotations(tmp_path / "none.jsonl") == {}


def test_the_shipped_annotations_are_whole() -> None:
    for page, annotation in read_annotations().items():
        assert isinstance(annotation, Annotation)
        assert page.count("/") == 1
        assert all(count > 0 for _, count in annotation.runs)
        assert len(annotation.digest) == len(block_digest(TREE))
