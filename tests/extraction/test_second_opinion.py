from __future__ import annotations

import numpy as np
import pytest
from lxml import html
from numpy.typing import NDArray

from crawler.extraction import page_labels
from crawler.extraction.block_model import LABELS, TEXT_COUNT
from crawler.extraction.blocks import BlockTree, split_tree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.page_labels import LabelledPage, label_page
from crawler.extraction.second_opinion import DOUBTFUL, VOTE, doubt, weigh_opinion, with_second_opinion
from crawler.items import Label, Page

PARAGRAPHS = [
    "The ferry to the outer islands sails again from Monday, the harbour office said, after a winter of repairs to the "
    "landing stage that had kept the route closed since the storms of last November.",
    "Two boats will share the timetable at first, one in the morning and one in the late afternoon, and the smaller "
    "one takes no cars; a third sailing at noon is promised for the summer holidays.",
]
MARKUP = "<html><body><article><h1>Ferry sails again</h1>{}</article></body></html>"


def tree_of(texts: list[str]) -> BlockTree:
    return split_tree(html.document_fromstring(MARKUP.format("".join(f"<p>{text}</p>" for text in texts))))


def shares(*of_body: float) -> NDArray[np.float32]:
    """Return probabilities of blocks that are body or related."""
    rows = np.zeros((len(of_body), len(LABELS)), np.float32)
    rows[:, LABELS.index(Label.BODY)] = of_body
    rows[:, LABELS.index(Label.RELATED)] = 1 - np.array(of_body)
    return rows


@pytest.mark.parametrize(
    ("of_body", "expected"),
    [((1.0, 1.0, 1.0), 0.0), ((0.0, 1.0, 0.5), 0.25), ((0.0, 0.5, 0.5), 0.5)],
    ids=["sure", "half of one of two", "all could be either"],
)
def test_doubt_is_the_share_of_characters_expected_wrong(of_body: tuple[float, ...], expected: float) -> None:
    text = "x" * 400
    tree = tree_of([text, text])
    assert doubt(tree.blocks, shares(*of_body)) == pytest.approx(expected, abs=0.01)


def test_a_page_that_may_hold_text_but_has_none_is_doubtful() -> None:
    tree = tree_of(PARAGRAPHS)
    assert doubt(tree.blocks, shares(0.0, 0.3, 0.3)) > DOUBTFUL
    assert doubt(tree.blocks, shares(0.0, 0.0, 0.0)) == 0.0


def test_a_sure_page_is_not_asked_about() -> None:
    tree = tree_of(PARAGRAPHS)

    def ask() -> tuple[float, ...]:
        pytest.fail("asked about a page without doubt")

    assert with_second_opinion(PageEvidence(), tree.blocks, shares(0.0, 1.0, 1.0), ask).kept == ()


def test_what_it_says_of_a_doubtful_page_is_kept() -> None:
    tree = tree_of(PARAGRAPHS)
    found = with_second_opinion(PageEvidence(), tree.blocks, shares(0.0, 0.5, 0.5), lambda: (0.0, 1.0, 0.0))
    assert found.kept == (0.0, 1.0, 0.0)


def test_its_vote_moves_the_log_odds_of_text() -> None:
    before = shares(0.2, 0.5, 0.5)
    weighed = weigh_opinion(before, (0.0, 1.0, 0.0))
    assert np.allclose(weighed.sum(axis=1), 1)
    moved = [np.log(p[:, :TEXT_COUNT].sum(axis=1) / p[:, TEXT_COUNT:].sum(axis=1)) for p in (before, weighed)]
    assert np.allclose(moved[1] - moved[0], [-VOTE, VOTE, -VOTE], atol=1e-4)


def test_an_answer_that_holds_no_block_says_nothing() -> None:
    before = shares(0.2, 0.5, 0.5)
    for kept in ((), (0.0, 0.0, 0.0)):
        assert (weigh_opinion(before, kept) == before).all()


def labelled(monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...], texts: list[str]) -> LabelledPage:
    asked = []

    def find(root: object, *, url: str | None) -> tuple[str, ...]:
        asked.append(url)
        return lines

    monkeypatch.setattr(page_labels, "find_main_content", find)
    root = html.document_fromstring(MARKUP.format("".join(f"<p>{text}</p>" for text in texts)))
    found = label_page(root, split_tree(root), PageEvidence(), Page(b"", url="https://example.org/a"), DEFAULT_OPTIONS)
    assert len(asked) == (found.method == "blocks+trafilatura")
    return found


def test_the_method_says_whether_it_was_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    assert labelled(monkeypatch, tuple(PARAGRAPHS), PARAGRAPHS).method == "blocks"
    monkeypatch.setattr("crawler.extraction.second_opinion.DOUBTFUL", -1.0)
    assert labelled(monkeypatch, tuple(PARAGRAPHS), PARAGRAPHS).method == "blocks+trafilatura"
