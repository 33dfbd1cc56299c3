"""The rival: a Scrapy project with trafilatura in its pipeline, wired by hand as well as it can be.

python -m tests.benchmarks.rival_crawl OUTPUT.jsonl SITEMAP_OR_ROBOTS_URL ... [--pool N] [--fast]

Sitemaps as Scrapy reads them, the asyncio reactor, no delay, bytes handed over undecoded, one JSON line an article;
with --pool trafilatura runs in N processes, forked from one that has loaded it, and the reactor only fetches. What of
Scrapy such a crawl does not need is off. Tried, without gain: uvloop, a frozen heap for the collector, dates without
htmldate's extensive search.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

UNUSED_EXTENSIONS = ("scrapy.extensions.remote_control.RemoteControl", "scrapy.extensions.logstats.LogStats")
UNUSED_SPIDER_MIDDLEWARES = (
    "scrapy.spidermiddlewares.depth.DepthMiddleware",
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware",
)
UNUSED_DOWNLOADER_MIDDLEWARES = (
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware",
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware",
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware",
)
FIELDS = ("title", "author", "date", "sitename", "description", "categories", "tags", "language", "image", "text")


def read(body: bytes, url: str, *, fast: bool) -> dict[str, Any] | None:
    from trafilatura import bare_extraction

    document = bare_extraction(body, url=url, with_metadata=True, include_comments=False, fast=fast)
    return {"url": url} | {name: getattr(document, name) for name in FIELDS} if document else None


def _pool(workers: int) -> ProcessPoolExecutor:
    context = get_context("forkserver")
    context.set_forkserver_preload(["trafilatura", "tests.benchmarks.rival_crawl"])
    return ProcessPoolExecutor(workers, mp_context=context)


def main() -> None:
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.exceptions import DropItem
    from scrapy.http import Response
    from scrapy.spiders import SitemapSpider

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output")
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--pool", type=int, default=0, metavar="N")
    parser.add_argument("--fast", action="store_true")
    options = parser.parse_args()
    pool = _pool(options.pool) if options.pool else None

    class Articles:
        async def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
            if pool is None:
                record = read(item["body"], item["url"], fast=options.fast)
            else:
                record = await asyncio.wrap_future(pool.submit(_read, item["body"], item["url"], options.fast))
            if record is None:
                raise DropItem("no text", log_level="DEBUG")
            return record

    class News(SitemapSpider):
        name = "news"
        sitemap_urls = options.urls

        def parse(self, response: Response, **_: Any) -> Iterator[dict[str, Any]]:
            yield {"url": response.url, "body": response.body}

    for name in ("trafilatura", "htmldate", "courlan", "justext"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    process = AsyncCrawlerProcess(
        {
            "ITEM_PIPELINES": {Articles: 300},
            "FEEDS": {options.output: {"format": "jsonlines"}},
            "CONCURRENT_REQUESTS": 32,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": True,
            "COOKIES_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "WARN_ON_GENERATOR_RETURN_VALUE": False,
            "EXTENSIONS": dict.fromkeys(UNUSED_EXTENSIONS),
            "SPIDER_MIDDLEWARES": dict.fromkeys(UNUSED_SPIDER_MIDDLEWARES),
            "DOWNLOADER_MIDDLEWARES": dict.fromkeys(UNUSED_DOWNLOADER_MIDDLEWARES),
            "LOG_LEVEL": "WARNING",
        }
    )
    process.crawl(News)
    process.start()
    if pool is not None:
        pool.shutdown()


def _read(body: bytes, url: str, fast: bool) -> dict[str, Any] | None:
    return read(body, url, fast=fast)


if __name__ == "__main__":
    main()
