"""What a person is told while the work goes on."""

from __future__ import annotations

import io
from time import sleep

import pytest
from rich.console import Console as RichConsole

from crawler.commands.console import printable
from crawler.commands.progress import in_place, line_by_line
from crawler.commands.tally import RATE_SECONDS, Tally


def counted(states: str, *, total: int | None = None, seconds: float = 1.0) -> Tally:
    """A tally with a page of each state, so many seconds apart, from 0 on."""
    tally = Tally(total)
    for number, state in enumerate(states.split()):
        tally.count(state, number * seconds)
    return tally


@pytest.mark.parametrize(
    ("tally", "now", "words"),
    [
        (Tally(), 0.0, "0 pages"),
        (Tally(5), 0.0, "0 of 5 pages"),
        (counted("new"), 0.5, "1 page"),
        (counted("new new new"), 2.0, "3 pages, 1.0/s"),
        (counted("new new new", total=63), 2.0, "3 of 63 pages, 1.0/s, 0:01:00 left"),
        (counted("new new new", total=3), 2.0, "3 of 3 pages, 1.0/s"),
        (counted("new new new", total=9), 4.0, "3 of 9 pages, 0.5/s, 0:00:12 left"),
    ],
)
def test_numbers_rate_and_time_left(tally: Tally, now: float, words: str) -> None:
    assert tally.measure(now) == words


def test_the_rate_is_of_the_last_half_minute() -> None:
    tally = counted("new " * 100, seconds=0.1)
    for number in range(40):
        tally.count("new", 20 + number)
    assert tally.rate(59.0) == pytest.approx(1.0, rel=0.1)
    assert 59.0 - tally._marks[0][0] <= RATE_SECONDS


def test_states_and_places() -> None:
    tally = counted("failed new new")
    tally.places = ("a", "b", "c", "d", "e")
    assert tally.states_and_places() == "2 new, 1 failed; a, b, c and 2 more"
    assert Tally().states_and_places() == ""


def test_lines_without_a_terminal_also_where_nothing_moves() -> None:
    said: list[str] = []
    tally = Tally(4, ("herald",))
    with line_by_line("crawl", tally, said.append, seconds=0.01):
        while len(said) < 3:
            sleep(0.01)
    assert set(said) == {"crawl: 0 of 4 pages: herald"}
    told = len(said)
    sleep(0.03)
    assert len(said) == told


@pytest.mark.parametrize("columns", [80, 40])
def test_in_a_terminal_two_lines_that_go_away(columns: int) -> None:
    out = io.StringIO()
    tally = counted("new new failed", total=30)
    tally.places = ("\x1b[31mherald",)
    with in_place("crawl", tally, RichConsole(file=out, force_terminal=True, width=columns), printable):
        sleep(0.4)
    shown = out.getvalue()
    assert "3 of 30" in shown
    assert "2 new, 1 failed" in shown
    assert "\x1b[31mherald" not in shown
    assert shown.rstrip().endswith("\x1b[2K") or "\x1b[1A\x1b[2K" in shown
