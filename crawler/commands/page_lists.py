"""Page lists: JSON Lines that name a page each, or have it in them."""

from __future__ import annotations

import gzip
import json
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from crawler.commands.page_files import read_file
from crawler.errors import BadUrl, FileUnreadable, PageError, PageTooLarge
from crawler.extraction.clean_text import cap
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.items import Page
from crawler.urls import SHOWN_CHARS

MAX_LIST_LINE_BYTES = 3 * DEFAULT_OPTIONS.max_bytes

Input = Page | tuple[str, PageError]
"""A page, or the name of an input with the reason why it is none."""


class Lines(Protocol):
    def readline(self, size: int, /) -> bytes: ...


def pages_of_list(path: Path, *, plain_text: bool) -> Iterator[Input]:
    """Yield the page of each line, or the line's number with its fault."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            yield from pages_of_lines(path, lines, plain_text=plain_text)
    except FileNotFoundError:
        yield str(path), FileUnreadable("no such file; check the path")
    except (OSError, EOFError, zlib.error) as error:
        yield str(path), FileUnreadable(f"cannot be read ({getattr(error, 'strerror', None) or error})")


def pages_of_lines(path: Path, lines: Lines, *, plain_text: bool) -> Iterator[Input]:
    """Yield the page of each line of the open list; `path` is its name, and where the files are that it names."""
    for number, line in enumerate(_capped_lines(lines), 1):
        if line.strip():
            try:
                yield _page_of_line(path, line, plain_text=plain_text)
            except PageError as error:
                yield f"{path}:{number}", error


def _capped_lines(file: Lines) -> Iterator[bytes]:
    """Yield the lines; of one over the cap no more than a byte beyond it."""
    while line := file.readline(MAX_LIST_LINE_BYTES + 1):
        yield line
        rest = line
        while len(rest) > MAX_LIST_LINE_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LIST_LINE_BYTES + 1)


def _page_of_line(path: Path, line: bytes, *, plain_text: bool) -> Page:
    """Return the page of one line of a page list; raises PageError."""
    if len(line) > MAX_LIST_LINE_BYTES:
        raise PageTooLarge(f"a line over the cap of {MAX_LIST_LINE_BYTES:,} bytes")
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
    return read_file(_listed_file(path.parent.resolve(), name)), False


def _listed_file(folder: Path, name: str) -> Path:
    """Return the path of a file that a list names; it must lie in the list's folder, and be a file."""
    try:
        file = (folder / name).resolve()
        is_other = file.exists() and not file.is_file() and not file.is_dir()
    except (OSError, ValueError, RuntimeError) as error:  # a name too long, with a NUL, in a loop of links
        fault = getattr(error, "strerror", None) or error
        raise FileUnreadable(f"“{cap(name, SHOWN_CHARS)}” is no file name ({fault})") from error
    if not file.is_relative_to(folder):
        raise FileUnreadable(f"“{name}” lies outside the list's folder")
    if is_other:
        raise FileUnreadable(f"“{name}” is a pipe, a socket or a device")  # to open one may wait for ever
    return file
