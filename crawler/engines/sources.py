"""Sources, hosts and the figures of earlier runs on Redis.

sources     URL -> source (hash)        sources:S   URLs of a site's sources (set)
host:H      what is known of a host (hash)
figures:S   of the site's last runs, newest first (list)
memory:S    what its pages repeat, as `crawler.site_memory.storage` writes it, deflated
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import msgspec

from crawler.engines.changes import Changes
from crawler.engines.connection import RedisServer, Word
from crawler.items import DiscoveredVia, JsonValue
from crawler.state.history import RunFigures
from crawler.state.hosts import RETRY_AFTER, HostState
from crawler.state.scheduling import Entries, is_due
from crawler.state.site_memory import FAST
from crawler.state.sources import polled
from crawler.state.values import Poll, SourceState

FIGURES_KEPT = 20
SITES_AT_A_TIME = 1000
HOST_SECONDS = 30 * 86_400
"""For so long after its last change a host is remembered. Chosen: over the longest parking."""
MEMORY_SECONDS = 180 * 86_400
"""For so long after its last change a site's memory is kept. Chosen: a site that is crawled again learns anew."""
_TEXTS = ("parked_until", "parked_cause", "retry_after_until", "robots_at")


class RedisSources:
    """Each change takes effect at once, but for a poll, which is part of what it gave."""

    def __init__(self, server: RedisServer, changes: Changes) -> None:
        self._server = server
        self._changes = changes

    @classmethod
    def reading(cls, server: RedisServer) -> RedisSources:
        """Return one that is not to change anything."""
        return RedisSources(server, Changes(server, ""))

    def source(self, url: str) -> SourceState | None:
        packed = self._server.ask("HGET", self._server.key("sources"), url)
        return None if packed is None else _source(packed)

    def sources_of(self, *sites: str) -> list[SourceState]:
        found = []
        for begin in range(0, len(sites), SITES_AT_A_TIME):
            names = [self._server.key("sources", site) for site in sites[begin : begin + SITES_AT_A_TIME]]
            urls = [
                url
                for of_site in self._server.ask_all([("SMEMBERS", name) for name in names])
                for url in sorted(of_site)
            ]
            packed = self._server.ask("HMGET", self._server.key("sources"), *urls) if urls else []
            found += [_source(one) for one in packed if one is not None]
        return found

    def is_due(self, url: str, now: datetime) -> bool:
        return is_due(self.source(url), now)

    def save_poll(self, poll: Poll, entries: Entries) -> bool:
        """Add a poll's outcome to the open changes; return whether entries may have been missed before it."""
        if poll.kind == DiscoveredVia.GIVEN:
            return False
        source, has_gap = polled(self.source(poll.url), poll, entries)
        self._changes.set_field(self._server.key("sources"), poll.url, msgspec.json.encode(source))
        self._changes.add("SADD", self._server.key("sources", source.site), poll.url)
        return has_gap

    def host(self, name: str) -> HostState | None:
        words = self._server.ask("HGETALL", self._server.key("host", name))
        known: dict[bytes, bytes] = (
            dict(zip(words[::2], words[1::2], strict=True)) if isinstance(words, list) else words
        )
        if not known:
            return None
        texts = {field: known[field.encode()].decode() for field in _TEXTS if field.encode() in known}
        status = known.get(b"robots_status")
        return HostState(
            name, texts.get("parked_until"), texts.get("parked_cause"), texts.get("retry_after_until"),
            known.get(b"robots_body"), None if status is None else int(status), texts.get("robots_at"),
            int(known.get(b"failures", 0)),
        )  # fmt: skip

    def keep_robots(self, host: str, status: int | None, body: bytes | None, at: str) -> None:
        self._change_host(host, {"robots_status": status, "robots_body": body, "robots_at": at})

    def park(self, host: str, until: str | None, cause: str | None) -> None:
        if until is None:
            self._change_host(
                host, {"parked_until": None, "parked_cause": None, "retry_after_until": None}, failures=None
            )
        elif cause == RETRY_AFTER:
            self._change_host(host, {"retry_after_until": until})
        else:
            self._change_host(host, {"parked_until": until, "parked_cause": cause}, failures=1)

    def site_history(self, site: str, limit: int = 10) -> list[RunFigures]:
        packed = self._server.ask("LRANGE", self._server.key("figures", site), 0, limit - 1)
        return [msgspec.json.decode(one, type=RunFigures) for one in packed]

    def site_memory(self, site: str) -> bytes | None:
        """Return what earlier runs learned of the site's pages, None where they learned nothing."""
        stored = self._server.ask("GET", self._server.key("memory", site))
        return None if stored is None else zlib.decompress(stored)

    def put_site_memory(self, site: str, stored: bytes) -> None:
        """Add to the open changes what was learned of the site."""
        packed = zlib.compress(stored, FAST)
        self._changes.add("SET", self._server.key("memory", site), packed, "EX", MEMORY_SECONDS)

    def forget_site_memory(self, site: str) -> None:
        """Add to the open changes that nothing was learned of the site."""
        self._changes.add("DEL", self._server.key("memory", site))

    def ask_anew(self, site: str) -> None:
        """Add to the open changes that no source of the site may be answered with “not modified”."""
        for source in self.sources_of(site):
            bare = replace(source, etag=None, last_modified=None, body_hash=None, due_at=None, not_modified=0)
            self._changes.set_field(self._server.key("sources"), source.url, msgspec.json.encode(bare))

    def keep_figures(self, run_id: str, finished_at: str, report: str) -> None:
        """Keep what a run's report says of its sites."""
        sites = json.loads(report).get("sites")
        with self._changes.together({}):
            for name, site in sites.items() if isinstance(sites, dict) else ():
                if isinstance(site, dict):
                    key = self._server.key("figures", name)
                    self._changes.add("LPUSH", key, msgspec.json.encode(_figures(run_id, finished_at, site)))
                    self._changes.add("LTRIM", key, 0, FIGURES_KEPT - 1)

    def _change_host(self, name: str, values: Mapping[str, Word | None], failures: int | None = 0) -> None:
        """Set or remove fields; `failures` are added, None sets them back where anything is known of the host."""
        key = self._server.key("host", name)
        commands: list[tuple[Word, ...]] = [("HDEL", key, field) for field, value in values.items() if value is None]
        set_now = [word for field, value in values.items() if value is not None for word in (field, value)]
        if set_now:
            commands.append(("HSET", key, *set_now))
        if failures is None:
            if self._server.ask("EXISTS", key):
                commands.append(("HSET", key, "failures", 0))
        elif failures:
            commands.append(("HINCRBY", key, "failures", failures))
        commands.append(("EXPIRE", key, HOST_SECONDS))
        with self._changes.together({}):
            for command in commands:
                self._changes.add(*command)


def _source(packed: bytes) -> SourceState:
    return msgspec.json.decode(packed, type=SourceState)


def _figures(run_id: str, finished_at: str, site: Mapping[str, JsonValue]) -> RunFigures:
    states = site.get("states")
    counted = states if isinstance(states, dict) else {}
    median = site.get("median_text_chars")
    return RunFigures(
        run_id, finished_at, _whole(counted.get("new")), _whole(site.get("found")), _whole(counted.get("failed")),
        float(median) if isinstance(median, int | float) else None,
    )  # fmt: skip


def _whole(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0
