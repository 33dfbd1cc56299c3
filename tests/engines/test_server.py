"""What of a Redis is refused at the start, in one line, and what is never said."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crawler.engines.condition import ServerCondition
from crawler.engines.options import PASSWORD_VARIABLE, RedisOptions
from crawler.errors import UsageError
from tests.certificates import self_signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.engines.connection import RedisServer
    from tests.conftest import RedisProcess


@contextmanager
def _connected(redis: RedisProcess, url: str | None = None) -> Iterator[RedisServer]:
    from crawler.engines.connection import RedisServer

    server = RedisServer(RedisOptions(url or redis.url, "server"))
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


SOUND = {"redis_version": "7.0.15", "aof_enabled": 1, "maxmemory_policy": "noeviction", "role": "master"}


@pytest.mark.parametrize(
    ("told", "seconds", "words"),
    [
        pytest.param({}, 0.0, None, id="sound"),
        pytest.param({"valkey_version": "8.1.1", "redis_version": "7.2.4"}, 50.0, None, id="valkey"),
        pytest.param({"redis_version": "5.0.7"}, 0.0, "is of version 5.0.7", id="old"),
        pytest.param({"aof_last_write_status": "err"}, 0.0, "cannot write its file", id="disk-full"),
        pytest.param({"role": "slave"}, 0.0, "is a replica", id="replica"),
        pytest.param({}, 90.0, "is 90 s ahead of this machine's clock", id="clock-ahead"),
        pytest.param({}, -3600.0, "is 3600 s behind this machine's clock", id="clock-behind"),
    ],
)
def test_conditions(told: dict[str, Any], seconds: float, words: str | None) -> None:
    faults = list(ServerCondition.of(SOUND | told, 1000.0 + seconds, 1000.0).faults())
    assert [words in fault for fault in faults if words] == ([True] if words else [])
    assert bool(faults) == bool(words)


@pytest.mark.redis
def test_over_tls_with_a_certificate_of_ones_own(own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    secure = self_signed(own_redis.folder, common_name="redis.test", for_loopback=True)
    authority = secure.with_name("authority.pem")
    own_redis.kill()
    own_redis.start(
        "--tls-port", str(own_redis.port + 1), "--tls-cert-file", str(secure), "--tls-key-file", str(secure),
        "--tls-ca-cert-file", str(authority), "--tls-auth-clients", "no", "--requirepass", "open-sesame",
    )  # fmt: skip
    monkeypatch.setenv(PASSWORD_VARIABLE, "open-sesame")
    url = own_redis.url.replace("redis://", "rediss://").replace(str(own_redis.port), str(own_redis.port + 1))
    with _connected(own_redis, f"{url}?ssl_ca_certs={authority}") as server:
        assert server.ask("DBSIZE") == 0
    with pytest.raises(UsageError) as refused, _connected(own_redis, url):
        pass
    assert "certificate verify failed" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_one_machine_loads_no_redis() -> None:
    code = (
        "import sys, crawler.pipelines, crawler.spiders.news, crawler.commands.state, crawler.commands.crawling; "
        "sys.exit(any(name.split('.')[0] == 'redis' or name.startswith('crawler.engines') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
