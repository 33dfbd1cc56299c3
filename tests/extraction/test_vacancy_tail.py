"""What stands below an article's vacancies is chaff, unless the article goes on."""

from __future__ import annotations

import pytest

import crawler

OPENING = (
    "The harbour tunnel closes to all traffic on Monday after inspectors found water behind its lining.",
    "Engineers expect the work to take eleven weeks and to cost four million pounds, half of it paid by the region.",
    "“We would rather shut it now than after an accident,” said Helen Marsh, who chairs the transport committee.",
)
VACANCIES = ("Vacancies", "Care assistant (m/f/d), apply now", "Site engineer (m/f/d), full time", "Welder (m/f/d)")
CHAFF = ("- The best books on tunnels", "Please keep your comments civil: they are moderated.", "A tunnel atlas")
PROSE = (
    "Drivers are being sent over the old bridge at Millgate, where queues reached two miles in a trial last month.",
    "Traders on the quay fear for the weeks before the holidays and have asked the council for a ferry of its own.",
)


def text_of(*lines: str) -> str:
    head = "<title>Tunnel closes</title></head><body><article><h1>Tunnel closes</h1>"
    body = "".join(f"<p>{line}</p>" for line in lines)
    return crawler.extract(f"<html><head>{head}{body}</article></body></html>").text


@pytest.mark.parametrize("prose", [PROSE, PROSE[:1]])
def test_prose_below_vacancies_stays(prose: tuple[str, ...]) -> None:
    text = text_of(*OPENING, *VACANCIES, *prose)
    assert text.split("\n\n") == [*OPENING, *prose]


def test_two_sentences_show_that_the_article_goes_on() -> None:
    more = ("More than forty drivers read the notice and turned back.", "The latest count speaks of two miles of cars.")
    below = (*more, "What the council says", "Nothing so far, and no date")
    assert text_of(*OPENING, *VACANCIES, *below).split("\n\n")[3:5] == [*more]


def test_all_else_below_them_goes() -> None:
    assert text_of(*OPENING, *VACANCIES, *CHAFF).split("\n\n") == [*OPENING]


def test_a_list_above_them_that_speaks_of_promotion_goes_too() -> None:
    above = ("- Buy the best books on tunnels", "- Support us: donate now", "- All tunnel news free by e-mail")
    assert text_of(*OPENING, *above, *VACANCIES, *CHAFF).split("\n\n") == [*OPENING]
