"""Labels that readers gave find their blocks again when the splitter joins some."""

from __future__ import annotations

import pytest

from crawler.training.labelled_texts import labels_of, places_of

JOINED = ["Menu", "The party in Berlin said on Monday that it would vote.", "Menu", "Share"]


@pytest.mark.parametrize(
    ("labelled", "texts", "places"),
    [
        (["a b", "c"], ["a b", "c", "d"], [0, 1]),
        (["Menu", "The party in", "Berlin", "said on Monday that it would vote.", "Menu", "Share"], JOINED,
         [0, 1, 1, 1, 2, 3]),
        (["Menu", "gone", "Share"], JOINED, [0, None, 3]),
        (["hyphen ation", "x"], ["hyphenation", "x y", "z"], [0, 1]),
        (["Menu", "The mayor spoke. Read also: A bridge", "Share"], ["Menu", "The mayor spoke.", "Read also: A bridge",
         "Share"], [0, 2, 3]),
        (["Over 10 6 people", "x"], ["Over 10⁶ people", "x"], [0, 1]),
        ([], ["a"], []),
    ],
    ids=["a truncated page", "joined", "missing", "marks for hyphenation", "split", "raised", "none"],
)  # fmt: skip
def test_places(labelled: list[str], texts: list[str], places: list[int | None]) -> None:
    assert places_of(labelled, texts) == places


def test_the_longest_part_gives_the_label() -> None:
    labelled = [("Menu", 1), ("The party in", 2), ("Berlin", 3), ("said on Monday that it would vote.", 4)]
    assert labels_of(labelled, JOINED, -1) == (1, 4, -1, -1)


def test_parts_of_what_was_one_have_its_label() -> None:
    labelled = [("Menu", 1), ("The mayor spoke. Read also: A bridge", 2), ("Share", 3)]
    assert labels_of(labelled, ["Menu", "The mayor spoke.", "Read also: A bridge", "Share"], -1) == (1, 2, 2, 3)
