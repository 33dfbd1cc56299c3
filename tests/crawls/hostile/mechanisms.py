"""What holds against the hostile cases: each mechanism, how the tests turn it off, and the cases that may need it.

`python -m tests.benchmarks.hostile mechanisms` turns each off over its cases, in a crawl or a scrape of its own, and
tells which are then not as they must be. `seen_to_fail.json` keeps what it saw.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.crawls.hostile.case import Case
from tests.crawls.hostile.run import SHORT
from tests.crawls.hostile.table import HEAVY

SEEN_TO_FAIL = Path(__file__).parent / "seen_to_fail.json"
URL_GUARD = {"settings": {"DOWNLOADER_MIDDLEWARES": {"crawler.middlewares.AddressGuardMiddleware": None}}}
RESOLVER = {"settings": {"TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver"}}
PEER_CHECK = {"code": ["import crawler.downloads as d; d.may_connect = lambda *_: True"]}
CANARY_FOR_ALL = {
    "settings": {"TWISTED_DNS_RESOLVER": "tests.crawls.hostile.canary_resolver.CanaryResolver"},
    "code": ["import crawler.downloads as d, crawler.robots as r; d.may_connect = lambda *_: True"],
}
"""In the place of the two: whatever is not on this machine is the canary, so that nothing leaves it."""


@dataclass(frozen=True)
class Mechanism:
    """One thing that holds; more layers than one where each alone is enough."""

    name: str
    holds: str
    off: tuple[Mapping[str, Any], ...]
    concerns: Callable[[Case], bool]
    """The cases that it is turned off over."""
    crawls: bool = False
    """Seen in a crawl; others in a scrape, which is quicker."""
    endless: bool = False
    """Turned off over cases without an end too. Without their bound the server ends them itself, and what then comes is
    another outcome: with any other mechanism off that would say nothing."""

    def cases(self, all_cases: Iterable[Case]) -> list[Case]:
        """Return the cases that it is turned off over."""
        return [
            case for case in all_cases
            if self.concerns(case) and (self.crawls or case.has_page) and (self.endless or not without_end(case))
        ]  # fmt: skip


def without_end(case: Case) -> bool:
    return any(word in case.name for word in ("hang", "drip", "endless", "bomb", "flood", "announced", "200_mb"))


def families(*names: str, heavy: bool = False) -> Callable[[Case], bool]:
    return lambda case: case.family in names and (heavy or case.name not in HEAVY)


def named(*beginnings: str, heavy: bool = False) -> Callable[[Case], bool]:
    return lambda case: case.name.startswith(beginnings) and (heavy or case.name not in HEAVY)


def settings(**changed: Any) -> Mapping[str, Any]:
    return {"settings": changed}


def middlewares(**by_place: int | None) -> Mapping[str, Any]:
    return {"settings": {"DOWNLOADER_MIDDLEWARES": {name.replace("__", "."): at for name, at in by_place.items()}}}


def code(source: str) -> Mapping[str, Any]:
    return {"code": [source]}


def everywhere(name: str, instead: str) -> Mapping[str, Any]:
    """Replace a function under every name that it was imported by."""
    return code(f"from tests.crawls.hostile.replacing import replace_everywhere as r\nr({name!r}, {instead})")


CHECKS = code("import crawler.extraction.read_page as r; r.check_document = r.check_text = lambda *_: None")
BOUNDS = code("import crawler.extraction.parse as p; p.check_bounds = lambda *_: None")
IDENTICAL = "lambda text, *_: text"
NAIVE_DECODE = """
import re
import crawler.extraction.read_page as r
from crawler.extraction.decode import Decoded
def decode(body, content_type=None):
    said = re.search("charset=([^;]+)", content_type or "")
    name = said[1] if said else "utf-8"
    return Decoded(body.decode(name, "replace"), name)
