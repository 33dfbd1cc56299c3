"""The values that go into and come out of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crawler.errors import CAUSES
from crawler.items import DiscoveredVia, Link
from crawler.records.writer import DEFAULT_OPTIONS, RecordFileOptions

GIVEN_SITE = "given"
"""The ledger's site of URLs that no source gave."""

STATES = ("new", "changed", "unchanged", "known", "duplicate", "skipped", "failed", "waiting")
"""How an accepted URL can end in a run. `known` is never given: it follows from not being fetched."""

_SETTLED = frozenset(STATES) - {"new", "changed", "known"}
_WITH_CAUSE = frozenset({"skipped", "failed", "waiting"})


POLLS_ON_TRUST = 5
"""Answers 304 in a row that are believed; the next poll is whole. Research: some feeds change under the same ETag."""


@dataclass(frozen=True, slots=True)
class StoreOptions:
    batch_records: int = 100
    """Records and outcomes from which on a flush is due. Chosen after a trial of the sink."""
    flush_seconds: float = 1.0
    """Seconds after the first uncommitted record or outcome at which a flush is due. Chosen, not measured."""
    max_attempts: int = 3
    """Failed fetches, one a run, after which a URL is left alone. Chosen, not measured."""
    modified_margin_s: int = 0
    """Seconds by which `modified` must be later than the last fetch to bring an article back. None are needed: one
    date brings an article back once."""
    busy_timeout_s: float = 10.0
    """Seconds to wait for another program that locks the state file. Chosen, not measured."""
    files: RecordFileOptions = DEFAULT_OPTIONS
    """Where one file of records ends and the next begins."""


DEFAULT_STORE_OPTIONS = StoreOptions()


@dataclass(frozen=True, slots=True)
class Poll:
    """The outcome of asking a source. One of kind `given` stands for no source, and no row is kept."""

    url: str
    site: str
    kind: DiscoveredVia | str
    http_status: int | None
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    polled_at: str
    """UTC, ISO 8601, whole seconds."""
    cause: str | None = None
    """Why the poll failed, a word of `errors.CAUSES`; None when it did not."""
    trusts_modified: bool = False
    """Whether a later `modified` of a link brings back an article that we have."""
    found: bool = True
    """Whether something named the source, not sites.toml."""
    rules_hash: str | None = None
    """Of what decides which links are taken; None: nothing does."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source: validators for a conditional request, how the last polls went, when the next is."""

    url: str
    site: str
    kind: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    http_status: int | None
    cause: str | None
    failures: int
    """Polls in a row that failed."""
    polls: int
    polled_at: str
    last_new_at: str | None
    interval_seconds: int = 0
    """Between two polls, before jitter."""
    due_at: str | None = None
    """UTC, ISO 8601; None: now."""
    not_modified: int = 0
    """Answers 304 in a row."""
    surprises: int = 0
    """Times in a row that a whole answer after five 304s had news."""
    validators_broken: bool = False
    """Whether the source was seen to change under the same validators, or to say 304 in spite of news."""
    found: bool = True
    """Whether something named the source when it was last asked, not sites.toml."""
    rules_hash: str | None = None
    """Of what decided which of its links were taken when it was last read."""

    @property
    def ask_whole(self) -> bool:
        """Whether the next poll is to be sent without validators: every sixth is, all are once those are broken."""
        return self.validators_broken or self.not_modified >= POLLS_ON_TRUST


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that the site's rules accept."""

    link: Link
    normalized_url: str
    site: str


@dataclass(frozen=True, slots=True)
class FoundCounts:
    """What a poll's candidates were. `new` and `known` sum up, over a run, without counting a URL twice."""

    new: int
    """Never seen before."""
    known: int
    """In the ledger already, counted now for the first time in this run."""
    again: int
    """To be fetched again after a failure of an earlier run; counted as left over from that."""
    repeated: int = 0
    """Counted in this run already: given by another source too, or left over from an earlier run."""
    revised: int = 0
    """Of all these, articles that we have and fetch again, as they were modified since the last fetch."""
    possible_gap: bool = False
    """Whether the source was read before and shares no entry with what was known: some may have been missed."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row to fetch. Of a re-visit it tells what we have of the article."""

    url: str
    normalized_url: str
    site: str
    link: Link
    attempts: int
    """Fetches that failed, in earlier runs."""
    revisit: bool = False
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    """sha256 of the raw body of the last fetch, as it was given to `write` or `settle`."""
    record_id: str | None = None
    text_hash: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a URL that gave no record ended in this run."""

    normalized_url: str
    """The ledger's key, as it was taken."""
    url: str
    site: str
    state: str
    """unchanged, duplicate, skipped, failed or waiting."""
    cause: str | None = None
    """A word of `errors.CAUSES`, for skipped, failed and waiting."""
    detail: str = ""
    original_id: str | None = None
    """Of a duplicate: the id of the record that it repeats."""
    page_id: str | None = None
    """Of a duplicate: the id that the page would have as a record; that of the original where it is the same page."""
    page_published: str | None = None
    """Of a duplicate: what the page says of its publication, ISO 8601."""
    similarity: float | None = None
    """Of a duplicate: to the original; None where the texts are the same."""
    etag: str | None = None
    """Of an unchanged page: what it answered; None keeps what is known (RFC 9110, 15.4.5)."""
    last_modified: str | None = None
    body_hash: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a state, cause or original that do not go together."""
        if self.state not in _SETTLED:
            raise ValueError(f"a URL without a record cannot end as {self.state!r}")
        if (self.cause is not None) != (self.state in _WITH_CAUSE):
            raise ValueError(f"{self.state} with cause {self.cause!r}")
        if self.cause is not None and (self.cause not in CAUSES or CAUSES[self.cause].state != self.state):
            raise ValueError(f"{self.cause!r} is no cause for {self.state}")
        if (self.original_id is not None) != (self.state == "duplicate"):
            raise ValueError(f"{self.state} with original {self.original_id!r}")


@dataclass(frozen=True, slots=True)
class SiteAccount:
    """What became of a site's URLs in this run."""

    found: int
    refused: int
    accepted: int
    """Counted when URLs came in; the states below are counted in the ledger."""
    states: Mapping[str, int] = field(default_factory=dict)
    """Every word of STATES -> rows."""
    causes: Mapping[str, int] = field(default_factory=dict)
    """Cause -> rows, for skipped, failed and waiting."""
    refusals: Mapping[str, int] = field(default_factory=dict)
    """Why links were refused -> links."""

    @property
    def holds(self) -> bool:
        """Whether nothing is missing: found = refused + accepted, accepted = sum of the states."""
        return self.found == self.refused + self.accepted and self.accepted == sum(self.states.values())


@dataclass(frozen=True, slots=True)
class Recovered:
    """A file that a dead run left, and what was done with it."""

    path: str
    """Final name, relative to the output folder."""
    run_id: str
    records: int
    """Committed records that the file holds; 0: it held none and was deleted."""
    cut_bytes: int
    """Uncommitted bytes at its end that were cut off; their articles are fetched again."""
