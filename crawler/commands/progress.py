"""Shows a tally while the work goes on: two lines that stay in place in a terminal, else a line now and then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from crawler.commands.tally import Tally

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.console import RenderableType

PLAIN_SECONDS = 30.0
"""Seconds between two lines where no terminal is."""
BAR_COLUMNS = 20
FRAMES_A_SECOND = 4


@contextmanager
def in_place(name: str, tally: Tally, console: RichConsole, printable: Callable[[str], str]) -> Iterator[None]:
    """Show the tally at the bottom of the terminal; it is gone after the block."""

    def render() -> RenderableType:
        now = monotonic()
        # At the end of a crawl that finds more while it fetches, the total may be behind for a moment.
        total = None if tally.total is None else max(tally.total, tally.done, 1)
        lines = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=total, completed=tally.done, width=BAR_COLUMNS, pulse=total is None)
        first = Table.grid(padding=(0, 1))
        first.add_row(Text(name), bar, _line(tally.measure(now)))
        lines.add_row(first)
        lines.add_row(_line(printable(tally.states_and_places())))
        return lines

    with Live(get_renderable=render, console=console, refresh_per_second=FRAMES_A_SECOND, transient=True):
        yield


@contextmanager
def line_by_line(name: str, tally: Tally, say: Callable[[str], None], seconds: float = PLAIN_SECONDS) -> Iterator[None]:
    """Say a line every few seconds, also where nothing moves: a log shows then what the work waits for."""
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(seconds):
            say(": ".join(filter(None, (f"{name}: {tally.measure(monotonic())}", tally.states_and_places()))))

    thread = threading.Thread(target=tell, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _line(text: str) -> Text:
    return Text(text, no_wrap=True, overflow="ellipsis")
