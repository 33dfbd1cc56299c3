"""Answers that are lost, leases that go in between, servers that hang: nothing is lost, nothing is done twice."""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from threading import Timer
from typing import TYPE_CHECKING, Any

import pytest
import redis

from crawler.engines import connection
from crawler.engines.connection import RedisServer
from crawler.engines.options import RedisOptions
from crawler.errors import OutputError, StateError
from crawler.state.values import FoundCounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.engines.store import RedisStore
    from tests.conftest import RedisProcess
    from tests.engines.conftest import Floor

pytestmark = pytest.mark.redis

URLS = 25
SCRIPTS = ("apply", "claim", "join", "latest", "lease", "near", "release", "renew", "take")


def _losing(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object] | None = None, only: str = ""
) -> None:
    """Have the answer of every script lost once, or of one script; `meanwhile` is done before it is sent again."""
    client: Any = store.server._redis
    for script in SCRIPTS:
        client.script_load(connection._script(script)[0])
    send = client.evalsha
    wanted = connection._script(only)[1] if only else None
    lost: set[tuple[Any, ...]] = set()

    def evalsha(*words: Any) -> Any:
        answer = send(*words)
        if words in lost or wanted not in {None, words[0]}:
            lost.discard(words)
            return answer
        lost.add(words)
        if meanwhile is not None:
            meanwhile()
        raise redis.ConnectionError("lost")

    monkeypatch.setattr(client, "evalsha", evalsha)
    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.0)


def _given_to_another(store: RedisStore, group: str) -> None:
    store.server.ask("HSET", store.server.key("holders"), group, "another|999")


