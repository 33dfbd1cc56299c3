"""From what a sites.toml says to a connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawler.engines.connection import RedisServer
from crawler.engines.options import RedisOptions


def server_of(setting: Mapping[str, Any]) -> RedisServer:
    """Return a connection for the setting `WINNOW_ENGINE`. Raises UsageError for a server that cannot be used,
    OutputError for one that is away.
    """
    return RedisServer(RedisOptions.from_setting(setting))
