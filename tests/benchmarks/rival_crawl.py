"""The rival: a Scrapy project with trafilatura in its pipeline, wired by hand as well as it can be.

python -m tests.benchmarks.rival_crawl OUTPUT.jsonl SITEMAP_OR_ROBOTS_URL ... [--pool N] [--fast]

Sitemaps as Scrapy reads them, the asyncio reactor, no delay, bytes handed over undecoded, one JSON line an article;
with --pool trafilatura runs in N processes and the reactor only fetches.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

FIELDS = ("title", "author", "date", "sitename", "description", "categories", "tags", "language", "image", "text")


def read(body: bytes, url: str, *, fast: bool) -> dict[str, Any] | None:
    from trafilatura import bare_extraction

    document = bare_extraction(body, url=url, with_metadata=True, include_comments=False, fast=fast)
    return {"url": url} | {name: getattr(document, name) for name in FIELDS} if document else None


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
    pool = ProcessPoolExecutor(options.pool, mp_context=get_context("spawn")) if options.pool else None

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
            "REMOTE_CONTROL_ENABLED": False,
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
