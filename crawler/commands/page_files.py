"""A file with a page in it -> its bytes."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from crawler.errors import FileUnreadable
from crawler.extraction.options import DEFAULT_OPTIONS


def read_file(path: Path) -> bytes:
    """Return the file's bytes, unpacked if it ends in .gz; at most one more than the cap. Raises FileUnreadable."""
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
