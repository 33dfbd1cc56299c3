"""What a person, or a machine with --json-logs, reads on stderr."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawler.commands.tally import Tally
from crawler.errors import OutputError, PageError

if TYPE_CHECKING:
    from rich.console import Console as RichConsole


def printable(text: str) -> str:
    """Return one line that cannot steer a terminal: what is not printable is escaped."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def counted(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


class Console:
    """Words and progress on stderr; stdout belongs to records."""

    def __init__(self, *, json_logs: bool = False, quiet: bool = False) -> None:
        self.json_logs = json_logs
        self.quiet = quiet
        self._rich: RichConsole | None = None

    def say(self, text: str, **fields: object) -> None:
        """Tell what happens, unless --quiet; the fields are for machines."""
        if not self.quiet:
            self._write("info", text, **fields)

    def warn(self, text: str) -> None:
        self._write("warning", text)

    def fail(self, where: str, error: PageError) -> None:
        """Name an input that gave no record, its state and its cause: one line."""
        fault = str(error).removeprefix(f"{where}: ")
        self._write(error.state, f"{where}: {error.cause}: {fault}", where=where, cause=error.cause)

    def error(self, text: str) -> None:
        self._write("error", f"winnow: {text}")

    def refuse(self, text: str) -> None:
        """Say what is wrong with the command line; the text may have several lines."""
        if self.json_logs:
            self._write("error", text)
        else:
            print("\n".join(map(printable, text.splitlines())), file=sys.stderr, flush=True)

    def log(self, level: str, name: str, text: str) -> None:
        self._write(level, text, logger=name)

    @property
    def shows_progress(self) -> bool:
        return not self.quiet and not self.json_logs

    @contextmanager
    def progress(self, name: str, total: int | None = None) -> Iterator[Tally]:
        """Give a tally to count in; it is shown while the block runs, unless machines or nobody listen."""
        tally = Tally(total)
        if not self.shows_progress:
            yield tally
            return
        from crawler.commands import progress  # rich takes a moment to load

        if sys.stderr.isatty():
            with progress.in_place(name, tally, self._console(), printable):
                yield tally
        else:
            with progress.line_by_line(name, tally, self.say):
                yield tally

    def _write(self, level: str, text: str, **fields: object) -> None:
        if self.json_logs:
            now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            print(
                json.dumps({"time": now, "level": level, "message": text, **fields}),
                file=sys.stderr,
                flush=True,
            )
        elif self._rich is not None:
            self._rich.print(printable(text), markup=False, highlight=False, soft_wrap=True)
        else:
            print(printable(text), file=sys.stderr, flush=True)

    def _console(self) -> RichConsole:
        from rich.console import Console as RichConsole  # only a terminal needs it

        self._rich = self._rich or RichConsole(stderr=True)
        return self._rich


class ConsoleHandler(logging.Handler):
    """Log lines of Scrapy and of ours through the console, so that they neither break progress nor a terminal."""

    def __init__(self, console: Console, level: int) -> None:
        super().__init__(level)
        self.console = console

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple) and any(isinstance(word, OutputError) for word in record.args):
            return  # what ends the run is the command's last line
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        self.console.log(record.levelname.lower(), record.name, text)
