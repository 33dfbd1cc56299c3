"""`ADDONS = {"crawler.addons.Winnow": 100}` in a project of someone else."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.settings import Settings

from crawler import settings as ours
from crawler.addons import PROJECT_OWN, Winnow, WinnowOnRedis
from crawler.errors import ConfigError


def with_addon(own: dict[str, Any]) -> Settings:
    settings = Settings()
    settings.setdict({"ADDONS": {Winnow: 100}, **own}, priority="project")
    Winnow().update_settings(settings)
    return settings


HARDENED = {
    "TELNETCONSOLE_ENABLED": False,
    "COOKIES_ENABLED": False,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "ROBOTSTXT_OBEY": True,
    "TWISTED_DNS_RESOLVER": "crawler.resolver.GuardedResolver",
    "DOWNLOAD_MAXSIZE": 10_000_000,
}


@pytest.mark.parametrize(("name", "value"), HARDENED.items())
def test_a_project_without_settings_gets_ours(name: str, value: object) -> None:
    assert with_addon({})[name] == value


def test_the_projects_own_settings_win() -> None:
    settings = with_addon({"DOWNLOAD_DELAY": 7.5, "BOT_NAME": "theirs", "USER_AGENT": "Theirs/1.0"})
    assert settings.getfloat("DOWNLOAD_DELAY") == 7.5
    assert settings["BOT_NAME"] == "theirs"
    assert settings["USER_AGENT"] == "Theirs/1.0"


def test_the_name_of_the_project_is_left_alone() -> None:
    assert with_addon({})["BOT_NAME"] == "scrapybot"
    assert all(hasattr(ours, name) for name in PROJECT_OWN)


def test_components_are_added_to_the_projects() -> None:
    settings = with_addon({"ITEM_PIPELINES": {"theirs.Pipeline": 500, "crawler.pipelines.StorePipeline": None}})
    pipelines = settings.getdict("ITEM_PIPELINES")
    assert pipelines["theirs.Pipeline"] == 500
    assert pipelines["crawler.pipelines.ExtractPipeline"] == 300
    assert pipelines["crawler.pipelines.StorePipeline"] is None


def test_other_schemes_than_http_are_off() -> None:
    handlers = with_addon({}).getdict("DOWNLOAD_HANDLERS")
    assert {name: handlers[name] for name in ("file", "data", "ftp", "s3")} == dict.fromkeys(
        ("file", "data", "ftp", "s3")
    )


def test_the_guards_stand_before_robots() -> None:
    middlewares = with_addon({}).getdict("DOWNLOADER_MIDDLEWARES")
    assert (
        middlewares["crawler.middlewares.AddressGuardMiddleware"]
        < middlewares["crawler.middlewares.SiteGuardMiddleware"]
        < middlewares["crawler.robots.RobotsMiddleware"]
    )
    assert middlewares["scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware"] is None


def test_on_redis_the_engine_is_what_engine_can_be() -> None:
    settings = Settings({"WINNOW_REDIS_URL": "redis://cache.test/0", "WINNOW_ENGINE": {"keep": "30d"}})
    WinnowOnRedis().update_settings(settings)
    engine = settings.getdict("WINNOW_ENGINE")
    assert (engine["kind"], engine["url"], engine["keep_seconds"]) == ("redis", "redis://cache.test/0", 30 * 86_400)
    wrong = Settings({"WINNOW_REDIS_URL": "redis://cache.test/0", "WINNOW_ENGINE": {"lease_secs": 5}})
    with pytest.raises(ConfigError, match=r"WINNOW_ENGINE.*unknown key “lease_secs”; did you mean “lease_seconds”"):
        WinnowOnRedis().update_settings(wrong)
