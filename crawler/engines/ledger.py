"""The ledger on Redis: rows of found URLs, where they wait, and the known URLs of which no row is left.

Keys, after the namespace; G is a group of sites, S a site:

    rows:G        normalized URL -> row (hash)        waiting:S   URLs to fetch by age; below 0: in flight at a death
    flying:G      taken URLs -> number of the take, site  later:S     URLs that had their turn, for the next run
    retried:S     failed URLs that may pass           articles:S:N  articles that were re-visited N times, by first_seen
    looks:S       URLs without an article that may be looked at again, by the time of settlement
    settled:S     URLs by the time of settlement      dead:S      dead letters: URL -> what is known (hash)
    counts:S      "state|cause" -> URLs (hash)        known       table of digests of URLs without a row

Only who holds the group of a site changes these, and the site's rows are of that group.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from msgspec.structs import replace

from crawler.engines.account import SharedTally
from crawler.engines.changes import Changes
from crawler.engines.connection import RedisServer
from crawler.engines.leases import Lease, Leases
from crawler.engines.rows import Row, pack, unpack
from crawler.state.values import Waiting

ROWS_AT_A_TIME = 1000
SWEPT_AT_A_TIME = 5000

Ending = tuple[str, str | None]


def digest_of(text: str) -> bytes:
    """Return eight bytes that stand for a text: two of 450 million are equal with a chance of 0.6 % (computed)."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:8]


def number_of(key: str) -> int:
    return int.from_bytes(digest_of(key))


