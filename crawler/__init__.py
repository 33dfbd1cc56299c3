"""Winnow: a news crawler that keeps the article and labels the rest.

The flow, each stage a new frozen value:

    Response -> Page      spiders/, pages given on the command line
    Page -> [Block]       extraction/blocks.py, one parse
    [Block] -> [Segment]  extraction/labels.py, one label a block
    [Segment] -> Record   extraction/assembly.py, metadata.py, read_page.py
    Record -> Verdict     dedup/, claimed before anything is written
    Verdict -> JSON line  records/, state/, written exactly once

Three functions are the public API: `extract`, `extract_text`, `read_records`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.items import Page, Record

__version__ = "0.1.0"
__all__ = ["__version__", "extract", "extract_text", "read_records"]


def extract(html: bytes | str, url: str | None = None, *, all_reasons: bool = False) -> Record:
    """Return the record of one HTML page, read in this process.

    `all_reasons` words a reason for blocks of the article and of menus too; otherwise theirs is empty.

    Never raises for what the page contains: `record.extraction.status` says how it went. Raises BadUrl or SchemeRefused
    (`crawler.errors`) for a `url` that is not of http or https; None is a page without one. The caps on bytes, elements
    and attributes hold; a time limit needs the worker pool that the commands use.
    """
    from crawler.items import Page  # `import crawler` stays cheap
    from crawler.urls import parse_url

    if url is not None:
        parse_url(url)
    body, content_type = (_utf_8(html), "text/html; charset=utf-8") if isinstance(html, str) else (html, None)
    return _read(Page(body=body, url=url, requested_url=url, content_type=content_type), all_reasons=all_reasons)


def extract_text(text: str) -> Record:
    """Return the record of plain text as extractors deliver it: lines, the article's and others."""
    from crawler.items import Page

    return _read(Page(body=_utf_8(text), content_type="text/plain; charset=utf-8", plain_text=True))


def read_records(path: str | Path) -> Iterator[Record]:
    """Yield the records of a JSON Lines file, or of all finished files of a crawl's output folder."""
    from crawler.records.reader import read_records as read

    return read(path)


def _utf_8(text: str) -> bytes:
    """Encode; a pair of surrogates becomes the character that it stands for, a lone one goes."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore").encode()


def _read(page: Page, *, all_reasons: bool = False) -> Record:
    from crawler.extraction.options import ExtractionOptions
    from crawler.flow import record_or_status

    return record_or_status(page, ExtractionOptions(all_reasons=all_reasons))
