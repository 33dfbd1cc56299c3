from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from crawler.engines.changes import Changes
    from crawler.engines.connection import RedisServer
    from tests.conftest import RedisProcess


def _words(seed: int, number: int = 300) -> list[str]:
    draw = random.Random(seed)
    return [f"word{draw.randrange(5000)}" for _ in range(number)]


@pytest.fixture(scope="session")
def words() -> Callable[..., list[str]]:
    """Words of a text that only its seed shares."""
    return _words


@pytest.fixture
def redis_parts(shared_redis: RedisProcess, tmp_path: Path) -> tuple[RedisServer, Changes]:
    """A connection as the worker `w`, in a namespace of its own."""
    from crawler.engines.changes import Changes
    from crawler.engines.connection import RedisServer
    from crawler.engines.leases import Leases
    from crawler.engines.options import RedisOptions

    server = RedisServer(RedisOptions(shared_redis.url, f"dedup-{secrets.token_hex(6)}"))
    Leases(server, "w", tmp_path)
    return server, Changes(server, "w")
