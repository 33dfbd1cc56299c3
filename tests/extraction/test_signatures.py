"""Blocks that only say who wrote the article, or when."""

from __future__ import annotations

from dataclasses import replace

import pytest

import crawler
from crawler.extraction.signatures import with_signatures
from crawler.items import Label, Segment


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("Von Anna Meier", Label.BYLINE),
        ("ANNA MEIER", Label.BYLINE),
        ("Written by Anna Meier and 김민수", Label.BYLINE),
        ("Anna", Label.BODY),
        ("Von Anna Meier stammt der Entwurf", Label.BODY),
        ("Bernd Schulz", Label.BODY),
    ],
)
def test_a_line_with_nothing_but_the_authors_is_a_byline(line: str, label: Label) -> None:
    found = with_signatures([Segment(Label.BODY, line, "/p", 0.5, "")], ("Anna Meier", "김민수"))
    assert [segment.label for segment in found] == [label]


def test_a_sure_heading_and_the_turns_of_a_speaker_stay() -> None:
    sure = [Segment(Label.SUBHEADING, "Anna Meier", "/h2", 0.95, "")]
    turns = [Segment(Label.BODY, "Anna Meier:", f"/p[{n}]", 0.6, "") for n in range(3)]
    assert with_signatures(sure, ("Anna Meier",)) == tuple(sure)
    assert with_signatures(turns, ("Anna Meier",)) == tuple(turns)


@pytest.mark.parametrize(
    ("line", "is_byline"),
    [
        ("By Jane Doe", True),
        ("Von Max Beispiel und Anna Meier", True),
        ("Par Marie Dupont, Jean Petit", True),
        ("By the river, the town built a wall", False),
        ("By Monday", False),
        ("Von Hamburg bis München fahren Busse", False),
    ],
)
def test_a_line_by_names_at_the_start_is_a_byline(line: str, is_byline: bool) -> None:
    body = Segment(Label.BODY, "The bridge over the river was closed. " * 30, "/p", 0.9, "")
    doubtful = Segment(Label.BODY, line, "/p", 0.7, "")
    first, _, last = with_signatures([doubtful, body, replace(doubtful, xpath="/p[3]")], ())
    assert (first.label is Label.BYLINE) == is_byline
    assert last.label is Label.BODY
    assert with_signatures([replace(doubtful, score=0.95)], ())[0].label is Label.BODY


def test_a_byline_of_a_small_page_is_not_in_its_text() -> None:
    text = "".join(
        f"<p>The bridge over the river was closed on day {n}, the town said, for repairs.</p>" for n in "3456"
    )
    head = '<h1>Bridge closed</h1><p class="author">By Jane Doe</p>'
    record = crawler.extract(f"<html><title>Bridge closed</title><body><article>{head}{text}</article></body></html>")
    assert record.authors == ("Jane Doe",)
    assert record.text.startswith("The bridge")


@pytest.mark.parametrize(
    ("lines", "labels"),
    [
        (["Oiva Räsänen", "14.11.2026 12:00 | Päivitetty 14.11.2026 16:20"], "bb"),
        (["Kelemen Virág · 2026. november 15. 09:20", "The bridge was closed."], "bt"),
        (["10. november 2026 kl. 07.00", "The bridge was closed."], "bt"),
        (["The bridge was closed.", "10. november 2026 kl. 07.00"], "tt"),
        (["Oiva Räsänen", "The bridge was closed."], "tt"),
        (["On 14 November 2026 the bridge fell", "The bridge was closed."], "tt"),
    ],
    ids=["who, then when", "both", "when", "below text", "a name alone", "a sentence"],
)
def test_lines_above_the_text_that_say_who_and_when(lines: list[str], labels: str) -> None:
    segments = [Segment(Label.BODY, line, f"/p[{n}]", 0.6, "") for n, line in enumerate(lines)]
    found = with_signatures(segments, ())
    assert "".join("b" if segment.label is Label.BYLINE else "t" for segment in found) == labels
