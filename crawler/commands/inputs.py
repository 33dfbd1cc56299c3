"""Files, folders, page lists and stdin -> pages, one at a time."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from crawler.archives.members import begins_archive
from crawler.archives.pages import ArchiveCount
from crawler.commands.archive_inputs import is_archive, pages_of_archive, pages_of_archive_file
from crawler.errors import BadUrl, FileUnreadable, PageError, PageTooLarge
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import looks_like_html
from crawler.items import Page

PAGE_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".txt"})
"""What is read of a folder; `.gz` may follow."""
TEXT_SUFFIXES = frozenset({".txt"})
LIST_SUFFIXES = frozenset({".jsonl", ".ndjson"})
MAX_LIST_LINE_BYTES = 3 * DEFAULT_OPTIONS.max_bytes

STDIN_START_BYTES = 4096

Input = Page | tuple[str, PageError]
"""A page, or the name of an input with the reason why it is none."""


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
        yield from _pages_of_list(path, plain_text=plain_text)
    else:
        yield _page_of_file(path, plain_text=plain_text)


def _page_of_file(path: Path, *, plain_text: bool) -> Input:
    try:
        body = _read(path)
    except PageError as error:
        return str(path), error
    return _page(body, str(path), plain_text=plain_text or _suffix(path) in TEXT_SUFFIXES)


def _pages_of_list(path: Path, *, plain_text: bool) -> Iterator[Input]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        yield _page_of_line(path, line, plain_text=plain_text)
                    except PageError as error:
                        yield f"{path}:{number}", error
    except FileNotFoundError:
        yield str(path), FileUnreadable("no such file; check the path")
    except (OSError, EOFError, zlib.error) as error:
        yield str(path), FileUnreadable(f"cannot be read ({getattr(error, 'strerror', None) or error})")


def _page_of_line(path: Path, line: bytes, *, plain_text: bool) -> Page:
    """Return the page of one line of a page list; raises PageError."""
    if len(line) > MAX_LIST_LINE_BYTES:
        raise PageTooLarge(f"a line of {len(line):,} bytes, the cap is {MAX_LIST_LINE_BYTES:,}")
    try:
        entry = json.loads(line.removeprefix(BOM_UTF8).decode())
    except UnicodeDecodeError as error:
        raise FileUnreadable(f"not UTF-8 ({error.reason} at byte {error.start + 1})") from error
    except (ValueError, RecursionError) as error:
        raise FileUnreadable(f"not JSON ({error})") from error
    if not isinstance(entry, dict):
        raise FileUnreadable("not a JSON object with id, url, and html, file or html_text")
    identity, url = entry.get("id"), entry.get("url") or None
    if identity is not None and not isinstance(identity, str | int):
        raise FileUnreadable("“id” is neither text nor a number")
    if url is not None and not isinstance(url, str):
        raise BadUrl("“url” is no text")
    body, is_text = _body_of_entry(path, entry)
    return Page(
        body=body,
        url=url,
        requested_url=url,
        content_type="text/html; charset=utf-8" if is_text else None,
        input_id=None if identity is None else str(identity),
        plain_text=plain_text,
    )


def _body_of_entry(path: Path, entry: dict[str, Any]) -> tuple[bytes, bool]:
    """Return the bytes of a page, and whether they were text in the list itself."""
    text = entry.get("html_text")
    if isinstance(text, str):
        return text.encode("utf-8", "replace"), True
    name = entry.get("html") or entry.get("file")
    if not isinstance(name, str):
        raise FileUnreadable("none of html, file or html_text names a page")
    folder = path.parent.resolve()
    file = (folder / name).resolve()
    if not file.is_relative_to(folder):
        raise FileUnreadable(f"“{name}” lies outside the list's folder")
    return _read(file), False


def _page(body: bytes, name: str, *, plain_text: bool) -> Page:
    return Page(body=body, input_id=None if name == "-" else name, plain_text=plain_text)


def _read(path: Path) -> bytes:
    """Return the file's bytes, unpacked if it ends in .gz; at most one more than the cap."""
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as file:
                return file.read(DEFAULT_OPTIONS.max_bytes + 1)
        with path.open("rb") as file:
            return file.read(DEFAULT_OPTIONS.max_bytes + 1)
    except FileNotFoundError as error:
        raise FileUnreadable("no such file; check the path") from error
    except IsADirectoryError as error:
        raise FileUnreadable("is a folder") from error
    except (OSError, EOFError, zlib.error) as error:
        raise FileUnreadable(f"cannot be read ({getattr(error, 'strerror', None) or error})") from error


def _suffix(path: Path) -> str:
    return (path.with_suffix("") if path.suffix == ".gz" else path).suffix.lower()
