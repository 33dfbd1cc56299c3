"""Which records are there already: claimed before they are written, confirmed after."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Protocol

from crawler.dedup.bands import BandIndex, MemoryBands
from crawler.dedup.near import DEFAULT_NEAR_OPTIONS, NearOptions
from crawler.dedup.near_claims import NearClaims, Nearness
from crawler.items import Record, Verdict

NEW = Verdict("new")
UNCHANGED = Verdict("unchanged")


@dataclass(frozen=True, slots=True)
class WrittenVersion:
    """What stands in the output of an article that is fetched again."""

    record_id: str
    text_hash: str | None
    version: int


class SeenIndex(Protocol):
    """Decides between copies of one article that arrive at the same time.

    A claim is taken in memory, in one step, before anything is written: of several copies exactly one is told
    "new". Whoever is told so writes the record and then calls `confirm`, or `release` when it could not be
    written. One thread calls.
    """

    def claim(self, record: Record, written: WrittenVersion | None = None) -> Verdict:
        """Return "new" and hold the record's id and text, or "duplicate" with the id of the one in its way.

        A known id is in the way as a known text is: two addresses can lead to one page. A record without
        text is known by its id alone. `written` is what the page gave before: then the same text is
        "unchanged", and another one of the same id "changed", which is held as "new" is. The text of an
        earlier version stays known for its id.

        A record that is "new" or "changed" and nearly repeats others, claimed or confirmed, says so in
        `duplicate_of`, `duplicate_cluster_id` and `similarity`. One whose page and another's are declared to be
        one (canonical URL), and whose text the other holds, is a "duplicate" of that.
        """
        ...

    def held(self, record: Record) -> Verdict | None:
        """Return the verdict by which the record is claimed, None where it is not."""
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
        self._verdicts: dict[str, Verdict] = {}
        self._texts: dict[str, str] = {}

    def verdict(self, record_id: str) -> Verdict | None:
        return self._verdicts.get(record_id)

    def text_holder(self, text_hash: str) -> str | None:
        """Return the id of the claimed record with this text."""
        return self._texts.get(text_hash)

    def add(self, record: Record, verdict: Verdict) -> None:
        self._verdicts[record.id] = verdict
        if record.text_hash:
            self._texts[record.text_hash] = record.id

    def remove(self, record: Record) -> None:
        self._verdicts.pop(record.id, None)
        if record.text_hash and self._texts.get(record.text_hash) == record.id:
            del self._texts[record.text_hash]


class ClaimingIndex(ABC):
    """A seen index with its claims in memory; where confirmed records are kept is the subclass's matter."""

    def __init__(self, bands: BandIndex, options: NearOptions) -> None:
        """`bands` keeps the signatures of confirmed records."""
        self._claims = Claims()
        self._near = NearClaims(bands, options)

    def claim(self, record: Record, written: WrittenVersion | None = None) -> Verdict:
        verdict = self._judge(record, written)
        if verdict.state not in {"new", "changed"}:
            return verdict
        nearness = self._near.compare(record)
        if nearness.same_page is not None and verdict.state == "new":
            return Verdict("duplicate", nearness.same_page.record_id, similarity=nearness.same_page.similarity)
        verdict = self._with_nearness(record, verdict, nearness)
        self._claims.add(record, verdict)
        self._near.hold(record, nearness)
        return verdict

    def _with_nearness(self, record: Record, verdict: Verdict, nearness: Nearness) -> Verdict:
        if not nearness.matches:
            return verdict
        nearest = nearness.matches[0]
        cluster = self._near.cluster_id(record, nearness)
        return replace(
            verdict, duplicate_of=nearest.record_id, duplicate_cluster_id=cluster, similarity=nearest.similarity
        )

    def held(self, record: Record) -> Verdict | None:
        return self._claims.verdict(record.id)

    def confirm(self, record: Record) -> None:
        self.keep(record)
        self.release(record)

    def keep(self, record: Record) -> None:
        """Remember a claimed record for good. Its claim stays until `release`, so that another thread may call this."""
        verdict = self._claims.verdict(record.id) or NEW
        self._remember(record, is_known=verdict.state == "changed")
        self._near.keep(record)

    def release(self, record: Record) -> None:
        self._claims.remove(record)
        self._near.release(record)

    def _judge(self, record: Record, written: WrittenVersion | None) -> Verdict:
        is_same_id = written is not None and written.record_id == record.id
        if written is not None and record.text_hash == written.text_hash and (is_same_id or record.text_hash):
            return UNCHANGED
        is_claimed = self._claims.verdict(record.id) is not None
        if is_claimed or (not is_same_id and self._has_record(record.id)):
            return Verdict("duplicate", record.id)
        holder = self._text_holder(record)
        if holder is not None and not (is_same_id and holder == record.id):
            return Verdict("duplicate", holder)
        if written is None or not is_same_id:
            return self._first_verdict(record)
        return Verdict("changed", version=written.version + 1, previous_text_hash=written.text_hash)

    def _first_verdict(self, record: Record) -> Verdict:
        """A forgotten record goes on counting its versions: the output still has the earlier ones."""
        last = self._forgotten(record.id)
        return NEW if last is None else replace(NEW, version=last.version + 1, previous_text_hash=last.text_hash)

    def _forgotten(self, record_id: str) -> WrittenVersion | None:
        """Return the last version of a record that was forgotten on purpose."""
        return None

    def _text_holder(self, record: Record) -> str | None:
        if not record.text_hash:
            return None
        return self._claims.text_holder(record.text_hash) or self._confirmed_text_holder(record.text_hash)

    @abstractmethod
    def _has_record(self, record_id: str) -> bool:
        """Tell whether a record of this id is confirmed."""

    @abstractmethod
    def _confirmed_text_holder(self, text_hash: str) -> str | None:
        """Return the id of the confirmed record that has, or had, this text."""

    @abstractmethod
    def _remember(self, record: Record, *, is_known: bool) -> None:
        """Keep id and text; `is_known`: a version of the id, and maybe the text, are kept already."""


class MemorySeen(ClaimingIndex):
    """A seen index that lasts as long as the process."""

    def __init__(self, options: NearOptions = DEFAULT_NEAR_OPTIONS) -> None:
        super().__init__(MemoryBands(options), options)
        self._confirmed_ids: set[str] = set()
        self._confirmed_texts: dict[str, str] = {}

    def _has_record(self, record_id: str) -> bool:
        return record_id in self._confirmed_ids

    def _confirmed_text_holder(self, text_hash: str) -> str | None:
        return self._confirmed_texts.get(text_hash)

    def _remember(self, record: Record, *, is_known: bool) -> None:
        self._confirmed_ids.add(record.id)
        if record.text_hash:
            self._confirmed_texts[record.text_hash] = record.id
