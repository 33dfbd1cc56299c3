"""The URLs behind the numbers: bounded lists by what was counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

ALL_SITES = ""
Key = tuple[str, str, str]
"""What was counted (`state`, `cause`, `language`, `label`, `status`), site or ALL_SITES, the word of it."""


@dataclass(frozen=True, slots=True)
class ListedUrl:
    url: str
    words: str = ""
    """Title, detail of a failure, or what else there is to say of it."""


@dataclass(frozen=True, slots=True)
class UrlList:
    total: int
    """What the run counted."""
    known: int
    """URLs of these that are still known."""
    urls: tuple[ListedUrl, ...]
    """The first of those."""

    @property
    def rest(self) -> str:
        """What is not listed, in words; empty where everything is."""
        more = max(0, self.known - len(self.urls))
        gone = max(0, self.total - self.known)
        parts = [f"{more} more"] if more else []
        if gone:
            parts.append(f"{gone} whose URLs are not kept, or that a later run came to again")
        return " and ".join(parts)


class UrlBook:
    """Gathers URLs of one run under their keys, the first `limit` of each."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._counts: Counter[Key] = Counter()
        self._urls: defaultdict[Key, list[ListedUrl]] = defaultdict(list)

    def add(self, kind: str, site: str, word: str, url: ListedUrl) -> None:
        """Note the URL for its site and for all sites."""
        for key in {(kind, site, word), (kind, ALL_SITES, word)}:
            self.see(key, url)

    def see(self, key: Key, url: ListedUrl | None, count: int = 1) -> None:
        self._counts[key] += count
        if url is not None and len(self._urls[key]) < self._limit:
            self._urls[key].append(url)

    def list_of(self, key: Key, total: int | None = None) -> UrlList:
        """Return the list of the key; `total` is what the run's report says, if it says it."""
        known = self._counts[key]
        return UrlList(known if total is None else total, known, tuple(self._urls[key]))

    def words(self, kind: str) -> dict[str, int]:
        """Return word -> URLs of a kind over all sites, the most frequent first."""
        counts = {key[2]: number for key, number in self._counts.items() if key[:2] == (kind, ALL_SITES)}
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def anchor(key: Key, sites: list[str]) -> str:
    """Return the fragment of a key's list; sites are numbered, as their names may hold anything."""
    kind, site, word = key
    place = "all" if site == ALL_SITES else f"s{sites.index(site) + 1}" if site in sites else "s0"
    return f"{place}-{kind}-{word}"
