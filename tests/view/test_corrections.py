"""A corrected page is a line that the training reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from crawler.extraction.block_model import LABELS
from crawler.extraction.blocks import split_tree
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import parse
from crawler.items import Label
from crawler.training.annotations import read_annotations
from crawler.view.corrections import KEYS, page_head

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawler.view.viewed import Viewed


def test_every_label_has_a_key_of_its_own() -> None:
    assert set(KEYS) == set(Label)
    assert len(set(KEYS.values())) == len(Label)


def test_the_line_fits_the_page(
    make_viewed: Callable[..., Viewed], make_page: Callable[..., bytes], tmp_path: Path
) -> None:
    viewed = make_viewed()
    labels = [segment.label for segment in viewed.record.segments]
    labels[0] = Label.LEGAL
    path = tmp_path / "labels.jsonl"
    path.write_text(json.dumps(page_head(viewed) | {"runs": [[label, 1] for label in labels]}) + "\n")
    tree = split_tree(parse(make_page().decode(), DEFAULT_OPTIONS))
    annotation = read_annotations(path)[viewed.record.id]
    assert annotation.labels(tree) == tuple(map(LABELS.index, labels))


def test_a_page_from_disk_is_named_and_not_copied(make_viewed: Callable[..., Viewed]) -> None:
    head = page_head(make_viewed())
    assert (head["file"], head["html_text"], head["kind"]) == ("ferry.html", None, "html")