r.decode = decode
"""
NAIVE_SOURCE = """
import re
import crawler.discovery.feeds as f, crawler.discovery.sitemaps as s
def decoded(body, content_type, faults):
    said = re.search(rb"encoding=.([^'\\"]+)", body[:200])
    return body.decode(said[1].decode() if said else "utf-8")
for module in (f, s):
    if hasattr(module, "decoded"):
        module.decoded = decoded
"""
NAIVE_DATES = """
from datetime import datetime
from tests.crawls.hostile.replacing import replace_everywhere
def parse_date(raw, now):
    return datetime.fromisoformat(raw).astimezone().isoformat(), "second"
replace_everywhere("crawler.extraction.date_formats.parse_date", parse_date)
"""
NAIVE_SOURCE_DATES = """
from datetime import datetime
from tests.crawls.hostile.replacing import replace_everywhere
replace_everywhere("crawler.discovery.dates.parse_date", lambda text: datetime.fromisoformat(text or "").isoformat())
"""
ANY_SCHEME = """
import crawler.urls as u
def parse(url, base=None):
    from ada_url import URL
    return URL(url, base)
from tests.crawls.hostile.replacing import replace_everywhere as r
r("crawler.urls.parse_url", parse)
u._check_host = lambda *_: None
"""

MECHANISMS = (
    Mechanism(
        "address_guard", "URL guard, resolver and check of the connected address", (URL_GUARD, CANARY_FOR_ALL),
        lambda case: case.family == "addresses" or "inside" in case.name or "userinfo" in case.name,
    ),
    Mechanism(
        "schemes", "URLs of other schemes are none, and nothing could fetch them",
        (URL_GUARD, code(ANY_SCHEME), settings(DOWNLOAD_HANDLERS={
            "file": "scrapy.core.downloader.handlers.file.FileDownloadHandler",
            "data": "scrapy.core.downloader.handlers.datauri.DataURIDownloadHandler",
        }, ROBOTSTXT_OBEY=False)),
        named("direct_file", "direct_data", "direct_ftp", "direct_gopher", "direct_javascript", "direct_s3",
              "direct_view_source", "redirect_file", "redirect_data", "redirect_javascript", "redirect_ftp",
              "redirect_gopher", "label_too_long", "long_url", "url_"),
    ),
    Mechanism(
        "decompression", "whole streams only, at most two layers, small windows",
        (middlewares(crawler__middlewares__DecompressionMiddleware=None,
                     scrapy__downloadermiddlewares__httpcompression__HttpCompressionMiddleware=590),),
        families("compression"),
    ),
    Mechanism(
        "max_bytes", "bytes of an answer, as received, unpacked and before parsing",
        (settings(DOWNLOAD_MAXSIZE=0, WINNOW_IN_FLIGHT_BYTES=0), CHECKS, BOUNDS),
        lambda case: "bomb" in case.name or case.name in {
            "endless_body", "endless_chunks", "announced_1_gb", "length_2_63", "page_over_cap", "chunk_size_huge",
        }, endless=True),
    Mechanism("data_loss", "a body that ends early is none", (settings(DOWNLOAD_FAIL_ON_DATALOSS=False),),
              lambda case: "body_truncated" in case.outcomes and case.family in {"network", "http"}),
    Mechanism("deadline", "a total time for an answer", (settings(DOWNLOAD_TIMEOUT=100_000, RETRY_ENABLED=False),),
              lambda case: case.name.startswith(("hang_", "drip_", "robots_hang", "robots_drip")), endless=True),
    Mechanism("strict_deadline", "the deadline leaves time for slow answers", (settings(DOWNLOAD_TIMEOUT=0.4),),
              named("slow_but_whole")),
    Mechanism("strict_redirects", "redirects are followed", (settings(REDIRECT_MAX_TIMES=2),),
              named("redirect_chain_short")),
    Mechanism("strict_headers", "no bound that pages of the web reach",
              ({"attributes": {"crawler.downloads.MAX_HEADER_BYTES": 10_000}},), named("etag_14", "cookie_bomb")),
    Mechanism("codings_undone", "content codings are undone at all",
              (code("import crawler.middlewares as m; m.decoded_body = lambda body, *_: body"),),
              families("compression")),
    Mechanism("false_codings", "a plain page with a false coding is read",
              (code("import crawler.content_codings as c; c._is_plain = lambda _: False"),), families("compression")),
    Mechanism("strict_members", "more than one layer and member",
              (code("import crawler.middlewares as m\nfrom functools import partial\n"
                    "m.CodingOptions = partial(m.CodingOptions, max_layers=1, max_members=10)"),),
              named("two_layers", "gzip_member")),
    Mechanism("sniffed_types", "what looks like a page is one, whatever its type",
              (code("import crawler.extraction.parse as p; p.looks_like_html = lambda _: False"),),
              named("type_", "two_types", "no_type", "json_as")),
    Mechanism("tolerant_headers", "header lines that break the rules",
              (code("import crawler.downloads as d\nfrom twisted.web._newclient import HTTP11ClientProtocol as P\n"
                    "d._LenientHTTP11ClientProtocol.request = P.request"),), families("http")),
    Mechanism("retries", "a failed connection is tried again", (settings(RETRY_ENABLED=False),), named("flaky")),
    Mechanism("header_bound", "bytes of headers", ({"attributes": {"crawler.downloads.MAX_HEADER_BYTES": 1 << 50}},),
              lambda case: bool(case.said), endless=True),
    Mechanism("redirect_bound", "ten redirects, 2,083 characters of URL",
              (settings(REDIRECT_MAX_TIMES=100_000, URLLENGTH_LIMIT=0),), named("redirect_", "long_url"), endless=True),
    Mechanism("no_meta_refresh", "pages redirect nobody", (settings(METAREFRESH_ENABLED=True),),
              named("meta_refresh", "refresh_header")),
    Mechanism("whole_answers", "2xx statuses that are no page",
              (code("import crawler.spiders.base as b; b.unusable = lambda _: None"),), named("status_", "empty_200")),
    Mechanism("http_errors", "only 2xx is a page", (settings(HTTPERROR_ALLOW_ALL=True),),
              lambda case: case.name.startswith(("status_", "retry_after", "bot_wall", "redirect_"))),
    Mechanism("named_failures", "every request that fails is told, with its cause",
              (code("import crawler.spiders.base as b; b.ArticleSpider.request_failed = lambda *_: None"),),
              families("network", "http", "robots", "traps"), endless=True),
    Mechanism("robots_rules", "robots.txt as RFC 9309 wants it",
              (middlewares(crawler__robots__RobotsMiddleware=None,
                           scrapy__downloadermiddlewares__robotstxt__RobotsTxtMiddleware=100),),
              lambda case: case.family == "robots" or case.name in {"refused", "tls_to_plain_port"}),
    Mechanism("signatures", "bytes that are no page", (CHECKS,), families("http", "compression", "encodings")),
    Mechanism("flat_trees", "trees deeper than the parser's 256 levels are laid flat",
              (code("import crawler.extraction.parse as p; p.is_deeper = lambda *_: False"),),
              named("deep_", "inline_", heavy=True)),
    Mechanism("element_bounds", "elements and attributes, counted before parsing",
              (BOUNDS, settings(WINNOW_PAGE_SECONDS=1.5)),
              named("million_elements", "million_attributes", "attributes_behind", heavy=True)),
    Mechanism("block_bound", "blocks, counted before they are labelled",
              (code("import crawler.extraction.read_page as r; r.within_cap = lambda tree, most: tree"),
               settings(WINNOW_PAGE_SECONDS=1.5)),
              named("many_blocks")),
    Mechanism("charsets", "WHATWG labels, marks, what the bytes are", (code(NAIVE_DECODE),), families("encodings")),
    Mechanism(
        "clean_text", "controls, surrogates, separators and marks are left out",
        (everywhere("crawler.extraction.clean_text.clean_text", IDENTICAL),
         everywhere("crawler.extraction.clean_text.clean_line", IDENTICAL),
         everywhere("crawler.extraction.clean_text.strip_control_references", IDENTICAL)),
        families("texts", "encodings"),
    ),
    Mechanism("json_ld", "JSON-LD that breaks is left out",
              (code("import json, crawler.extraction.structured as s; s._parse = json.loads"),), named("ld_")),
    Mechanism("dates", "dates that are none are left out", (code(NAIVE_DATES),),
              named("meta_date", "meta_offset", "ld_")),
    Mechanism("judged_pages", "walls, forms and empty pages are no articles",
              (code("import crawler.pipelines.extract as p; p.status_error = lambda _: None"),),
              lambda case: bool(case.outcomes & {"not_article", "empty_page", "consent_page", "short"})),
    Mechanism("xml_entities", "entities are refused, controls and ampersands mended",
              (code("import crawler.discovery.feeds as f, crawler.discovery.sitemaps as s\n"
                    "f.clean_xml = s.clean_xml = lambda text, url, faults: text"),),
              families("sources"), crawls=True),
    Mechanism("source_charsets", "encodings of feeds and sitemaps", (code(NAIVE_SOURCE),), families("sources"),
              crawls=True),
    Mechanism("source_dates", "dates of entries that are none are left out", (code(NAIVE_SOURCE_DATES),),
              named("feed_dates", "map_dates"), crawls=True),
    Mechanism("each_entry_alone", "a bad link costs itself, not its source",
              (code("import crawler.errors as e, crawler.discovery.feeds as f, crawler.discovery.sitemaps as s, "
                    "crawler.discovery.front_pages as p\nclass Never(Exception): pass\n"
                    "for m in (f, s, p): m.PageError = Never"),),
              lambda case: case.family in {"sources", "traps"} and bool(case.source), crawls=True),
    Mechanism("source_deadline", "a total time for a source",
              (settings(DOWNLOAD_TIMEOUT=100_000, RETRY_ENABLED=False),), named("feed_hang", "feed_drip"),
              crawls=True, endless=True),
    Mechanism("source_guard", "a source's redirects are guarded as a page's", (URL_GUARD, CANARY_FOR_ALL,
              code("import crawler.middlewares as m\nasync def no(self, request): pass\n"
                   "m.SiteGuardMiddleware.process_request = no")),
              named("feed_redirect_inside"), crawls=True),
    Mechanism("source_statuses", "an answer that is no source is told",
              (code("import crawler.spiders.polls as p\nasync def no(*_): pass\np.Polls.commit_failed = no"),),
              lambda case: bool(case.source) and "read" not in case.source and case.name not in HEAVY,
              crawls=True, endless=True),
    Mechanism("source_trees", "sitemap indexes: 50 files, two levels; 50 feeds",
              (code("import crawler.spiders.asked_sources as a; a.MAX_OF_KIND, a.MAX_DEPTH = 150, 4"),),
              lambda case: case.asked > 0, crawls=True, endless=True),
)  # fmt: skip
BY_NAME = {mechanism.name: mechanism for mechanism in MECHANISMS}


def seen_to_fail() -> dict[str, list[str]]:
    """Return the cases that were seen to fail with each mechanism off."""
    seen: dict[str, list[str]] = json.loads(SEEN_TO_FAIL.read_text(encoding="utf-8"))
    return seen


def without(*changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return these changes in one, with the shorter bounds of the suite."""
    changed: dict[str, Any] = dict(SHORT["settings"])
    attributes: dict[str, Any] = {}
    sources: list[str] = []
    for change in changes:
        for name, value in change.get("settings", {}).items():
            changed[name] = {**changed.get(name, {}), **value} if isinstance(value, dict) else value
        attributes |= change.get("attributes", {})
        sources += change.get("code", [])
    return {"settings": changed, "attributes": attributes, "code": sources}
