"""Page -> Record as every entrance gives it: read, then fingerprinted. Extraction and dedup meet here."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from crawler.dedup.fingerprints import text_hash
from crawler.dedup.minhash import signature_of
from crawler.errors import PageError
from crawler.extraction.main_content import find_main_content
from crawler.extraction.options import DEFAULT_OPTIONS, ExtractionOptions
from crawler.extraction.parse import parse
from crawler.extraction.read_page import read_page, unread_record
from crawler.items import Page, Record

_SMALL_PAGE = b"<!doctype html><title>A page</title><p>A sentence that is long enough to be looked at, and no more.</p>"


def record_of(page: Page, options: ExtractionOptions = DEFAULT_OPTIONS) -> Record:
    """Return the record of a page, whatever its status. Raises NotHtml, PageTooLarge or EmptyPage."""
    with without_collection():
        record = read_page(page, options)
        if not record.text:
            return record
        signature = signature_of(record.text)
        fingerprint = signature.to_bytes() if signature else None
        # A text too short for a signature, a caption or a cue to look at pictures, is the article's with its headline.
        compared = record.text if signature else f"{record.title or ''}\n{record.text}"
        return replace(record, text_hash=text_hash(compared), text_signature=fingerprint)


@contextmanager
def without_collection() -> Iterator[None]:
    """Hold back the search for garbage in cycles, which a page's blocks and arrays do not form.

    It would look through the blocks of a page several times while they are in use: a tenth of the CPU of a page.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def explained_record_of(page: Page) -> Record:
    """Return the same record with a reason for every block. Raises NotHtml, PageTooLarge or EmptyPage."""
    return record_of(page, replace(DEFAULT_OPTIONS, all_reasons=True))


def warm_up() -> None:
    """Load what reading a page needs, so that a new worker takes no page before it can read it."""
    record_of(Page(_SMALL_PAGE, url="https://news.example/"))
    # Only doubtful pages ask for it, of which this is none.
    find_main_content(parse(_SMALL_PAGE.decode(), DEFAULT_OPTIONS), url=None)


def record_or_status(page: Page, options: ExtractionOptions = DEFAULT_OPTIONS) -> Record:
    """Return the record of a page; one that cannot be read gives a record whose status says so.

    Raises BadUrl or SchemeRefused for a page whose URL is not of http or https.
    """
    try:
        return record_of(page, options)
    except PageError as error:
        return unread_record(page, error)
