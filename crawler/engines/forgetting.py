"""Forget URLs of a crawl on Redis on purpose: what a source gives of them again is fetched and written anew."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from crawler.dedup.near import DEFAULT_NEAR_OPTIONS
from crawler.dedup.seen import WrittenVersion
from crawler.engines.account import SharedTally
from crawler.engines.changes import Changes, LeasesLost
from crawler.engines.connection import RedisServer
from crawler.engines.leases import Leases
from crawler.engines.ledger import RedisLedger
from crawler.engines.overview import check_site
from crawler.engines.rows import Row
from crawler.engines.seen import RedisSeen
from crawler.engines.site_groups import SiteGroups
from crawler.engines.sources import RedisSources
from crawler.errors import OutputError
from crawler.state.forgetting import Choice, Forgotten


def forget(server: RedisServer, choice: Choice) -> Forgotten:
    """Remove rows and their records from the state.

    URLs that were settled longer ago than `keep` have no row: of them only one that is named by its address is
    forgotten. Raises OutputError where a worker is at work on a site, UsageError for a site that is not known.
    """
    with _forgetting(server) as one:
        return one.forget(choice)


@contextmanager
def _forgetting(server: RedisServer) -> Iterator[_Forgetting]:
    one = _Forgetting(server, f"forget-{secrets.token_hex(6)}")
    try:
        yield one
    finally:
        one.leases.give_up()


class _Forgetting:
    """Holds the sites for as long as it takes, as a worker does."""

    def __init__(self, server: RedisServer, name: str) -> None:
        self._server = server
        self._changes = Changes(server, name)
        self.leases = Leases(server, name, Path())
        self._ledger = RedisLedger(server, self._changes, self.leases, SharedTally(), name)
        self._groups = SiteGroups(server, self._changes, self.leases, self._ledger)
        self._seen = RedisSeen(server, self._changes, name, DEFAULT_NEAR_OPTIONS)
        self._sources = RedisSources(server, self._changes)

    def forget(self, choice: Choice) -> Forgotten:
        groups = self._groups.of_sites()
        if choice.site is not None:
            check_site(self._server, groups, choice.site)
            groups = {choice.site: groups[choice.site]}
        self.leases.offer({group: {group} for group in set(groups.values())}, joins=False)
        urls = records = 0
        for group in sorted(set(groups.values())):
            if self.leases.take_site(group) is None:
                raise OutputError(f"{group}: a worker is at work on it: stop the workers first")
            for keys in self._keys(group, choice):
                try:
                    chosen = self._remove(group, keys, choice)
                except LeasesLost as lost:
                    raise OutputError(f"{lost}: a worker took it over: stop the workers first") from lost
                urls, records = urls + len(chosen), records + sum(row.record_id is not None for row in chosen)
                self.leases.renew()
            self.leases.release(group, is_done=False)
        return Forgotten(urls, records)

    def _keys(self, group: str, choice: Choice) -> Iterator[list[str]]:
        if choice.key is not None:
            yield [choice.key]
        else:
            yield from self._ledger.scanned(group)

    def _remove(self, group: str, keys: list[str], choice: Choice) -> list[Row]:
        """Return the rows that were removed."""
        rows = {key: row for key, row in self._ledger.rows(group, keys).items() if _is_chosen(row, choice)}
        with self._ledger.together([group]):
            for key, row in rows.items():
                self._ledger.forget(group, key, row)
                if row.record_id is not None:
                    last = WrittenVersion(row.record_id, row.text_hash, row.version)
                    self._seen.forget(last, row.body_hash)
            for key in keys if choice.key is not None and choice.before is None else ():
                self._ledger.forget(group, key, None)
            for site in {row.site for row in rows.values()}:
                self._sources.ask_anew(site)
            if choice.site is not None and choice.url is None and choice.before is None:
                self._sources.forget_site_memory(choice.site)
        return list(rows.values())


def _is_chosen(row: Row, choice: Choice) -> bool:
    if choice.site not in {None, row.site}:
        return False
    return choice.before is None or (row.settled_at > 0 and _moment(row.settled_at) < choice.before)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds).astimezone()
