"""The only import of trafilatura: page tree -> its main text."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from lxml.html import HtmlElement


MAX_CHILDREN = 2_000
"""Elements in one. Measured: 4,000 links in a paragraph take .7 s, twice as many five times as long."""


def find_main_content(tree: HtmlElement, *, url: str | None) -> tuple[str, ...]:
    """Return the paragraphs that trafilatura finds, in order; empty where it finds none. `tree` is not changed.

    It runs without its metadata, which gave no title, author or date that ours lacked, and without its other
    extractors (`fast`): the labelled text is as good without them, they cost as much again, and one of them compares
    each paragraph with each, 34 s for 8,000 list entries (decision 0003). Where one element holds very many it is not
    asked: its own loops take the square of them, 88 s for 30,000 links.
    """
    if any(len(element) > MAX_CHILDREN for element in tree.iter(etree.Element)):
        return ()
    _quiet()
    from trafilatura import bare_extraction

    # deduplicate=False: with True the state is kept between pages and empties later ones (decision 0003).
    document = bare_extraction(
        tree,  # it reads a copy of its own
        url=url,
        include_comments=False,
        include_tables=True,
        deduplicate=False,
        fast=True,
        with_metadata=False,
    )
    assert not isinstance(document, dict)
    text = document.text if document is not None else None
    return tuple(line for line in (text or "").splitlines() if line.strip())


def trafilatura_version() -> str:
    import trafilatura  # half a second that `winnow --help` need not pay

    return str(trafilatura.__version__)


@cache
def _quiet() -> None:
    """Keep trafilatura's opinions of single pages out of the log: the record's status says what matters."""
    for name in ("trafilatura", "htmldate", "courlan", "justext"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
