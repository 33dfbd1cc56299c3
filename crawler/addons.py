"""Winnow's settings for other Scrapy projects: `ADDONS = {"crawler.addons.Winnow": 100}`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crawler import settings as ours
from crawler.config_file import Place
from crawler.engine_config import engine_of

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

PROJECT_OWN = frozenset({"BOT_NAME", "SPIDER_MODULES", "NEWSPIDER_MODULE", "PROJECT_PAGE", "USER_AGENT", "LOG_LEVEL"})
"""What a project names for itself."""
MERGED = frozenset(
    {"DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS", "ITEM_PIPELINES", "DOWNLOAD_HANDLERS"}
)
"""Tables of components: ours are added to the project's, its own entries win."""


class Winnow:
    """Scrapy add-on: hardened settings, guards, extraction and store; the project's own settings win."""

    def update_settings(self, settings: BaseSettings) -> None:
        for name in dir(ours):
            if not name.isupper() or name in PROJECT_OWN:
                continue
            value = getattr(ours, name)
            if name in MERGED:
                table = settings.getdict(name)
                settings.set(name, {**value, **table}, priority="cmdline")
            else:
                settings.set(name, value, priority="addon")


class WinnowOnRedis(Winnow):
    """The same with the state on a Redis: `WINNOW_REDIS_URL`, and for the rest `WINNOW_ENGINE` as `[engine]` has it.

    Raises ConfigError for what `[engine]` could not have.
    """

    def update_settings(self, settings: BaseSettings) -> None:
        super().update_settings(settings)
        engine = {"kind": "redis", "url": settings.get("WINNOW_REDIS_URL"), **settings.getdict("WINNOW_ENGINE")}
        checked = engine_of(Place(Path("the setting WINNOW_ENGINE"), ""), engine)
        settings.set("WINNOW_ENGINE", checked.setting, priority="cmdline")
