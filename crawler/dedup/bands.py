"""Where signatures are kept so that near-duplicates are found again: in memory, or in the state file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Protocol, TypeVar

from crawler.dedup.near import Entry, Match, NearOptions, bands_of

Key = TypeVar("Key")


class BandIndex(Protocol):
    """Signatures by band, record and declared canonical page, with the pairs that were found."""

    def candidates(self, entry: Entry) -> list[Entry]:
        """Return entries of other records that share a band with this one and are near it in time."""
        ...

    def declared(self, entry: Entry) -> list[Entry]:
        """Return the entry that this one declares canonical, and those that declare this one so."""
        ...

    def partners(self, record_id: str) -> set[str]:
        """Return the ids of the records that make a pair with this one."""
        ...

    def add(self, entry: Entry, matches: Sequence[Match]) -> None:
        """Keep the entry with its pairs; an earlier one of the same record is replaced."""
        ...

    def remove(self, record_id: str) -> None:
        """Forget the record's entry and pairs."""
        ...


class MemoryBands:
    """Lasts as long as the process."""

    def __init__(self, options: NearOptions) -> None:
        self._options = options
        self._entries: dict[str, Entry] = {}
        self._bands: defaultdict[int, set[str]] = defaultdict(set)
        self._declaring: defaultdict[str, set[str]] = defaultdict(set)
        self._partners: defaultdict[str, set[str]] = defaultdict(set)

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._entries

    def candidates(self, entry: Entry) -> list[Entry]:
        shared = Counter(record_id for band in bands_of(entry.signature) for record_id in self._bands.get(band, ()))
        del shared[entry.record_id]
        near = (
            (-number, record_id)
            for record_id, number in shared.items()
            if abs(self._entries[record_id].week - entry.week) < self._options.weeks
        )
        return [self._entries[record_id] for _, record_id in sorted(near)[: self._options.max_candidates]]

    def declared(self, entry: Entry) -> list[Entry]:
        named = {entry.canonical_id, *self._declaring.get(entry.record_id, ())} - {None, entry.record_id}
        return [self._entries[name] for name in sorted(filter(None, named)) if name in self._entries]

    def partners(self, record_id: str) -> set[str]:
        return set(self._partners.get(record_id, ()))

    def add(self, entry: Entry, matches: Sequence[Match]) -> None:
        self.remove(entry.record_id)
        self._entries[entry.record_id] = entry
        for band in bands_of(entry.signature):
            self._bands[band].add(entry.record_id)
        if entry.canonical_id is not None:
            self._declaring[entry.canonical_id].add(entry.record_id)
        for match in matches:
            self._partners[entry.record_id].add(match.record_id)
            self._partners[match.record_id].add(entry.record_id)

    def remove(self, record_id: str) -> None:
        entry = self._entries.pop(record_id, None)
        if entry is not None:
            for band in bands_of(entry.signature):
                _discard(self._bands, band, record_id)
            if entry.canonical_id is not None:
                _discard(self._declaring, entry.canonical_id, record_id)
        for partner in self._partners.pop(record_id, set()):
            _discard(self._partners, partner, record_id)


def _discard(sets: defaultdict[Key, set[str]], key: Key, record_id: str) -> None:
    sets[key].discard(record_id)
    if not sets[key]:
        del sets[key]
