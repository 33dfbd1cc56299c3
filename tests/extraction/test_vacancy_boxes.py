"""Entries below the heading of vacancies."""

from __future__ import annotations

import pytest
from lxml import html

from crawler.extraction.blocks import split_tree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.hints import gather_hints
from crawler.extraction.vacancy_boxes import with_vacancies
from crawler.items import Label, Segment

ROW = "<div><a href=/1>Polarladan, Kiruna</a></div>"


def label_of_row(body: str, label: Label, score: float = 0.7) -> Label:
    tree = split_tree(html.document_fromstring(f"<html><body><p>Text</p>{body}</body></html>"))
    segments = [Segment(label, b.text, b.xpath, score, "") for b in tree.blocks]
    found = with_vacancies(tree, segments, gather_hints(tree, PageEvidence((0.0,) * len(tree.blocks))))
    return next(s.label for s in found if s.text.startswith("Polarladan"))


@pytest.mark.parametrize(
    ("body", "label", "expected"),
    [
        (f"<div><div>Lediga jobb</div>{ROW}</div>", Label.RELATED, Label.JOB_LISTING),
        (f"<div><h3>Stellenangebote</h3>{ROW}</div>", Label.ADVERTISEMENT, Label.JOB_LISTING),
        (f"<div><h3>Stellenangebote</h3>{ROW}</div>", Label.NAVIGATION, Label.NAVIGATION),
        (f"<div><h3>Stellenangebote</h3>{ROW}</div>", Label.BODY, Label.BODY),
        (f"<div><h3>Stellenangebote</h3><p>Koch</p><h3>Neues</h3>{ROW}</div>", Label.RELATED, Label.RELATED),
        (f"<div><h3>Stellenangebote</h3><p>Meistgelesen</p>{ROW}</div>", Label.RELATED, Label.RELATED),
        (f"<div><h3>Stellenangebote</h3></div><div>{ROW}</div>", Label.RELATED, Label.RELATED),
    ],
    ids=["no heading tag", "heading", "sure menu", "text", "next heading", "other box's phrase", "another box"],
)
def test_entries(body: str, label: Label, expected: Label) -> None:
    assert label_of_row(body, label) is expected


def test_a_doubtful_menu_is_one_too() -> None:
    assert label_of_row(f"<div><h3>Stellenangebote</h3>{ROW}</div>", Label.NAVIGATION, 0.4) is Label.JOB_LISTING


@pytest.mark.parametrize(
    ("text", "label", "score", "expected"),
    [
        ("Polarladan sucht Koch (m/w/d)", Label.RELATED, 0.98, Label.JOB_LISTING),
        ("Polarladan sucht Koch (m/w/d)", Label.NAVIGATION, 0.7, Label.JOB_LISTING),
        ("Polarladan sucht Koch (m/w/d)", Label.NAVIGATION, 0.9, Label.NAVIGATION),
        ("Polarladan sucht Koch (m/w/d)", Label.BODY, 0.6, Label.BODY),
        ("Polarladan sucht einen Koch", Label.RELATED, 0.98, Label.RELATED),
    ],
)
def test_what_says_by_itself_that_it_is_a_vacancy(text: str, label: Label, score: float, expected: Label) -> None:
    assert label_of_row(f"<p>{text}</p>", label, score) is expected
