"""Near-duplicates among the records that are written and those that are claimed at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawler.dedup.bands import BandIndex, MemoryBands
from crawler.dedup.minhash import Signature, signature_of
from crawler.dedup.near import DEFAULT_NEAR_OPTIONS, Entry, Match, NearOptions, containment, matches_among
from crawler.errors import PageError
from crawler.items import Record
from crawler.urls import normalized_url, record_id, registered_domain

SECONDS_PER_WEEK = 604_800
MAX_CLUSTER = 1_000
"""Records that are looked at to name a cluster. Chosen: a group that large is a template, not an article."""


def week_of(moment: datetime) -> int:
    """Return the weeks since 1 January 1970. `moment` has an offset."""
    return int(moment.timestamp()) // SECONDS_PER_WEEK


def entry_of(record: Record) -> Entry | None:
    """Return what is compared of the record; None of one too short for it."""
    if not record.text:
        return None
    stored = record.text_signature
    signature = Signature.from_bytes(stored) if stored is not None else signature_of(record.text)
    if signature is None:
        return None
    try:
        fetched = datetime.fromisoformat(record.fetched_at or "")
    except ValueError:
        fetched = datetime.now(UTC)
    week = week_of(fetched if fetched.tzinfo else fetched.replace(tzinfo=UTC))
    return Entry(record.id, signature, week, declared_id(record))


def declared_id(record: Record) -> str | None:
    """Return the id of the page that the record's page declares canonical, where that can be its original.

    None for its own id, for another registered domain, and for a home page, which careless templates name.
    """
    canonical, url = record.canonical_url, record.url
    if not canonical or not url or urlsplit(canonical).path in {"", "/"}:
        return None
    try:
        if registered_domain(canonical) != registered_domain(url):
            return None
        declared = record_id(normalized_url(canonical))
    except PageError:
        return None
    return declared if declared != record.id else None


@dataclass(frozen=True, slots=True)
class Nearness:
    """What is near a record."""

    entry: Entry | None = None
    matches: tuple[Match, ...] = ()
    """The most similar first."""
    same_page: Match | None = None
    """The record that holds what this one says, as their pages' canonical URL says too."""


class NearClaims:
    """Compares, holds what is claimed, and hands on what is confirmed. One thread calls."""

    def __init__(self, confirmed: BandIndex, options: NearOptions = DEFAULT_NEAR_OPTIONS) -> None:
        self._confirmed = confirmed
        self._options = options
        self._claimed = MemoryBands(options)
        self._held: dict[str, Nearness] = {}

    def compare(self, record: Record) -> Nearness:
        entry = entry_of(record)
        if entry is None:
            return Nearness()
        matches = {match.record_id: match for match in self._matches(entry)}
        same_page = None
        for other in self._both(self._claimed.declared(entry), self._confirmed.declared(entry)):
            held = containment(entry.signature, other.signature)
            holds = containment(other.signature, entry.signature)
            if max(held, holds) >= self._options.min_containment:
                matches.setdefault(other.record_id, Match(other.record_id, round(max(held, holds), 3)))
            if held >= self._options.min_containment and same_page is None:
                same_page = Match(other.record_id, round(held, 3))
        ordered = sorted(matches.values(), key=lambda match: (-match.similarity, match.record_id))
        return Nearness(entry, tuple(ordered), same_page)

    def _matches(self, entry: Entry) -> list[Match]:
        candidates = self._both(self._claimed.candidates(entry), self._confirmed.candidates(entry))
        return matches_among(entry.signature, candidates, self._options)

    def _both(self, claimed: list[Entry], confirmed: list[Entry]) -> list[Entry]:
        """A record that is claimed now stands for its version before."""
        return claimed + [entry for entry in confirmed if entry.record_id not in self._claimed]

    def cluster_id(self, record: Record, nearness: Nearness) -> str:
        """Return the smallest id of the record and all that it is near to, directly or over others."""
        seen = {record.id}
        waiting = [match.record_id for match in nearness.matches]
        while waiting and len(seen) < MAX_CLUSTER:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += self._claimed.partners(name) | self._confirmed.partners(name)
        return min(seen)

    def hold(self, record: Record, nearness: Nearness) -> None:
        if nearness.entry is not None:
            self._held[record.id] = nearness
            self._claimed.add(nearness.entry, nearness.matches)

    def confirm(self, record: Record) -> None:
        """Keep the claimed record for good, which is claimed no more."""
        self.keep(record)
        self.release(record)

    def keep(self, record: Record) -> None:
        """Keep the record for good, and its claim; a text too short to be compared takes the place of one that was not.

        A thread of its own may call this.
        """
        nearness = self._held.get(record.id, Nearness())
        if nearness.entry is None:
            self._confirmed.remove(record.id)
        else:
            self._confirmed.add(nearness.entry, nearness.matches)

    def release(self, record: Record) -> None:
        self._held.pop(record.id, None)
        self._claimed.remove(record.id)
