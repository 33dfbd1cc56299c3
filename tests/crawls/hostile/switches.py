"""How each mechanism is turned off, by the name that the table gives it; for `command.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.crawls.hostile.run import SHORT

URL_GUARD: dict[str, Any] = {
    "settings": {"DOWNLOADER_MIDDLEWARES": {"crawler.middlewares.AddressGuardMiddleware": None}}
}
RESOLVER: dict[str, Any] = {
    "settings": {"TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver"},
}
PEER_CHECK: dict[str, Any] = {"code": ["import crawler.downloads as d; d.may_connect = lambda *_: True"]}

SWITCHES: dict[str, tuple[dict[str, Any], ...]] = {
    "address": (URL_GUARD, RESOLVER, PEER_CHECK),
    "url_guard": (URL_GUARD,),
    "decompression": (
        {
            "settings": {
                "DOWNLOADER_MIDDLEWARES": {
                    "crawler.middlewares.DecompressionMiddleware": None,
                    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
                }
            }
        },
    ),
    "max_bytes": (
        {"settings": {"DOWNLOAD_MAXSIZE": 0}},
        {"code": ["import crawler.extraction.parse as p; p.check_document = lambda *_: None"]},
    ),
    "data_loss": ({"settings": {"DOWNLOAD_FAIL_ON_DATALOSS": False}},),
    "timeout": ({"settings": {"DOWNLOAD_TIMEOUT": 100_000}},),
    "retries": ({"settings": {"RETRY_ENABLED": False}},),
    "header_bound": ({"attributes": {"crawler.downloads.MAX_HEADER_BYTES": 1 << 50}},),
    "redirect_bound": ({"settings": {"REDIRECT_MAX_TIMES": 100_000}},),
    "only_whole_answers": ({"code": ["import crawler.spiders.base as b; b.unusable = lambda _: None"]},),
    "robots": (
        {
            "settings": {
                "DOWNLOADER_MIDDLEWARES": {
                    "crawler.robots.RobotsMiddleware": None,
                    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": 100,
                }
            }
        },
    ),
    "robots_cut": ({"attributes": {"crawler.site_files.MAX_BYTES": 1 << 50}},),
    "signatures": (
        {
            "code": [
                "import crawler.extraction.read_page as r; r.check_document = r.check_text = lambda *_: None",
            ]
        },
    ),
    "depth": ({"code": ["import crawler.extraction.parse as p; p.is_deeper = lambda *_: False"]},),
    "elements": ({"code": ["import crawler.extraction.parse as p; p.check_bounds = lambda *_: None"]},),
    "attributes": ({"code": ["import crawler.extraction.parse as p; p.check_bounds = lambda *_: None"]},),
    "entities": (
        {
            "code": [
                "import crawler.discovery.feeds as f, crawler.discovery.sitemaps as s\n"
                "f.clean_xml = s.clean_xml = lambda text, url, faults: text\n"
            ]
        },
    ),
    "page_seconds": ({"settings": {"WINNOW_PAGE_SECONDS": 100_000.0}},),
}


def without(names: Iterable[str], *further: dict[str, Any]) -> dict[str, Any]:
    """Return the changes that turn these mechanisms off, with the shorter bounds of the suite."""
    settings: dict[str, Any] = dict(SHORT["settings"])
    attributes: dict[str, Any] = {}
    code: list[str] = []
    for change in (*(part for name in names for part in SWITCHES[name]), *further):
        for name, value in change.get("settings", {}).items():
            settings[name] = {**settings.get(name, {}), **value} if isinstance(value, dict) else value
        attributes |= change.get("attributes", {})
        code += change.get("code", [])
    return {"settings": settings, "attributes": attributes, "code": code}
