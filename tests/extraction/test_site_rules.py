"""`prune` and `keep` of a site, over whole pages."""

from __future__ import annotations

import pytest

from crawler.flow import record_of
from crawler.items import Label, Page, Record

PARAGRAPHS = [
    "The ferryman of ward 7 has opened a workshop at the harbour, after a year in which the building stood empty.",
    "The council had set the rent of the harbour at 207 crowns a month, which is less than the storehouse costs.",
    "On Saturday forty visitors are expected for the first evening, with soup, two fiddles and a talk on the name.",
    "The lease runs for six years, and the council has kept the right to use the hall on four evenings of each.",
    "“We had the keys on Monday and the first boat on Tuesday,” says the ferryman, who learned the trade in ward 3.",
]
RECIPE = "Two onions, a spoon of flour and a cup of cream are all that the harbour soup of the evening needs."
PAGE = (
    '<html lang="en"><head><title>Workshop opens</title></head><body><article><h1>Workshop opens</h1>'
    f'<p>{PARAGRAPHS[0]}</p><div class="own box"><p>{PARAGRAPHS[1]}</p></div>'
    + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[2:])
    + "</article>"
    f'<aside id="soup" class="widget"><h2>The soup</h2><p>{RECIPE}</p></aside></body></html>'
)


def read(**rules: tuple[str, ...]) -> Record:
    return record_of(Page(body=PAGE.encode(), url="https://news.example/story", **rules))  # type: ignore[arg-type]


def labels(record: Record) -> dict[str, Label]:
    return {segment.text: segment.label for segment in record.segments}


def test_without_rules() -> None:
    assert read().text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize("selector", [".own", "div.own.box > p", "article div"])
def test_pruned_text_is_other_and_says_why(selector: str) -> None:
    record = read(prune=(selector,))
    assert PARAGRAPHS[1] not in record.text
    assert PARAGRAPHS[0] in record.text
    (segment,) = [segment for segment in record.segments if segment.text == PARAGRAPHS[1]]
    assert (segment.label, segment.reason) == (Label.OTHER, f"this site prunes “{selector}”")


def test_what_is_kept_is_text_with_its_headings() -> None:
    record = read(keep=("#soup",))
    assert record.text.endswith(f"The soup\n\n{RECIPE}")
    assert labels(record)["The soup"] is Label.SUBHEADING


def test_prune_wins_and_a_title_stays_one() -> None:
    record = read(prune=("#soup",), keep=("body",))
    assert RECIPE not in record.text
    assert labels(record)["Workshop opens"] is Label.TITLE


def test_a_selector_that_matches_nothing() -> None:
    assert read(prune=("table.none",), keep=(".nothing",)).text == read().text
