"""What `[engine]` of a sites.toml says to the Redis engine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self
from urllib.parse import urlsplit

USER_VARIABLE, PASSWORD_VARIABLE = "WINNOW_REDIS_USERNAME", "WINNOW_REDIS_PASSWORD"


@dataclass(frozen=True, slots=True)
class RedisOptions:
    url: str
    """redis://HOST:PORT/DB or rediss:// for TLS, without a password."""
    namespace: str = "winnow"
    """Before every key: crawls of different names share a server."""
    lease_seconds: float = 30.0
    """After so long without a sign of life a worker's sites go to others. Chosen: over every pause that was seen."""
    sites_at_once: int = 32
    """Groups of sites that a worker holds at most. Chosen: at one page a second and site, what a process can read."""
    keep_seconds: float = 7 * 86_400
    """For so long after its last settlement a URL can be re-visited; then 14 bytes say that it is known. Chosen."""
    near_weeks: int = 5
    """Weeks within which near-duplicates are looked for; as on one machine."""
    worker_deaths: int = 5
    """Workers that may die with a URL in flight before it goes to the dead letters. Chosen: an innocent one is
    asked again alone, after all others of its site."""
    patience_seconds: float = 12.0
    """For so long a server that restarts is waited for, half of a lease at most. Chosen: a run that is told to stop
    meanwhile ends within 20 seconds still."""

    @classmethod
    def from_setting(cls, setting: Mapping[str, Any]) -> Self:
        """Return the options of the setting `WINNOW_ENGINE`; keys of others are left out."""
        known = {spec.name for spec in fields(cls)}
        options = cls(**{name: value for name, value in setting.items() if name in known})
        return replace(options, patience_seconds=min(options.patience_seconds, options.lease_seconds / 2))

    @property
    def prefix(self) -> str:
        return f"{self.namespace}:"

    @property
    def place(self) -> str:
        """Host, port and number of the database, for messages; nothing that is secret."""
        parts = urlsplit(self.url)
        return f"{parts.hostname or 'localhost'}:{parts.port or 6379}{parts.path}"

    @property
    def credentials(self) -> dict[str, str]:
        """User and password out of the environment, where they are set."""
        found = {"username": os.environ.get(USER_VARIABLE), "password": os.environ.get(PASSWORD_VARIABLE)}
        return {name: value for name, value in found.items() if value}
