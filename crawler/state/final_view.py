"""Records as they stand once all copies are known; a line only says what was known when it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from crawler.items import Record
from crawler.records.reader import read_records, record_ids
from crawler.state.clusters import clusters


@dataclass(frozen=True, slots=True)
class Wish:
    """Which lines of an output folder are wanted."""

    latest: bool = False
    """Of an article's versions only the last."""
    no_duplicates: bool = False
    """Of a cluster's articles only the original, or the record that has its text."""


@dataclass(frozen=True, slots=True)
class _Place:
    cluster_id: str
    kept: str
    similarity: float | None


def final_records(folder: Path, wish: Wish) -> Iterator[Record]:
    """Yield the folder's records, oldest first, with `duplicate_of`, `duplicate_cluster_id` and `similarity` anew.

    `similarity` is None where the two were never compared with each other. Needs memory for one id an article
    with `latest`, for the members of clusters otherwise. Raises UsageError where the folder has no state,
    OutputError, StateError or FileUnreadable for files that cannot be used.
    """
    places = _places(folder)
    last = {name: number for number, name in enumerate(record_ids(folder))} if wish.latest else {}
    for number, record in enumerate(read_records(folder)):
        if wish.latest and last.get(record.id) != number:
            continue
        place = places.get(record.id)
        if wish.no_duplicates and place is not None and place.kept != record.id:
            continue
        yield _with_place(record, place)


def _places(folder: Path) -> dict[str, _Place]:
    places = {}
    for cluster in clusters(folder):
        kept = cluster.kept
        if kept is None:
            continue
        for member in cluster.members:
            similarity = cluster.similarities.get((member.id, kept))
            places[member.id] = _Place(cluster.id, kept, similarity)
    return places


def _with_place(record: Record, place: _Place | None) -> Record:
    if place is None:
        return replace(record, duplicate_of=None, duplicate_cluster_id=None, similarity=None)
    if place.kept == record.id:
        return replace(record, duplicate_of=None, duplicate_cluster_id=place.cluster_id, similarity=None)
    return replace(record, duplicate_of=place.kept, duplicate_cluster_id=place.cluster_id, similarity=place.similarity)
