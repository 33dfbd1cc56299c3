"""A file for each article, for programs that read a folder of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import UsageError
from crawler.exports.targets import ENDINGS, Target, open_writer
from crawler.items import Record
from crawler.records.files import check_writable, write_whole

_FILE_NAME = re.compile(r"[\w-][\w.-]{0,99}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ArticleFiles:
    folder: Path
    target: Target
    overwrite: bool
    latest: bool = False
    """Only the last version of each article is written, so that a file is replaced by the next one."""

    @contextmanager
    def open(self) -> Iterator[Callable[[Record], None]]:
        """Give the function that writes an article: `<id>.md`, of a later version beside earlier ones `<id>-v2.md`.

        Raises OutputError for a folder that cannot be written.
        """
        check_writable(self.folder)
        yield self._write

    def _write(self, record: Record) -> None:
        if not _FILE_NAME.fullmatch(record.id):
            raise UsageError(f"the id {record.id!r} is no name for a file; name another format or mend the record")
        number = f"-v{record.version}" if record.version > 1 and not self.latest else ""
        path = self.folder / f"{record.id}{number}{ENDINGS[self.target]}"
        if path.exists() and not self.overwrite:
            raise UsageError(f"{path}: exists already; add --overwrite or name another folder")
        parts: list[bytes] = []
        writer = open_writer(self.target, parts.append)
        writer.add(record)
        writer.finish()
        write_whole(path, b"".join(parts))
