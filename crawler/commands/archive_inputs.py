"""WARC archives among the inputs: which they are, and their pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crawler.archives.pages import ArchiveCount, Refusal, archived_pages
from crawler.archives.raw_bytes import Readable
from crawler.errors import FileUnreadable, PageError
from crawler.items import Page

ARCHIVE_SUFFIXES = (".warc", ".warc.gz", ".warc.zst")


def is_archive(path: Path) -> bool:
    """Whether the file is an archive, by its name; a `.part` of a run that was killed is one too."""
    return path.name.lower().removesuffix(".part").endswith(ARCHIVE_SUFFIXES)


def pages_of_archive_file(path: Path) -> Iterator[Page | tuple[str, PageError] | ArchiveCount]:
    """Yield what `pages_of_archive` does; a file that cannot be opened or read on is yielded with its error."""
    try:
        with path.open("rb") as file:
            yield from pages_of_archive(file, str(path))
    except FileNotFoundError:
        yield str(path), FileUnreadable("no such file; check the path")
    except OSError as error:
        yield str(path), FileUnreadable(f"cannot be read ({error.strerror or error})")


def pages_of_archive(file: Readable, name: str) -> Iterator[Page | tuple[str, PageError] | ArchiveCount]:
    """Yield the archive's pages, each refused record with its name and error, and at its end what it held."""
    count = ArchiveCount(name)
    for found in archived_pages(file, count):
        yield (found.name, found.error) if isinstance(found, Refusal) else found
    yield count
