"""Files, folders, page lists and stdin -> pages, one at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from crawler.archives.members import begins_archive
from crawler.archives.pages import ArchiveCount
from crawler.commands.archive_inputs import is_archive, pages_of_archive, pages_of_archive_file
from crawler.commands.page_files import read_file
from crawler.commands.page_lists import Input, pages_of_lines, pages_of_list
from crawler.errors import FileUnreadable, PageError
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import looks_like_html
from crawler.items import Page

PAGE_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".txt"})
"""What is read of a folder; `.gz` may follow."""
TEXT_SUFFIXES = frozenset({".txt"})
LIST_SUFFIXES = frozenset({".jsonl", ".ndjson"})

STDIN_START_BYTES = 4096


def pages_of(
    paths: tuple[str, ...], *, plain_text: bool, archive_read: Callable[[ArchiveCount], None] | None = None
) -> Iterator[Input]:
    """Yield the pages of every path in order; an unreadable one is yielded with its error. `-` is stdin.

    `archive_read` is told, at the end of each WARC archive, what it held.
    """
    for path in paths:
        if path == "-":
            found = _pages_of_stdin(plain_text=plain_text)
        else:
            found = _pages_of_path(Path(path), plain_text=plain_text)
        for page in found:
            if not isinstance(page, ArchiveCount):
                yield page
            elif archive_read is not None:
                archive_read(page)


def page_count(paths: tuple[str, ...]) -> int | None:
    """Return how many inputs the paths lead to; None where only reading tells: archives, page lists, stdin."""
    count = 0
    for path in map(Path, paths):
        found = [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]
        if str(path) == "-" or any(is_archive(p) or _suffix(p) in LIST_SUFFIXES for p in found):
            return None
        count += sum(_suffix(p) in PAGE_SUFFIXES for p in found) if path.is_dir() else 1
    return count


def _pages_of_stdin(*, plain_text: bool) -> Iterator[Input | ArchiveCount]:
    stdin = sys.stdin.buffer
    start = stdin.read(STDIN_START_BYTES)
    if begins_archive(start):
        yield from pages_of_archive(_Resumed(start, stdin), "-")
        return
    if start.lstrip().startswith(b"{") and not plain_text:
        yield from pages_of_lines(Path("-"), _Resumed(start, stdin), plain_text=plain_text)
        return
    body = start + stdin.read(DEFAULT_OPTIONS.max_bytes + 1 - len(start))
    yield _page(body, "-", plain_text=plain_text or not looks_like_html(start))


class _Resumed:
    """A pipe whose first bytes were looked at."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start = start
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        start, self._start = self._start, b""
        return start or self._rest.read(size)

    def readline(self, size: int, /) -> bytes:
        end = self._start.find(b"\n") + 1
        line, self._start = self._start[: end or None], self._start[end:] if end else b""
        return line if end else line + self._rest.readline(size - len(line))


def _pages_of_path(path: Path, *, plain_text: bool) -> Iterator[Input | ArchiveCount]:
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if (_suffix(p) in PAGE_SUFFIXES or is_archive(p)) and p.is_file())
        if not found:
            yield str(path), FileUnreadable("no .html, .htm, .xhtml, .txt or .warc file in this folder")
        for file in found:
            if is_archive(file):
                yield from pages_of_archive_file(file)
            else:
                yield _page_of_file(file, plain_text=plain_text)
    elif is_archive(path):
        yield from pages_of_archive_file(path)
    elif _suffix(path) in LIST_SUFFIXES:
        yield from pages_of_list(path, plain_text=plain_text)
    else:
        yield _page_of_file(path, plain_text=plain_text)


def _page_of_file(path: Path, *, plain_text: bool) -> Input:
    try:
        body = read_file(path)
    except PageError as error:
        return str(path), error
    return _page(body, str(path), plain_text=plain_text or _suffix(path) in TEXT_SUFFIXES)


def _page(body: bytes, name: str, *, plain_text: bool) -> Page:
    return Page(body=body, input_id=None if name == "-" else name, plain_text=plain_text)


def _suffix(path: Path) -> str:
    return (path.with_suffix("") if path.suffix == ".gz" else path).suffix.lower()
