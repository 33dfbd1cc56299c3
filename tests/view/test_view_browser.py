"""The view in a real browser, from disk: labels are switched, a label is corrected, the page can be used by all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crawler.extraction.block_model import LABELS
from crawler.extraction.blocks import split_tree
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import parse
from crawler.items import Label
from crawler.training.annotations import read_annotations
from crawler.view.html import ViewOptions, view_html

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawler.view.viewed import Viewed
    from tests.conftest import Browser

pytestmark = pytest.mark.browser
BLOCKS = ".record:not([hidden]) .block"


@pytest.fixture
def opened(
    browser: Browser, make_viewed: Callable[..., Viewed], make_page: Callable[..., bytes], tmp_path: Path
) -> Any:
    """A page of two records, of which the labels can be corrected."""
    pages = [make_viewed(), make_viewed(make_page("Second page of the day"), url="https://news.example/second")]
    path = tmp_path / "view.html"
    path.write_text(view_html(pages, ViewOptions(correct=True)), encoding="utf-8")
    return browser.open(path)


def labels_shown(page: Any) -> set[str]:
    blocks = page.locator(BLOCKS).all()
    return {block.get_attribute("data-label") for block in blocks if block.is_visible()}


def test_labels_are_switched_off_and_on(opened: Any) -> None:
    chip = opened.locator(".record:not([hidden]) .chips .chip[data-label=body]")
    assert "body" in labels_shown(opened)
    chip.click()
    assert chip.get_attribute("aria-pressed") == "false"
    assert "body" not in labels_shown(opened)
    chip.press("Enter")
    assert "body" in labels_shown(opened)
    opened.get_by_role("button", name="only removed").locator("visible=true").click()
    assert all(Label(label).is_boilerplate for label in labels_shown(opened))


def test_score_and_reason_on_hover_press_and_focus(opened: Any) -> None:
    card = opened.locator(".card")
    block = opened.locator(BLOCKS).nth(3)
    reason = block.get_attribute("data-reason")
    assert card.is_hidden()
    block.hover()
    assert reason in card.inner_text()
    opened.mouse.move(5, 400)
    assert card.is_hidden()
    block.click()
    opened.mouse.move(5, 400)
    assert card.is_visible()
    opened.keyboard.press("ArrowDown")
    assert opened.locator(BLOCKS).nth(4).get_attribute("data-reason") in card.inner_text()
    opened.keyboard.press("Escape")
    assert card.is_hidden()


def test_records_follow_each_other(opened: Any) -> None:
    heading = opened.locator(".record:not([hidden]) h2")
    assert heading.count() == 1
    first, second = heading.inner_text(), "Second page of the day"
    opened.locator("[rel=next]").click()  # the record changes when the browser has taken the new address
    heading.filter(has_text=second).wait_for()
    opened.locator("[rel=prev]").click()
    heading.filter(has_text=first).wait_for()
    opened.locator(".chooser").select_option("r2")
    heading.filter(has_text=second).wait_for()
    assert heading.count() == 1


def test_corrections_are_read_by_the_training(
    opened: Any, make_viewed: Callable[..., Viewed], make_page: Callable[..., bytes], tmp_path: Path
) -> None:
    viewed = make_viewed()
    wanted = [segment.label for segment in viewed.record.segments]
    by_click = next(n for n, label in enumerate(wanted) if label is Label.BODY)
    opened.locator(BLOCKS).nth(by_click).click()
    opened.locator(".card [data-give=advertisement]").click()
    wanted[by_click] = Label.ADVERTISEMENT
    opened.locator(BLOCKS).nth(by_click + 1).focus()
    opened.keyboard.press("Shift+ArrowDown")
    opened.keyboard.press("l")
    wanted[by_click + 1] = wanted[by_click + 2] = Label.LEAD
    last = len(wanted) - 1
    opened.locator(BLOCKS).nth(last).press("o")
    opened.locator(".card [data-do=restore]").click()
    assert opened.locator(".changes").inner_text() == "3 blocks corrected"

    with opened.expect_download() as begun:
        opened.locator(".save").click()
    path = tmp_path / "saved.jsonl"
    begun.value.save_as(path)
    assert begun.value.suggested_filename == "winnow-labels.jsonl"
    (line,) = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["corrected"] == [by_click, by_click + 1, by_click + 2]
    tree = split_tree(parse(make_page().decode(), DEFAULT_OPTIONS))
    assert read_annotations(path)[viewed.record.id].labels(tree) == tuple(map(LABELS.index, wanted))


def test_counts_follow_the_corrections(opened: Any) -> None:
    count = opened.locator(".record:not([hidden]) .chips .chip[data-label=body] b")
    before = int(count.inner_text())
    opened.locator(f"{BLOCKS}[data-label=body]").first.press("e")
    assert int(count.inner_text()) == before - 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390], ids=["desktop", "phone"])
@pytest.mark.parametrize("correct", [False, True], ids=["view", "correct"])
def test_everyone_can_use_it(
    browser: Browser, make_viewed: Callable[..., Viewed], tmp_path: Path, correct: bool, width: int, scheme: str
) -> None:
    path = tmp_path / "view.html"
    pages = [make_viewed()] if correct else [make_viewed(), make_viewed(whole=False)]
    path.write_text(view_html(pages, ViewOptions(correct=correct)), encoding="utf-8")
    page = browser.open(path, width=width, scheme=scheme)
    page.locator(BLOCKS).first.click()
    browser.check(page)
