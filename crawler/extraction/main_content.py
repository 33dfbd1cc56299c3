"""The only import of trafilatura: page tree -> its main text, and the metadata it found."""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from crawler.extraction.declarations import FallbackMetadata

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from trafilatura.settings import Document

MANY_ELEMENTS = 5_000
"""Elements above which trafilatura asks neither of its other extractors: justext compares each paragraph with each,
34 s for 8,000 list entries. Four of 3,098 pages have more."""


@dataclass(frozen=True, slots=True)
class MainContent:
    """Trafilatura's opinion of a page.

    `lines` are its paragraphs in order, empty where it found none; `metadata` is None where its metadata pass
    gave up and only the second try, without metadata, brought text.
    """

    lines: tuple[str, ...]
    metadata: FallbackMetadata | None


def find_main_content(tree: HtmlElement, *, url: str | None, now: datetime) -> MainContent:
    """Run trafilatura on a copy of `tree`. Never raises for what a page contains.

    A page whose metadata makes trafilatura give up (a date with offset +99:99 loses the whole article) is read a
    second time without metadata.
    """
    document = _run(copy.deepcopy(tree), url=url, now=now, with_metadata=True)
    if document is None:
        document = _run(copy.deepcopy(tree), url=url, now=now, with_metadata=False)
        return MainContent(_lines(document), None)
    return MainContent(_lines(document), _metadata(document))


def trafilatura_version() -> str:
    import trafilatura  # half a second that `winnow --help` need not pay

    return str(trafilatura.__version__)


def _run(tree: HtmlElement, *, url: str | None, now: datetime, with_metadata: bool) -> Document | None:
    _quiet()
    from trafilatura import bare_extraction

    # deduplicate=False: with True the state is kept between pages and empties later ones (decision 0003).
    document = bare_extraction(
        tree,
        url=url,
        include_comments=False,
        include_tables=True,
        deduplicate=False,
        fast=tree.xpath(f"count(//*) > {MANY_ELEMENTS}"),
        with_metadata=with_metadata,
        date_extraction_params={"original_date": True, "max_date": now.strftime("%Y-%m-%d")},
    )
    assert not isinstance(document, dict)
    return document


@cache
def _quiet() -> None:
    """Keep trafilatura's opinions of single pages out of the log: the record's status says what matters."""
    for name in ("trafilatura", "htmldate", "courlan", "justext"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _lines(document: Document | None) -> tuple[str, ...]:
    text = document.text if document is not None else None
    return tuple(line for line in (text or "").splitlines() if line.strip())


def _metadata(document: Document) -> FallbackMetadata:
    return FallbackMetadata(
        title=document.title,
        author=document.author,
        date=document.date,
        site_name=document.sitename,
        categories=tuple(document.categories or ()),
        tags=tuple(document.tags or ()),
        description=document.description,
        image=document.image,
    )
