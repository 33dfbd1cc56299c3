"""What `winnow state` and `winnow doctor` say and do where the state is on Redis."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crawler.commands.findings import Finding, Level, finding
from crawler.commands.workplace import workplace_checks
from crawler.items import Label
from crawler.site_memory.memory import empty_memory
from crawler.site_memory.storage import to_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Inline, RedisProcess
    from tests.engines.conftest import Floor

pytestmark = pytest.mark.redis

ENGINE = '[engine]\nkind = "redis"\nurl = "{url}"\nnamespace = "{name}"\n\n'
SITE = (
    '[defaults]\nuser_agent = "news (+https://example.org)"\n\n[[site]]\nname = "news"\nurl = "https://example.org/"\n'
)


def _sites(folder: Path, url: str, name: str) -> Path:
    path = folder / "sites.toml"
    path.write_text(ENGINE.format(url=url, name=name) + SITE, encoding="utf-8")
    return path


def _engine_of(path: Path) -> Finding:
    checks = dict(workplace_checks(path, path.parent / "output"))
    return finding("engine", checks["engine"])


@pytest.fixture
def crawled(floor: Floor, tmp_path: Path) -> None:
    store = floor.worker()
    store.record_poll(floor.poll(), [floor.candidate(n) for n in range(3)])
    floor.write_all(store)
    store.keep_site_memories({"news": to_bytes(empty_memory(len(Label)))})
    store.finish({})
    _sites(tmp_path, floor.options.url, floor.options.namespace)


@pytest.mark.usefixtures("crawled")
def test_a_site_is_shown_and_forgotten(inline: Inline) -> None:
    def shown() -> Any:
        return json.loads(inline.run("state", "show", "--site", "news", "--json").out)

    assert shown()["site_memory"]["articles"] == 0
    assert "Site memory: 0 articles" in inline.run("state", "show", "--site", "news").out.decode()
    ended = inline.run("state", "forget", "--site", "news")
    assert ended.code == 0
    assert "forgot 3 URLs, 3 records among them" in ended.err
    seen = shown()
    assert (seen["site_memory"], seen["ledger"], seen["workers"]) == (None, [], [])


def test_doctor_looks_at_the_server(own_redis: RedisProcess, tmp_path: Path) -> None:
    path = _sites(tmp_path, own_redis.url, "doctor")
    found = _engine_of(path)
    assert found.level is Level.OK
    assert "appendonly, noeviction" in found.words
    own_redis.kill()
    own_redis.start("--maxmemory", "3mb")
    filled = _engine_of(path)
    assert filled.level in {Level.OK, Level.WARNING}
    assert "of 3" in filled.words
    own_redis.kill()
    own_redis.start("--maxmemory-policy", "allkeys-lru")
    assert (_engine_of(path).level, "set maxmemory-policy noeviction" in _engine_of(path).words) == (Level.FAULT, True)
    own_redis.kill()
    found = _engine_of(path)
    assert (found.level, "cannot be reached" in found.words) == (Level.FAULT, True)
