"""What is written into a ledger row when its URL is done with in a run. The caller holds the transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields, replace

from crawler.items import Record, Verdict
from crawler.records.lines import encodable
from crawler.state.runs import utc_now
from crawler.state.values import Outcome

# What we have of an article stays known when a later fetch fails, is refused or gives the text of another.
_SETTLE = """
UPDATE ledger SET state = :state, cause = :cause, detail = :detail, original_id = :original_id,
    record_id = coalesce(:record_id, record_id), text_hash = coalesce(:text_hash, text_hash),
    version = coalesce(:version, version), title = coalesce(title, :title),
    page_id = coalesce(:page_id, page_id), page_published = coalesce(:page_published, page_published),
    similarity = :similarity,
    attempts = CASE WHEN :state = 'failed' OR :cause = 'address_refused' THEN attempts + 1
        WHEN :state IN ('new', 'changed', 'unchanged') THEN 0 ELSE attempts END,
    revisit = CASE WHEN :state = 'waiting' THEN revisit ELSE 0 END,
    fetched_at = CASE WHEN :state IN ('failed', 'waiting') THEN fetched_at ELSE coalesce(:fetched_at, :now) END,
    settled_at = :now, settled_run = :run_id, found_run = :run_id
WHERE normalized_url = :normalized_url
"""
_KEEP_VALIDATORS = """
UPDATE ledger SET etag = :etag, last_modified = :last_modified, body_hash = :body_hash
WHERE normalized_url = :normalized_url
"""
_RENEW_VALIDATORS = """
UPDATE ledger SET etag = coalesce(:etag, etag), last_modified = coalesce(:last_modified, last_modified),
    body_hash = coalesce(:body_hash, body_hash)
WHERE normalized_url = :normalized_url
"""
_VALIDATORS = {"new": _KEEP_VALIDATORS, "changed": _KEEP_VALIDATORS, "unchanged": _RENEW_VALIDATORS}
"""By state; those of another page are not those of our article."""


@dataclass(frozen=True, slots=True)
class Settlement:
    normalized_url: str
    url: str
    site: str
    state: str
    cause: str | None = None
    detail: str = ""
    record_id: str | None = None
    original_id: str | None = None
    page_id: str | None = None
    page_published: str | None = None
    similarity: float | None = None
    text_hash: str | None = None
    title: str | None = None
    version: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    fetched_at: str | None = None


_NAMES = tuple(spec.name for spec in fields(Settlement))


def as_written(record: Record, verdict: Verdict) -> Record:
    """Return the record as it stands in the output: with its version, and what was known of copies."""
    return replace(
        record,
        version=verdict.version,
        previous_text_hash=verdict.previous_text_hash,
        duplicate_of=verdict.duplicate_of,
        duplicate_cluster_id=verdict.duplicate_cluster_id,
        similarity=verdict.similarity,
    )


def settlement_of_record(record: Record, verdict: Verdict, key: str, site: str, body_hash: str | None) -> Settlement:
    """Return what the row of a record that is written becomes."""
    return Settlement(
        key,
        record.requested_url or record.url or key,
        site,
        verdict.state,
        record_id=record.id,
        page_id=record.id,
        page_published=record.date_published,
        text_hash=record.text_hash,
        title=None if record.title is None else encodable(record.title),
        version=record.version,
        etag=record.etag,
        last_modified=record.last_modified,
        body_hash=body_hash,
        fetched_at=record.fetched_at,
    )


def settlement_of_outcome(outcome: Outcome) -> Settlement:
    """Return what the row of a URL without a record becomes."""
    o = outcome
    return Settlement(
        o.normalized_url,
        o.url,
        o.site,
        o.state,
        o.cause,
        encodable(o.detail),
        original_id=o.original_id,
        page_id=o.page_id,
        page_published=o.page_published,
        similarity=o.similarity,
        etag=o.etag,
        last_modified=o.last_modified,
        body_hash=o.body_hash,
    )


def settle_row(connection: sqlite3.Connection, settlement: Settlement, run_id: str) -> None:
    named = {name: getattr(settlement, name) for name in _NAMES} | {"run_id": run_id, "now": utc_now()}
    connection.execute(_SETTLE, named)
    validators = _VALIDATORS.get(settlement.state)
    if validators is not None:
        connection.execute(validators, named)
