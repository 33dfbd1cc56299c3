"""Tables for the terminal or as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TextIO

Cell = str | float | None


@dataclass(slots=True)
class Table:
    title: str
    header: tuple[str, ...]
    rows: list[list[str]] = field(default_factory=list)

    def add(self, *cells: Cell) -> None:
        self.rows.append([_shown(cell) for cell in cells])


def write_tables(tables: Iterable[Table], out: TextIO, *, markdown: bool) -> None:
    for table in tables:
        out.write(f"\n### {table.title}\n\n" if markdown else f"\n{table.title}\n")
        lines = [list(table.header), *table.rows]
        if markdown:
            lines.insert(1, ["---"] * len(table.header))
            out.writelines("| " + " | ".join(line) + " |\n" for line in lines)
            continue
        widths = [max(len(line[n]) for line in lines) for n in range(len(table.header))]
        for line in lines:
            out.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:.4f}" if isinstance(cell, float) else str(cell)
