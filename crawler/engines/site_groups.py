"""In which group each site was when it was crawled last, and its way into another: sites.toml may change.

Key, after the namespace: `sites`, a site's name -> its group (hash).
"""

from __future__ import annotations

from crawler.engines.changes import Changes
from crawler.engines.connection import RedisServer
from crawler.engines.leases import Leases
from crawler.engines.ledger import RedisLedger
from crawler.engines.rows import pack
from crawler.errors import OutputError


class SiteGroups:
    def __init__(self, server: RedisServer, changes: Changes, leases: Leases, ledger: RedisLedger) -> None:
        self._server = server
        self._changes = changes
        self._leases = leases
        self._ledger = ledger

    def bring_into(self, group: str, site: str) -> None:
        """Note the site's group, and bring its rows there where they are in another: sites.toml was changed since.

        Raises LeasesLost, and OutputError where a worker that knows the site in its former group is at work on it.
        """
        name = self._server.key
        noted = self._server.ask("HGET", name("sites"), site)
        former = None if noted is None else noted.decode()
        if former == group:
            return
        if former is not None:
            holder, until = self._server.ask_all(
                [("HGET", name("holders"), former), ("ZSCORE", name("leases"), former)]
            )
            is_held = holder is not None and float(until or 0) > self._server.now()
            if is_held and not self._leases.groups_alike(holder.decode().partition("|")[0]):
                raise OutputError(f"{site}: a worker with another sites.toml is at work on it: wait for its end")
            for keys in self._ledger.scanned(former):
                own = {key: row for key, row in self._ledger.rows(former, keys).items() if row.site == site}
                with self._changes.together(self._leases.tokens([group])):
                    for key, row in own.items():
                        self._changes.set_field(name("rows", group), key, pack(row))
                        self._changes.add("HDEL", name("rows", former), key)
                        self._changes.add("HDEL", name("flying", former), key)
        self._server.ask("HSET", name("sites"), site, group)

    def of_sites(self) -> dict[str, str]:
        """Return the groups of all sites that have been crawled, as they were then."""
        found = self._server.ask("HGETALL", self._server.key("sites"))
        return {site.decode(): group.decode() for site, group in found.items()}

    def sites(self) -> list[str]:
        return sorted(name.decode() for name in self._server.ask("HKEYS", self._server.key("sites")))
