"""What of a Redis is refused at the start, in one line, and what is never said."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.engines.options import PASSWORD_VARIABLE, RedisOptions
from crawler.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.engines.connection import RedisServer
    from tests.conftest import RedisProcess


@contextmanager
def _connected(redis: RedisProcess) -> Iterator[RedisServer]:
    from crawler.engines.connection import RedisServer

    server = RedisServer(RedisOptions(redis.url, "server"))
    yield server
    server.close()


@pytest.mark.redis
@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--maxmemory-policy", "allkeys-lru"), "maxmemory-policy allkeys-lru"),
        (("--appendonly", "no"), "set appendonly yes"),
        (("--cluster-enabled", "yes"), "is a cluster"),
        (("--requirepass", "secret"), f"wants another password: set {PASSWORD_VARIABLE}"),
    ],
    ids=["evicts", "forgets", "cluster", "password"],
)
def test_a_server_that_cannot_be_trusted(own_redis: RedisProcess, flags: tuple[str, ...], words: str) -> None:
    own_redis.kill()
    for leftover in own_redis.folder.glob("appendonlydir/*"):
        leftover.unlink()
    own_redis.start(*flags)
    with pytest.raises(UsageError) as refused, _connected(own_redis):
        pass
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.redis
def test_the_password_is_taken_from_the_environment_and_never_said(
    own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_redis.kill()
    own_redis.start("--requirepass", "open-sesame")
    monkeypatch.setenv(PASSWORD_VARIABLE, "wrong-words")
    with pytest.raises(UsageError) as refused, _connected(own_redis):
        pass
    assert "wrong-words" not in str(refused.value)
    monkeypatch.setenv(PASSWORD_VARIABLE, "open-sesame")
    with _connected(own_redis) as server:
        assert server.ask("DBSIZE") == 0
        assert "open-sesame" not in repr(vars(server)) + server.options.place


@pytest.mark.redis
def test_a_change_is_applied_once_though_its_answer_was_lost(own_redis: RedisProcess, tmp_path: Path) -> None:
    from crawler.engines.changes import Changes
    from crawler.engines.leases import Leases

    with _connected(own_redis) as server:
        Leases(server, "w", tmp_path)
        Changes(server, "w").add("INCR", server.key("number"))
        again = Changes(server, "w")
        again.add("INCR", server.key("number"))
        assert server.ask("GET", server.key("number")) == b"1"
        again.add("INCR", server.key("number"))
        assert server.ask("GET", server.key("number")) == b"2"


def test_one_machine_loads_no_redis() -> None:
    code = (
        "import sys, crawler.pipelines, crawler.spiders.news, crawler.commands.state, crawler.commands.crawling; "
        "sys.exit(any(name.split('.')[0] == 'redis' or name.startswith('crawler.engines') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
