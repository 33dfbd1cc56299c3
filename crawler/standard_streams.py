"""stdout and stderr of a command as a script may hand them over: full, closed, without a reader, taking only a part."""

from __future__ import annotations

import io
import os
import select
import sys
from typing import Final

from crawler.errors import OutputError

STANDARD: Final = (0, 1, 2)


class StandardOutput(io.RawIOBase):
    """What takes all that is written, or raises OutputError; BrokenPipeError where nobody reads any more."""

    def __init__(self, descriptor: int | None) -> None:
        super().__init__()
        self._descriptor = descriptor
        """None: it was closed when the command began."""
        self.reader_is_gone = False

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._descriptor is not None and os.isatty(self._descriptor)

    def fileno(self) -> int:
        if self._descriptor is None:
            raise io.UnsupportedOperation("standard output is closed")
        return self._descriptor

    def write(self, content: object, /) -> int:
        rest = memoryview(content).cast("B")  # type: ignore[arg-type]
        if self._descriptor is None:
            raise OutputError("standard output is closed; redirect it to a file or name one with --output")
        length = len(rest)
        try:
            while rest:
                rest = rest[_write_some(self._descriptor, rest) :]
        except OSError as error:
            # What is still buffered would fail again when Python ends, with another exit code.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._descriptor)
            if isinstance(error, BrokenPipeError):
                self.reader_is_gone = True
                raise
            raise OutputError(f"standard output cannot be written ({error.strerror or error})") from error
        return length


class _LastWords(io.RawIOBase):
    """stderr: where it cannot be written there is nowhere to say so, and the work goes on."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def fileno(self) -> int:
        return self._descriptor

    def write(self, content: object, /) -> int:
        rest = memoryview(content).cast("B")  # type: ignore[arg-type]
        length = len(rest)
        try:
            while rest:
                rest = rest[_write_some(self._descriptor, rest) :]
        except OSError:
            return length
        return length


def _write_some(descriptor: int, content: memoryview) -> int:
    """Write what the descriptor takes now and return how much; wait where it takes nothing."""
    try:
        return os.write(descriptor, content)
    except BlockingIOError:  # whoever shares the pipe has made it so
        select.select([], [descriptor], [])
        return 0


def guard_streams() -> StandardOutput | None:
    """Put ours in place of `sys.stdout` and `sys.stderr`; return the former, None where somebody else has replaced it.

    A title must not end a command in Latin-1, so what a stream's charset lacks is escaped.
    """
    was_closed = _occupied()
    output = None
    if sys.stdout is sys.__stdout__:
        charset = sys.stdout.encoding if sys.stdout is not None else "utf-8"
        output = StandardOutput(None if was_closed[1] else 1)
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(output), charset, "backslashreplace", line_buffering=output.isatty()
        )
    if sys.stderr is sys.__stderr__:
        charset = sys.stderr.encoding if sys.stderr is not None else "utf-8"
        words = io.BufferedWriter(_LastWords(2))
        sys.stderr = io.TextIOWrapper(words, charset, "backslashreplace", line_buffering=True)
    return output


def _occupied() -> list[bool]:
    """Return which of the standard descriptors were closed; they lead to nothing now, not to the next file opened."""
    closed = []
    for descriptor in STANDARD:
        try:
            os.fstat(descriptor)
            closed.append(False)
        except OSError:
            closed.append(True)
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != descriptor:
                os.dup2(opened, descriptor, inheritable=True)
                os.close(opened)
    return closed
