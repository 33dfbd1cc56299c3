"""A page's blocks as lines: kept or not, label, score, text, reason."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from crawler.items import Label, Segment
from crawler.view.viewed import Viewed, place_of

MARKS = {True: "+", False: "-"}
FIELD_MARK = "="
LABEL_COLUMNS = max(len(label) for label in Label)
TEXT_SHARE = 0.55
"""Of what is left of a terminal's line, the part that the text may take before the reason. Chosen, not measured."""
STYLES = {"kept in the text": "green", "kept in a field": "cyan", "removed": "yellow"}


def print_blocks(viewed: Viewed) -> None:
    """Print the page to stdout: cut to the width of a terminal, whole and without colours elsewhere."""
    is_terminal = sys.stdout.isatty()
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(_printable(viewed.title), style="bold"))
    for line in _head(viewed):
        console.print(Text(_printable(line), style="dim"))
    for segment in viewed.record.segments:
        console.print(_line(segment, console.width if is_terminal else None))
    console.print()


def _head(viewed: Viewed) -> Iterator[str]:
    record = viewed.record
    yield f"{record.url or record.input_id or record.id} · {record.extraction.status} · {record.language}"
    if viewed.missing is not None:
        yield viewed.missing
    yield f"{MARKS[True]} kept in the text   {FIELD_MARK} kept in a field   {MARKS[False]} removed"


def _line(segment: Segment, columns: int | None) -> Text:
    place = place_of(segment.label)
    mark = FIELD_MARK if place == "kept in a field" else MARKS[segment.label.in_text]
    head = f"{mark} {segment.label:{LABEL_COLUMNS}} {segment.score:.2f}  "
    text, reason = _printable(segment.text), _printable(segment.reason)
    if columns is not None:
        room = max(20, columns - len(head) - 4)
        text = _cut(text, max(int(room * TEXT_SHARE), room - len(reason)))
        reason = _cut(reason, room - len(text))
    return Text.assemble((head, STYLES[place]), text, (f"  ({reason})", "dim") if reason else "")


def _cut(text: str, columns: int) -> str:
    return text if len(text) <= columns else text[: max(0, columns - 1)] + "…"


def _printable(text: str) -> str:
    """Return one line that cannot steer a terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
