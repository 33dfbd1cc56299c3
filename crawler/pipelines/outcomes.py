"""What the ledger is told of a page that gave no record of its own."""

from __future__ import annotations

from crawler.errors import PageError
from crawler.items import Record, Verdict
from crawler.state.bodies import KnownBody
from crawler.state.values import Outcome, Waiting


def failed(waiting: Waiting, error: PageError) -> Outcome:
    return Outcome(*_row(waiting), error.state, cause=error.cause, detail=str(error))


def unchanged(waiting: Waiting, etag: str | None, last_modified: str | None, body_hash: str | None) -> Outcome:
    """Of a page that we have; its validators are what they are now (RFC 9110, 15.4.5)."""
    return Outcome(*_row(waiting), "unchanged", etag=etag, last_modified=last_modified, body_hash=body_hash)


def repeated(waiting: Waiting, record: Record, verdict: Verdict) -> Outcome:
    """Of a page whose text stands in the record that the verdict names."""
    return Outcome(
        *_row(waiting),
        "duplicate",
        original_id=verdict.original_id,
        page_id=record.id,
        page_published=record.date_published,
        similarity=verdict.similarity,
    )


def same_bytes(waiting: Waiting, page_id: str, known: KnownBody) -> Outcome:
    """Of a page whose bytes gave a record at another address."""
    return Outcome(
        *_row(waiting),
        "duplicate",
        detail="the same bytes",
        original_id=known.record_id,
        page_id=page_id,
        page_published=known.published,
    )


def _row(waiting: Waiting) -> tuple[str, str, str]:
    return waiting.normalized_url, waiting.url, waiting.site
