"""Records as CSV that a spreadsheet may open: no text of a page becomes a formula there."""

from __future__ import annotations

import csv
import io
import re

from crawler.exports.renamings import TABLE
from crawler.exports.values import value_at
from crawler.exports.writer import Write, Writer
from crawler.items import JsonValue, Record
from crawler.records.lines import json_line

COLUMNS = tuple(column for column in TABLE if not column.parts)
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 as the code page of its country."""
LONGEST_CELL = 32_767
"""UTF-16 units that Excel and LibreOffice show of a cell; what is over is cut or spills into other rows."""
SEPARATOR = "; "

_FORMULA = re.compile(r"(^|[;|\t\r\n])(\s*)(?=[=+\-@＝＋－＠])")


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet could take for a formula, at the beginning of a cell or line.

    Also after `;`, tab and `|`: a spreadsheet that is set to split there does not see our quotes (OWASP, CSV
    injection).
    """
    return _FORMULA.sub(r"\1\2'", text)


class CsvWriter(Writer):
    """The first row has the columns' names."""

    def __init__(self, write: Write) -> None:
        super().__init__(write)
        self._line = io.StringIO()
        self._csv = csv.writer(self._line, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        self.long_cells = 0
        """Cells over LONGEST_CELL."""
        self._line.write(BYTE_ORDER_MARK)
        self._send([column.theirs for column in COLUMNS])

    def add(self, record: Record) -> None:
        line = record.to_dict(navigation=True)
        self._send([self._cell(value_at(line, column.ours)) for column in COLUMNS])

    @property
    def warning(self) -> str | None:
        if not self.long_cells:
            return None
        cells = "1 cell is" if self.long_cells == 1 else f"{self.long_cells} cells are"
        return f"{cells} longer than the {LONGEST_CELL:,} characters that a spreadsheet shows; the file has them whole"

    def _send(self, cells: list[str | int | float]) -> None:
        self._csv.writerow(cells)
        self._write(self._line.getvalue().encode())
        self._line.seek(0)
        self._line.truncate()

    def _cell(self, value: JsonValue) -> str | int | float:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return value
        text = guarded(_text(value))
        self.long_cells += len(text) > LONGEST_CELL // 2 and len(text.encode("utf-16-le")) // 2 > LONGEST_CELL
        return text


def _text(value: JsonValue) -> str:
    if isinstance(value, list):
        return SEPARATOR.join(map(str, value))
    return json_line(value) if isinstance(value, dict) else str(value)
