"""What a URL and a document take in Redis, of synthetic articles: each part in a namespace of its own.

python -m tests.benchmarks.crawl_redis - memory [--documents 20000]
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from crawler.dedup.minhash import signature_of
from crawler.dedup.near import DEFAULT_NEAR_OPTIONS, Entry
from crawler.dedup.near_claims import week_of
from crawler.engines.bands import RedisBands
from crawler.engines.changes import Changes
from crawler.engines.connection import RedisServer
from crawler.engines.leases import Leases
from crawler.engines.ledger import digest_of
from crawler.engines.options import RedisOptions
from crawler.engines.rows import Row, pack
from tests.conftest import RedisProcess

URLS_A_DOCUMENT = 10


def measure_memory(redis: RedisProcess, folder: Path, documents: int) -> None:
    """Print bytes an entry of each part, by the server's used_memory before and after."""
    server = RedisServer(RedisOptions(redis.url, "memory"))
    Leases(server, "w", folder)
    changes = Changes(server, "w")
    urls = documents * URLS_A_DOCUMENT
    _tell("a known URL", urls, server, lambda: _known(changes, urls))
    _tell("a record's id", documents, server, lambda: _table(changes, "records", documents, b""))
    _tell("a text's hash with its record", documents, server, lambda: _table(changes, "texts", documents, bytes(16)))
    _tell("bands and signature of a document", documents, server, lambda: _bands(server, changes, documents))
    _tell("a live row with its indexes", documents, server, lambda: _rows(server, documents))


def _tell(name: str, entries: int, server: RedisServer, fill: Callable[[], None]) -> None:
    before = _used(server)
    fill()
    print(f"{name}: {(_used(server) - before) / entries:.1f} bytes ({entries} entries)", flush=True)


def _used(server: RedisServer) -> int:
    return int(server.ask("INFO", "memory")["used_memory"])


def _known(changes: Changes, number: int) -> None:
    for begin in range(0, number, 1000):
        with changes.together({}):
            for n in range(begin, min(number, begin + 1000)):
                changes.add("@put", "known", digest_of(f"news.example/{n}"), "")


def _table(changes: Changes, name: str, number: int, value: bytes) -> None:
    draw = random.Random(1)
    for begin in range(0, number, 1000):
        with changes.together({}):
            for n in range(begin, min(number, begin + 1000)):
                changes.add("@put", name, digest_of(f"{name} {n}"), draw.randbytes(len(value)))


def _bands(server: RedisServer, changes: Changes, number: int) -> None:
    draw = random.Random(2)
    bands = RedisBands(server, changes, DEFAULT_NEAR_OPTIONS)
    week = week_of(datetime.now(UTC))
    for begin in range(0, number, 100):
        with changes.together({}):
            for _ in range(begin, min(number, begin + 100)):
                signature = signature_of(" ".join(f"w{draw.randrange(50_000)}" for _ in range(200)))
                assert signature is not None
                bands.add(Entry(draw.randbytes(16).hex(), signature, week), ())


def _rows(server: RedisServer, number: int) -> None:
    draw = random.Random(3)
    for n in range(number):
        key = f"www.news{n % 100}.example/politics/2026/11/22/a-headline-of-usual-length-{n}.html"
        row = Row(
            f"https://{key}", f"news{n % 100}", "new", "feed", 1_760_000_000 + n, 1_760_000_000 + n,
            "20261122T104501Z-0000", source_url=f"https://www.news{n % 100}.example/feed.xml",
            title="A headline of the usual length, as they are in feeds", published="2026-11-22T10:45:01Z",
            settled_run="20261122T104501Z-0000", settled_at=1_760_000_000 + n, fetched_at="2026-11-22T10:45:01Z",
            record_id=draw.randbytes(16).hex(), text_hash=f"sha256:{draw.randbytes(32).hex()}",
            etag='"0123456789abcdef"', body_hash=draw.randbytes(32).hex(),
        )  # fmt: skip
        site = f"news{n % 100}"
        server.ask_all(
            [
                ("HSET", server.key("rows", site), key, pack(row)),
                ("ZADD", server.key("articles", site, "0"), row.first_seen, key),
                ("ZADD", server.key("settled", site), row.settled_at, key),
            ]
        )
