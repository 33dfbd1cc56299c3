"""A page as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.items import Label
from crawler.view.terminal import print_blocks
from crawler.view.viewed import Viewed

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def test_each_block_is_a_line(make_viewed: Callable[..., Viewed], capsys: pytest.CaptureFixture[str]) -> None:
    viewed = make_viewed()
    print_blocks(viewed)
    lines = capsys.readouterr().out.splitlines()[3:-1]
    assert len(lines) == len(viewed.record.segments)
    for line, segment in zip(lines, viewed.record.segments, strict=True):
        mark, label, score = line.split()[:3]
        assert (label, score) == (segment.label, f"{segment.score:.2f}")
        assert mark == ("+" if segment.label.in_text else "-" if segment.label.is_boilerplate else "=")
        assert segment.text in line
        assert segment.reason in line


def test_no_line_steers_the_terminal(
    make_viewed: Callable[..., Viewed], make_page: Callable[..., bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    print_blocks(make_viewed(make_page("Ferry \u202e[red]in[/red] &#x200f; a week")))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[red]" in shown
    assert str(Label.TITLE) in shown
