"""Which records are there already: claimed before they are written, confirmed after."""

from __future__ import annotations

from typing import Protocol

from crawler.items import Record, Verdict

NEW = Verdict("new")


class SeenIndex(Protocol):
    """Decides between copies of one article that arrive at the same time.

    A claim is taken in memory, in one step, before anything is written: of several copies exactly one is told
    "new". Whoever is told so writes the record and then calls `confirm`, or `release` when it could not be
    written. One thread calls.
    """

    def claim(self, record: Record) -> Verdict:
        """Return "new" and hold the record's id and text, or "duplicate" with the id of the one in its way.

        A known id is in the way as a known text is: two addresses can lead to one page. A record without
        text is known by its id alone.
        """
        ...

    def confirm(self, record: Record) -> None:
        """Remember a claimed record for good: it is written."""
        ...

    def release(self, record: Record) -> None:
        """Give up a claim: the record was not written, another copy may take its place.

        A record that holds no claim, or is confirmed, stays as it is.
        """
        ...


class Claims:
    """The records that are claimed but not yet confirmed."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._texts: dict[str, str] = {}

    def holder(self, record: Record) -> str | None:
        """Return the id of the claimed record with the same id or text."""
        if record.id in self._ids:
            return record.id
        return self._texts.get(record.text_hash) if record.text_hash else None

    def add(self, record: Record) -> None:
        self._ids.add(record.id)
        if record.text_hash:
            self._texts[record.text_hash] = record.id

    def remove(self, record: Record) -> None:
        self._ids.discard(record.id)
        if record.text_hash and self._texts.get(record.text_hash) == record.id:
            del self._texts[record.text_hash]


class MemorySeen:
    """A seen index that lasts as long as the process."""

    def __init__(self) -> None:
        self._claims = Claims()
        self._confirmed_ids: set[str] = set()
        self._confirmed_texts: dict[str, str] = {}

    def claim(self, record: Record) -> Verdict:
        original_id = self._confirmed(record) or self._claims.holder(record)
        if original_id is not None:
            return Verdict("duplicate", original_id)
        self._claims.add(record)
        return NEW

    def confirm(self, record: Record) -> None:
        self._claims.remove(record)
        self._confirmed_ids.add(record.id)
        if record.text_hash:
            self._confirmed_texts[record.text_hash] = record.id

    def release(self, record: Record) -> None:
        self._claims.remove(record)

    def _confirmed(self, record: Record) -> str | None:
        if record.id in self._confirmed_ids:
            return record.id
        return self._confirmed_texts.get(record.text_hash) if record.text_hash else None