def test_where_every_answer_is_lost_once_nothing_is_lost_or_twice(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = floor.worker()
    _losing(store, monkeypatch)
    sites = set(store.turns.take())
    assert sites == {"news", "paper", "blog", "wire"}
    assert store.record_poll(floor.poll(), [floor.candidate(n) for n in range(URLS)]).new == URLS
    floor.write_all(store)
    account = store.account()["news"]
    assert (account.states["new"], account.holds) == (URLS, True)
    for site in sites:
        assert store.turns.end(site, is_done=True, in_flight=0, pause_seconds=0)
    store.finish({"sites": {"news": {}}})
    assert floor.written() == sorted(f"news.example/{n}" for n in range(URLS))
    assert len(floor.worker().site_history("news")) == 1


def test_what_was_applied_counts_though_the_lease_went_before_its_answer_came(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = floor.worker()
    store.record_poll(floor.poll(), [floor.candidate(n) for n in range(3)])
    rows = store.take_waiting("news", 3)
    for row in rows:
        record = floor.record(int(row.normalized_url.rpartition("/")[2]))
        store.claim(record, row)
        store.write(record, "news", row.normalized_url)
    _losing(store, monkeypatch, lambda: _given_to_another(store, "news"), only="apply")
    store.flush()
    store.finish({})
    assert floor.written() == [f"news.example/{n}" for n in range(3)]


def test_a_lease_that_is_lost_before_the_site_has_begun_is_no_fault(floor: Floor) -> None:
    store = floor.worker()
    for site in store.turns.take():
        _given_to_another(store, site)
        store.server.ask("ZADD", store.server.key("later", site), 1, "x.example/1")
        assert store.record_poll(floor.poll(site), [floor.candidate(2, site)]) == FoundCounts(0, 0, 0)
        assert store.turns.is_lost(site)


def test_a_lease_that_is_lost_at_the_end_of_the_site_is_no_fault(floor: Floor) -> None:
    floor.options = replace(floor.options, keep_seconds=-10)  # so that something is swept
    store = floor.worker()
    assert "news" in store.turns.take()
    store.record_poll(floor.poll(), [floor.candidate(1)])
    floor.write_all(store)
    _given_to_another(store, "news")
    assert store.turns.end("news", is_done=True, in_flight=0, pause_seconds=0)
    assert store.turns.is_lost("news")


def test_what_was_learned_of_a_site_is_kept_by_who_holds_it(floor: Floor) -> None:
    stale = floor.worker()
    stale.turns.take()
    stale.keep_site_memories({"news": b"one"})
    assert stale.server.ask("TTL", stale.server.key("memory", "news")) > 0
    _given_to_another(stale, "news")
    stale.keep_site_memories({"news": b"stale", "paper": b"two"})
    assert (stale.site_memory("news"), stale.site_memory("paper")) == (b"one", b"two")
    assert stale.turns.is_lost("news")
    stale.turns.end("paper", is_done=False, in_flight=0, pause_seconds=0)
    stale.keep_site_memories({"paper": b"too late"})
    assert stale.site_memory("paper") == b"two"


def test_what_is_committed_after_a_lease_was_lost_is_compared_with_later_copies(floor: Floor) -> None:
    words = " ".join(f"word{number}" for number in range(90))
    store = floor.worker()
    for site in ("news", "paper"):
        store.record_poll(floor.poll(site), [floor.candidate(1, site)])
        (row,) = store.take_waiting(site, 1)
        record = replace(floor.record(1, site), text=f"{site} {words}" if site == "paper" else "short")
        assert store.claim(record, row).state == "new"
        store.write(record, site, row.normalized_url)
    _given_to_another(store, "news")
    store.flush()
    assert store.turns.is_lost("news")
    assert store.server.ask("KEYS", store.server.key("claim", "*")) == []
    verdict = store.claim(replace(floor.record(2, "paper"), text=f"again {words}"))
    assert (verdict.state, verdict.duplicate_of) == ("new", floor.record(1, "paper").id)


def test_workers_whose_sites_left_a_group_go_on(floor: Floor) -> None:
    before = floor.worker()
    before.turns.offer({"news": {"news", "paper"}}, joins=True)
    for site in sorted(before.turns.take()):
        before.record_poll(floor.poll(site), [floor.candidate(n, site) for n in range(3)])
    before.finish({})
    floor.options = replace(floor.options, sites_at_once=1)
    one, other = floor.worker(), floor.worker()
    for store in (one, other):
        store.turns.offer({"news": {"news"}, "paper": {"paper"}}, joins=True)
    ((own,), (others,)) = one.turns.take(), other.turns.take()
    for store, site in ((one, own), (other, others)):
        floor.write_all(store, site)
        assert store.account()[site].states["new"] == 3


def test_a_worker_that_holds_both_parts_of_a_former_group_goes_on(floor: Floor) -> None:
    before = floor.worker()
    before.turns.offer({"news": {"news", "paper"}}, joins=True)
    for site in sorted(before.turns.take()):
        before.record_poll(floor.poll(site), [floor.candidate(n, site) for n in range(3)])
    before.finish({})
    after = floor.worker()
    after.turns.offer({"news": {"news"}, "paper": {"paper"}}, joins=True)
    assert sorted(after.turns.take()) == ["news", "paper"]
    for site in ("news", "paper"):
        floor.write_all(after, site)
        assert after.account()[site].states["new"] == 3


def test_a_site_that_is_in_another_group_now_has_its_urls_still(floor: Floor) -> None:
    before = floor.worker()
    before.record_poll(floor.poll(), [floor.candidate(n) for n in range(5)])
    before.take_waiting("news", 2)
    floor.die(before)
    after = floor.worker()
    after.turns.offer({"paper": {"news", "paper"}}, joins=True)
    with pytest.raises(OutputError, match="is at work on it"):
        after.take_waiting("news", 9)
    after.server.ask("ZADD", after.server.key("leases"), 1, "news")
    floor.write_all(after)
    assert after.account()["news"].states["new"] == 5
    assert after.record_poll(floor.poll(), [floor.candidate(1)]) == FoundCounts(0, 0, 0, 1)
    assert after.server.ask("EXISTS", after.server.key("rows", "news")) == 0
    after.finish({})
    assert len(floor.written()) == 5


def test_a_file_that_lost_records_is_told(floor: Floor) -> None:
    store = floor.worker()
    store.record_poll(floor.poll(), [floor.candidate(n) for n in range(2)])
    floor.write_all(store)
    floor.die(store)
    (part,) = store.folder.rglob("*.part")
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(StateError, match=r"\.part has \d+ bytes, but \d+ were written"):
        floor.worker()


def test_state_of_another_layout_is_left_alone(floor: Floor) -> None:
    server = floor.worker().server
    server.ask("SET", server.key("layout"), 1)
    with pytest.raises(StateError, match="state of another version of Winnow") as refused:
        floor.worker()
    assert "\n" not in str(refused.value)


@pytest.fixture
def impatient(own_redis: RedisProcess, monkeypatch: pytest.MonkeyPatch) -> RedisServer:
    monkeypatch.setattr(connection, "SOCKET_SECONDS", 0.1)
    return RedisServer(RedisOptions(own_redis.url, "hangs", patience_seconds=1.0))


def _stopped(redis_process: RedisProcess) -> Any:
    assert redis_process.process is not None
    redis_process.process.send_signal(signal.SIGSTOP)
    return redis_process.process


def test_a_server_that_hangs_for_a_while_is_waited_for(own_redis: RedisProcess, impatient: RedisServer) -> None:
    process = _stopped(own_redis)
    Timer(0.4, process.send_signal, (signal.SIGCONT,)).start()
    assert impatient.ask("SET", "word", "kept") in {"OK", b"OK", True}
    assert impatient.ask("GET", "word") == b"kept"


def test_once_a_server_was_waited_for_in_vain_nobody_waits_again(
    own_redis: RedisProcess, impatient: RedisServer
) -> None:
    process = _stopped(own_redis)
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(OutputError, match=r"is away .*: start it and run again"):
            impatient.ask("GET", "word")
        seconds.append(time.monotonic() - began)
    process.send_signal(signal.SIGCONT)
    assert seconds[0] < 3
    assert max(seconds[1:]) < 0.1
