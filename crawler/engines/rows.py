"""A found URL as Redis keeps it, and what becomes of it when it is found, settled or due again.

The rules are those of `ledger.py`, `settlements.py`, `revisits.py` and `second_looks.py` in `crawler/state`, which have
them in SQL.
"""

from __future__ import annotations

from typing import Any

import msgspec

from crawler.items import DiscoveredVia, Link
from crawler.state.ledger import FORBIDDEN, PASSING_CAUSES, REFUSED, RETRIED_CAUSES, Standing, newest_at, seconds_of
from crawler.state.revisits import is_article
from crawler.state.runs import utc_now
from crawler.state.settlements import Settlement
from crawler.state.values import Candidate, Waiting


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One found URL. The order of the fields is the format: new ones come last, with a default."""

    url: str
    site: str
    state: str
    via: str
    newest_at: int
    first_seen: int
    """Seconds since 1970, as `newest_at`."""
    first_run: str
    cause: str | None = None
    detail: str = ""
    source_url: str | None = None
    title: str | None = None
    published: str | None = None
    modified: str | None = None
    settled_run: str | None = None
    settled_at: int = 0
    fetched_at: str | None = None
    attempts: int = 0
    record_id: str | None = None
    original_id: str | None = None
    text_hash: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    version: int = 1
    revisit: bool = False
    revisits: int = 0
    second_look: bool = False

    def standing(self, *, is_found: bool, run_id: str) -> Standing:
        """Return what decides how the row is counted; `is_found`: the run's account has it."""
        found_run = run_id if is_found else ""
        return Standing(
            self.site, self.state, self.cause, found_run, self.first_run, self.settled_run, self.attempts,
            self.record_id, self.modified, self.fetched_at,
        )  # fmt: skip

    def waiting(self, key: str) -> Waiting:
        link = Link(self.url, DiscoveredVia(self.via), self.source_url, self.title, self.published, self.modified)
        return Waiting(
            self.url, key, self.site, link, self.attempts, self.revisit, self.etag, self.last_modified,
            self.body_hash, self.record_id, self.text_hash, self.version,
        )  # fmt: skip

    @property
    def is_article(self) -> bool:
        """Whether its age or a source may have it fetched again."""
        return is_article(self.record_id, self.state, self.cause)

    @property
    def may_have_second_look(self) -> bool:
        has_passing_cause = self.cause in PASSING_CAUSES or self.cause == FORBIDDEN
        may_pass = self.state == "duplicate" or (self.state != "waiting" and has_passing_cause)
        return may_pass and self.record_id is None and not self.second_look

    def may_be_retried(self, max_attempts: int) -> bool:
        may_pass = self.state in {"failed", "skipped"} and self.cause in RETRIED_CAUSES
        return may_pass and self.attempts < max_attempts and self.record_id is None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Row)


def pack(row: Row) -> bytes:
    return _encoder.encode(row)


def unpack(packed: bytes) -> Row:
    return _decoder.decode(packed)


def found_row(candidate: Candidate, run_id: str, first_seen: str) -> Row:
    """Return the row of a URL that was never seen; it waits."""
    link = candidate.link
    seconds = seconds_of(first_seen)
    assert seconds is not None
    return Row(
        link.url, candidate.site, "waiting", str(link.discovered_via), max(0, newest_at(link, first_seen)), seconds,
        run_id, source_url=link.source_url, title=link.title, published=link.published, modified=link.modified,
    )  # fmt: skip


def waiting_again(row: Row, **more: Any) -> Row:
    """Return the row as one that is to be fetched."""
    return msgspec.structs.replace(row, state="waiting", cause=None, detail="", **more)


def settled_row(row: Row, settlement: Settlement, run_id: str) -> Row:
    """Return the row with how its URL ended in the run.

    What we have of an article stays known when a later fetch fails, is refused or gives the text of another.
    """
    s, state = settlement, settlement.state
    now = utc_now()
    seconds = seconds_of(now)
    assert seconds is not None
    is_attempt = state == "failed" or s.cause == REFUSED
    attempts = row.attempts + 1 if is_attempt else 0 if state in {"new", "changed", "unchanged"} else row.attempts
    return msgspec.structs.replace(
        row,
        state=state,
        cause=s.cause,
        detail=s.detail[:300],
        original_id=s.original_id,
        record_id=s.record_id or row.record_id,
        text_hash=s.text_hash or row.text_hash,
        version=s.version or row.version,
        title=row.title or s.title,
        attempts=attempts,
        revisit=row.revisit and state == "waiting",
        fetched_at=row.fetched_at if state in {"failed", "waiting"} else s.fetched_at or now,
        settled_at=seconds,
        settled_run=run_id,
        **_validators(row, s),
    )


def _validators(row: Row, s: Settlement) -> dict[str, str | None]:
    """Those of another page are not those of our article; a 304 renews only what it repeats (RFC 9110, 15.4.5)."""
    if s.state in {"new", "changed"}:
        return {"etag": s.etag, "last_modified": s.last_modified, "body_hash": s.body_hash}
    if s.state == "unchanged":
        return {
            "etag": s.etag or row.etag,
            "last_modified": s.last_modified or row.last_modified,
            "body_hash": s.body_hash or row.body_hash,
        }
    return {}
