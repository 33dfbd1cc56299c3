"""From settings to the store that they name."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.state.protocol import Store
from crawler.state.store import CrawlStore

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def open_store(settings: BaseSettings, run_id: str, now: datetime) -> Store:
    """Return the store of the engine that the settings name. Raises UsageError, OutputError, StateError or LockHeld."""
    folder = Path(settings["WINNOW_OUTPUT"])
    engine = settings.getdict("WINNOW_ENGINE")
    if engine.get("kind", "local") == "local":
        return CrawlStore.open(folder, run_id, now)
    from crawler.engines.options import RedisOptions  # one machine needs no Redis
    from crawler.engines.store import RedisStore

    return RedisStore.open(folder, run_id, now, RedisOptions.from_setting(engine))