class RedisLedger:
    def __init__(self, server: RedisServer, changes: Changes, leases: Leases, tally: SharedTally, run_id: str) -> None:
        self._server = server
        self._changes = changes
        self._leases = leases
        self._tally = tally
        self._run_id = run_id
        self._takes = 0
        self._begin_block()

    def _begin_block(self) -> None:
        self._changed: dict[tuple[str, str], Row] = {}
        self._found: set[tuple[str, int]] = set()
        self._after: list[Callable[[], None]] = []

    @contextmanager
    def together(self, groups: Iterable[str]) -> Iterator[None]:
        """Change rows of these groups as one. Raises LeasesLost, and then neither rows nor account are changed."""
        self._begin_block()
        try:
            with self._changes.together(self._leases.tokens(groups)):
                yield
            for group, number in self._found:
                self._tally.find(group, number)
            for step in self._after:
                step()
        finally:
            self._begin_block()

    def after(self, step: Callable[[], None]) -> None:
        """Have something counted once the block has taken effect."""
        self._after.append(step)

    def is_found(self, group: str, key: str) -> bool:
        number = number_of(key)
        return (group, number) in self._found or self._tally.is_found(group, number)

    def mark_found(self, group: str, key: str, row: Row | None, site: str) -> None:
        """Count the URL as found in this run, for the site that found it; `row` is None where none is left of it."""
        if row is not None and row.site != site:
            self.put(group, key, row, replace(row, site=site))
            return
        if not self.is_found(group, key) and (row is None or row.state != "waiting"):
            ending = ("known", None) if row is None else self._ending(row, is_found=True)
            self.after(lambda: self._tally.move(site, None, ending))
        self._found.add((group, number_of(key)))

    def rows(self, group: str, keys: Sequence[str]) -> dict[str, Row]:
        """Return the rows of the keys that have one, as they are within the block."""
        asked = [key for key in dict.fromkeys(keys) if (group, key) not in self._changed]
        found: dict[str, Row] = {}
        for begin in range(0, len(asked), ROWS_AT_A_TIME):
            some = asked[begin : begin + ROWS_AT_A_TIME]
            packed = self._server.ask("HMGET", self._server.key("rows", group), *some)
            found |= {key: unpack(row) for key, row in zip(some, packed, strict=True) if row is not None}
        return found | {key: self._changed[group, key] for key in keys if (group, key) in self._changed}

    def known(self, keys: Sequence[str]) -> set[str]:
        """Return those of the keys that were settled long ago."""
        found: set[str] = set()
        for begin in range(0, len(keys), ROWS_AT_A_TIME):
            some = keys[begin : begin + ROWS_AT_A_TIME]
            answers = self._server.run("known", "known", *map(digest_of, some))
            found |= {key for key, answer in zip(some, answers, strict=True) if answer is not None}
        return found

    def put(self, group: str, key: str, before: Row | None, row: Row, *, is_found: bool = True) -> None:
        """Change a row, or make it; indexes and counts follow. Within `together`.

        `is_found`: it is found in this run by this, if it was not yet.
        """
        changes = self._changes
        changes.set_field(self._server.key("rows", group), key, pack(row))
        old, new = self._places(before), self._places(row)
        for place in self._possible_places(before) - new.keys():
            changes.add("ZREM", place, key)
        for place, score in new.items():
            if old.get(place) != score:
                changes.add_score(place, key, score)
        if before is not None:
            changes.add_count(self._server.key("counts", before.site), _count(before), -1)
        changes.add_count(self._server.key("counts", row.site), _count(row), 1)
        self._changed[group, key] = row
        was = self._ending(before, is_found=self.is_found(group, key))
        if is_found:
            self._found.add((group, number_of(key)))
        now = self._ending(row, is_found=self.is_found(group, key))
        site = row.site if before is None else before.site
        self.after(lambda: self._tally.move(site, was, None))
        self.after(lambda: self._tally.move(row.site, None, now))

    def _ending(self, row: Row | None, *, is_found: bool) -> Ending | None:
        if row is None:
            return None
        is_of_run = row.settled_run == self._run_id
        if row.state == "waiting":
            return ("waiting", row.cause) if is_of_run and row.cause is not None else None
        if not is_found:
            return None
        return (row.state, row.cause) if is_of_run else ("known", None)

    def _places(self, row: Row | None) -> dict[str, int]:
        """Return the sorted sets in which the row stands, with its score."""
        if row is None:
            return {}
        name = self._server.key
        if row.state == "waiting":
            had_its_turn = row.settled_run == self._run_id and row.cause is not None
            return {name("later" if had_its_turn else "waiting", row.site): row.newest_at}
        places = {name("settled", row.site): row.settled_at}
        if row.is_article:
            places[name("articles", row.site, str(row.revisits))] = row.first_seen
        elif row.may_be_retried(2**31):
            places[name("retried", row.site)] = row.attempts
        elif row.may_have_second_look:
            places[name("looks", row.site)] = row.settled_at
        return places

    def _possible_places(self, row: Row | None) -> set[str]:
        """Return the sorted sets in which the row may stand: one that waits may have been moved by `open_again`."""
        if row is not None and row.state == "waiting":
            return {self._server.key(name, row.site) for name in ("waiting", "later")}
        return set(self._places(row))

    def take(self, lease: Lease, site: str, limit: int, queued: Sequence[str]) -> tuple[list[Waiting], int] | None:
        """Return rows to fetch, newest first, which are in flight from now on, and how many of the site were before.

        None where the lease is lost.
        """
        self._takes += 1
        words = (self._run_id, self._takes, lease.group, lease.token, site, limit)
        before, *taken = self._server.run("take", *words, *queued)
        if before == b"lost":
            return None
        keys = [word.decode("utf-8", "surrogatepass") for word in taken]
        rows = self.rows(lease.group, keys)
        return [rows[key].waiting(key) for key in keys if key in rows], int(before)

    def count_takable(self, group: str, site: str, queued: Sequence[str]) -> int:
        waiting = self._server.key("waiting", site)
        flying = {key.decode() for key in self._server.ask("HKEYS", self._server.key("flying", group))}
        busy = flying | set(queued)
        scores = self._server.ask_all([("ZSCORE", waiting, key) for key in busy])
        return int(self._server.ask("ZCARD", waiting)) - sum(score is not None for score in scores)

    def scanned(self, group: str) -> Iterator[list[str]]:
        """Yield the keys of the group's rows, some at a time; one may come twice."""
        place = b"0"
        while True:
            place, found = self._server.ask("HSCAN", self._server.key("rows", group), place, "COUNT", ROWS_AT_A_TIME)
            keys = list(found)[::2] if isinstance(found, list) else list(found)
            yield [key.decode("utf-8", "surrogatepass") for key in keys]
            if int(place) == 0:
                return

    def forget_flight(self, group: str, key: str) -> None:
        self._changes.add("HDEL", self._server.key("flying", group), key)

    def open_again(self, site: str) -> None:
        """Have the URLs that had their turn in an earlier run wait again."""
        waiting, later = self._server.key("waiting", site), self._server.key("later", site)
        if self._server.ask("EXISTS", later):
            with self.together([self._leases.group_of(site)]):
                self._changes.add("ZUNIONSTORE", waiting, 2, waiting, later, "AGGREGATE", "MIN")
                self._changes.add("DEL", later)

    def members(self, name: str, site: str, least: float | str, most: float | str, limit: int = -1) -> list[str]:
        """Return the URLs of an index by score."""
        key = self._server.key(name, site)
        found = self._server.ask("ZRANGEBYSCORE", key, least, most, "LIMIT", 0, limit)
        return [word.decode("utf-8", "surrogatepass") for word in found]

    def count_waiting(self, site: str) -> int:
        keys = (self._server.key("waiting", site), self._server.key("later", site))
        return sum(int(number) for number in self._server.ask_all([("ZCARD", key) for key in keys]))

    def bury(self, group: str, site: str, keys: Collection[str], deaths: int) -> None:
        """Put URLs in which workers died among the dead letters."""
        dead = self._server.key("dead", site)
        for key in keys:
            self._changes.set_field(dead, key, f"{deaths} {int(time.time())} {self._run_id}")

    def sweep(self, group: str, site: str, keep_seconds: float) -> None:
        """Leave eight bytes of URLs that were settled so long ago."""
        oldest = time.time() - keep_seconds
        keys = self.members("settled", site, "-inf", oldest, SWEPT_AT_A_TIME)
        rows = self.rows(group, keys)
        if not keys:
            return
        with self.together([group]):
            for key in keys:
                self._changes.add("ZREM", self._server.key("settled", site), key)
                self._remove(group, key, rows.get(key))
                self._changes.add("@put", "known", digest_of(key), "")

    def forget(self, group: str, key: str, row: Row | None) -> None:
        """Remove all that is known of a URL. Within `together`."""
        self._remove(group, key, row)
        self._changes.add("@del", "known", digest_of(key))
        if row is not None:
            self._changes.add("HDEL", self._server.key("dead", row.site), key)
            self._changes.add_count(self._server.key("counts", row.site), _count(row), -1)

    def _remove(self, group: str, key: str, row: Row | None) -> None:
        for place in self._possible_places(row):
            self._changes.add("ZREM", place, key)
        self._changes.add("HDEL", self._server.key("rows", group), key)


def _count(row: Row) -> str:
    return f"{row.state}|{row.cause or ''}"
