"""Which articles are copies of each other: the final view, which does not depend on what came first.

Pairs of records that were found alike, and pages that were not written because a record has their text, are the edges
of a graph; a cluster is one of its connected parts.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from crawler.errors import UsageError
from crawler.state.overview import reading

_COPIES = "state = 'duplicate' AND page_id IS NOT NULL AND original_id IS NOT NULL AND page_id != original_id"
_EDGES = f"""
SELECT record_id, other_id, similarity FROM near_duplicates
UNION ALL SELECT page_id, original_id, coalesce(similarity, 1.0) FROM ledger WHERE {_COPIES}
"""  # noqa: S608
# Rows that lead to a page by a redirect come first, its own last, so that of several its own is kept, or the shortest.
_PAGES = f"""
SELECT page_id, url, normalized_url, site, title, coalesce(page_published, published), first_seen, record_id IS page_id,
    CASE WHEN {_COPIES} THEN original_id END
FROM ledger WHERE page_id IN (
    SELECT record_id FROM near_duplicates UNION SELECT other_id FROM near_duplicates
    UNION SELECT page_id FROM ledger WHERE {_COPIES} UNION SELECT original_id FROM ledger WHERE {_COPIES}
) ORDER BY record_id IS page_id, length(normalized_url) DESC, normalized_url DESC
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a cluster, or a copy of one that was not written."""

    id: str
    url: str
    normalized_url: str
    site: str
    title: str | None
    published: str | None
    """ISO 8601, as the page or its source says."""
    first_seen: str
    is_written: bool
    text_of: str | None = None
    """Of a page that was not written: the id of the record that has its text."""


@dataclass(frozen=True, slots=True)
class Cluster:
    id: str
    """The smallest id of its members."""
    original: str
    """Id of the member that was published first, or seen first where no date is known; of equals the shortest URL's."""
    members: tuple[Member, ...]
    """The original first, then in the order of its rule."""
    similarities: Mapping[tuple[str, str], float]
    """Pairs of ids, each both ways, that were compared and found alike."""

    @property
    def kept(self) -> str | None:
        """Id of the record that stands for the cluster: the original's, or the one that has its text."""
        written = {member.id for member in self.members if member.is_written}
        original = self.members[0]
        for name in (original.id, original.text_of, *(member.id for member in self.members)):
            if name in written:
                return name
        return None


def clusters(folder: Path, site: str | None = None) -> list[Cluster]:
    """Return the clusters of an output folder, those of a site where one is named, the largest first.

    Raises UsageError where the folder has no state or knows no such site, OutputError or StateError for a file that
    cannot be used.
    """
    with reading(folder) as connection:
        found = resolved(connection)
        if site is not None:
            found = [cluster for cluster in found if site in {member.site for member in cluster.members}]
            if not found:
                _check_site(connection, site)
    return found


def _check_site(connection: sqlite3.Connection, site: str) -> None:
    if connection.execute("SELECT 1 FROM ledger WHERE site = ? LIMIT 1", (site,)).fetchone() is None:
        known = [name for (name,) in connection.execute("SELECT DISTINCT site FROM ledger ORDER BY site")]
        raise UsageError(f"--site {site}: no page of such a site; the folder has {', '.join(known) or 'none'}")


def resolved(connection: sqlite3.Connection) -> list[Cluster]:
    edges = connection.execute(_EDGES).fetchall()
    pages = {member.id: member for member in map(_member, connection.execute(_PAGES))}
    # A record that was forgotten may still be named: of it nothing is known.
    edges = [edge for edge in edges if edge[0] in pages and edge[1] in pages]
    parts = _connected_parts([(one, other) for one, other, _ in edges])
    similarities: defaultdict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for one, other, similarity in edges:
        similarities[parts[one]] |= {(one, other): similarity, (other, one): similarity}
    members: defaultdict[str, list[Member]] = defaultdict(list)
    for name, part in parts.items():
        members[part].append(pages[name])
    found = [_cluster(members[part], similarities[part]) for part in members]
    return sorted(found, key=lambda cluster: (-len(cluster.members), cluster.id))


def _member(row: tuple[Any, ...]) -> Member:
    page_id, url, key, site, title, published, first_seen, is_written, text_of = row
    return Member(page_id, url, key, site, title, published, first_seen, bool(is_written), text_of)


def _cluster(members: list[Member], similarities: Mapping[tuple[str, str], float]) -> Cluster:
    ordered = sorted(members, key=_precedence)
    return Cluster(min(member.id for member in members), ordered[0].id, tuple(ordered), similarities)


def _precedence(member: Member) -> tuple[bool, float | str, int, str]:
    """Published first, seen first where no date is known; between equals the order of arrival decides nothing.

    Then the shorter address: print and AMP pages of an article add to its own.
    """
    published = _seconds(member.published)
    length = len(member.normalized_url)
    if published is None:
        return True, member.first_seen, length, member.id
    return False, published, length, member.id


def _seconds(text: str | None) -> float | None:
    """Return seconds since 1970. A day counts from its end: who names the hour too was not later."""
    try:
        moment = datetime.fromisoformat(text or "")
        if len(text or "") <= len("2026-11-22"):
            moment = datetime.combine(moment.date(), time.max)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _connected_parts(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return each name's part of the graph, named by one of its names (union-find with halved paths)."""
    leader: dict[str, str] = {}

    def lead(name: str) -> str:
        leader.setdefault(name, name)
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for one, other in pairs:
        leader[lead(one)] = lead(other)
    return {name: lead(name) for name in list(leader)}
