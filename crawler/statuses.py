"""From a record's status to the error that names it, for records that are not written."""

from __future__ import annotations

from crawler.errors import ConsentPage, EmptyPage, ExtractionCrashed, NotArticle, PageError
from crawler.items import Record, Status

UNWRITTEN: dict[Status, PageError] = {
    Status.EMPTY: EmptyPage("the page has no text"),
    Status.CONSENT_PAGE: ConsentPage("a consent wall stands where the article should be"),
    Status.NOT_ARTICLE: NotArticle("no article on this page (a listing, an error page, or too little text)"),
    Status.CRASHED: ExtractionCrashed("the page could not be read"),
}


def status_error(record: Record) -> None:
    """Raise the error of a record whose status is not written; return for all others."""
    error = UNWRITTEN.get(record.extraction.status)
    if error is not None:
        raise type(error)(*error.args)
