"""A site belongs to one worker at a time, and what a worker leaves behind goes to another."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from crawler.engines.overview import shared_overview
from crawler.errors import OutputError
from crawler.items import Verdict
from crawler.state.values import FoundCounts, Outcome

if TYPE_CHECKING:
    from crawler.engines.store import RedisStore
    from tests.engines.conftest import Floor

pytestmark = pytest.mark.redis

GROUPS = {name: {name} for name in ("news", "paper", "blog", "wire")}
SHORT = 0.5
"""Seconds of a lease that is left to run out in truth."""


def _begun(floor: Floor, lease_seconds: float | None = None, urls: int = 6) -> RedisStore:
    """Return a worker that holds "news" with so many URLs."""
    store = floor.worker(lease_seconds)
    assert store.record_poll(floor.poll(), [floor.candidate(n) for n in range(urls)]).new == urls
    return store


def _run_out(floor: Floor) -> None:
    """Have all leases and signs of life be older than the time of a lease."""
    server = floor.workers[-1].server
    for name in ("leases", "workers"):
        for member in server.ask("ZRANGE", server.key(name), 0, -1):
            server.ask("ZADD", server.key(name), 1, member)


def test_every_site_goes_to_one_worker_and_they_share_fairly(floor: Floor) -> None:
    workers = [floor.worker(), floor.worker()]
    taken = [set(worker.turns.take()) for worker in workers]
    assert [len(sites) for sites in taken] == [2, 2]
    assert taken[0] | taken[1] == {"news", "paper", "blog", "wire"}
    assert workers[0].turns.take() == []
    others = min(taken[1])
    assert workers[0].record_poll(floor.poll(others), [floor.candidate(1, others)]) == FoundCounts(0, 0, 0)
    assert workers[0].waiting_count(others) == 0


def test_to_ask_how_much_waits_leases_nothing(floor: Floor) -> None:
    first, second = floor.worker(), floor.worker()
    assert first.waiting_count("news") == 0
    assert second.record_poll(floor.poll(), [floor.candidate(1)]).new == 1


def test_a_site_that_is_named_and_not_taken_is_leased_or_refused(floor: Floor) -> None:
    first, second = floor.worker(), floor.worker()
    first.record_poll(floor.poll(), [])
    with pytest.raises(OutputError, match="another worker is at work on it"):
        second.record_poll(floor.poll(), [])


def test_what_is_done_in_a_run_is_left_out_by_those_that_join_it(floor: Floor) -> None:
    first = floor.worker()
    second = floor.worker()
    for site in first.turns.take():
        assert first.turns.end(site, is_done=True, in_flight=0, pause_seconds=0)
    assert len([*second.turns.take(), *second.turns.take()]) == 2
    late = floor.worker()
    assert late.turns.take() == []
    assert late.turns.is_more
    again = floor.worker()
    again.turns.offer(GROUPS, joins=False)
    assert set(again.turns.take()) <= {"news", "paper", "blog", "wire"} - second.turns.sites


def test_a_site_with_pages_in_flight_is_not_given_back(floor: Floor) -> None:
    store = floor.worker()
    (site, *_) = store.turns.take()
    assert not store.turns.end(site, is_done=True, in_flight=1, pause_seconds=0)
    assert store.turns.end(site, is_done=True, in_flight=0, pause_seconds=0)


def test_between_two_workers_the_pause_of_a_host_passes(floor: Floor) -> None:
    first, second = floor.worker(), floor.worker()
    first.record_poll(floor.poll(), [])
    first.turns.end("news", is_done=False, in_flight=0, pause_seconds=0.6)
    began = time.monotonic()
    while True:
        try:
            second.record_poll(floor.poll(), [])
            break
        except OutputError:
            time.sleep(0.02)
    assert time.monotonic() - began >= 0.55


def test_a_dead_workers_site_goes_on_where_it_was(floor: Floor) -> None:
    dead = _begun(floor, SHORT)
    taken = dead.take_waiting("news", 2)
    floor.die(dead)
    heir = floor.worker()
    with pytest.raises(OutputError):
        heir.take_waiting("news", 10)
    time.sleep(SHORT + 0.1)
    floor.write_all(heir)
    assert heir.account()["news"].states["new"] == 6
    heir.finish({})
    assert floor.written() == sorted(f"news.example/{n}" for n in range(6))
    assert len(taken) == 2


def test_what_a_worker_died_with_is_taken_last_and_alone(floor: Floor) -> None:
    dead = _begun(floor)
    suspects = {row.normalized_url for row in dead.take_waiting("news", 2)}
    floor.die(dead)
    _run_out(floor)
    heir = floor.worker()
    first = heir.take_waiting("news", 10)
    assert {row.normalized_url for row in first} == {f"news.example/{n}" for n in range(6)} - suspects
    assert heir.take_waiting("news", 10) == []
    for row in first:
        heir.settle(Outcome(row.normalized_url, row.url, "news", "skipped", "not_article"))
    heir.flush()
    assert len(heir.take_waiting("news", 10)) == 1
    assert heir.take_waiting("news", 10) == []


def test_a_url_with_which_workers_die_ends_among_the_dead_letters(floor: Floor) -> None:
    store = _begun(floor, urls=1)
    for _ in range(floor.options.worker_deaths):
        assert len(store.take_waiting("news", 1)) == 1
        floor.die(store)
        _run_out(floor)
        store = floor.worker()
    assert store.take_waiting("news", 1) == []
    account = store.account()["news"]
    assert (account.states["failed"], account.causes, account.holds) == (0, {}, True)
    (letter,) = shared_overview(store.server).dead_letters
    assert (letter.site, letter.url, letter.deaths) == ("news", "news.example/0", 5)
    assert store.record_poll(floor.poll(), [floor.candidate(0)]) == FoundCounts(0, 1, 0)


def test_a_stale_worker_cannot_acknowledge(floor: Floor) -> None:
    stale = _begun(floor, urls=2)
    first, second = stale.take_waiting("news", 2)
    record = floor.record(int(first.url.rpartition("/")[2]))
    assert stale.claim(record) == Verdict("new")
    stale.write(record, "news", first.normalized_url)
    stale.record_poll(floor.poll("paper"), [floor.candidate(1, "paper")])
    (row,) = stale.take_waiting("paper", 1)
    other = floor.record(1, "paper")
    stale.claim(other)
    stale.write(other, "paper", row.normalized_url)
    _run_out(floor)
    heir = floor.worker()
    floor.write_all(heir)
    stale.flush()
    assert stale.turns.is_lost("news")
    account = stale.account()
    assert (account["news"].causes, account["news"].holds) == ({"taken_over": 2}, True)
    assert (account["paper"].states["new"], account["paper"].holds) == (1, True)
    assert stale.take_waiting("news", 5) == []
    assert stale.record_poll(floor.poll(), [floor.candidate(9)]) == FoundCounts(0, 0, 0)
    stale.settle(Outcome(second.normalized_url, second.url, "news", "failed", "http_failed"))
    stale.finish({})
    heir.finish({})
    assert floor.written() == ["news.example/0", "news.example/1", "paper.example/1"]


def test_of_copies_that_two_workers_fetch_at_once_one_is_new(floor: Floor) -> None:
    one, other = floor.worker(), floor.worker()
    assert one.claim(floor.record(1, text=7)) == Verdict("new")
    assert other.claim(floor.record(1, "paper", text=7)) == Verdict("duplicate", floor.record(1).id)
    one.leave_out(floor.record(1, text=7))
    assert other.claim(floor.record(1, "paper", text=7)) == Verdict("new")


def test_a_dead_workers_claim_is_in_nobodys_way(floor: Floor) -> None:
    dead = floor.worker()
    dead.claim(floor.record(1, text=7))
    floor.die(dead)
    heir = floor.worker()
    assert heir.claim(floor.record(1, text=7)) == Verdict("new")
    heir.leave_out(floor.record(1, text=7))
    _run_out(floor)
    assert heir.claim(floor.record(2, "paper", text=7)) == Verdict("new")


def test_a_worker_with_too_many_sites_gives_some_away(floor: Floor) -> None:
    first = floor.worker(SHORT)
    assert len(first.turns.take()) == 4
    second = floor.worker(SHORT)
    assert second.turns.take() == []
    time.sleep(SHORT / 8)
    first.keep_alive()
    given = [site for site in ("news", "paper", "blog", "wire") if first.turns.is_given(site)]
    assert len(given) == 2
    for site in given:
        first.turns.end(site, is_done=False, in_flight=0, pause_seconds=0)
    assert sorted(second.turns.take()) == sorted(given)
    assert first.turns.take() == []


def test_a_worker_that_lost_sites_keeps_the_others(floor: Floor) -> None:
    store = floor.worker(SHORT)
    lost, kept = store.turns.take()[:2], store.turns.sites
    for site in lost:
        store.server.ask("HSET", store.server.key("holders"), site, "another|999")
    time.sleep(SHORT / 8)
    store.keep_alive()
    assert {site for site in kept if store.turns.is_lost(site)} == set(lost)
    assert not [site for site in kept if store.turns.is_given(site)]


def test_who_holds_what_is_shown(floor: Floor) -> None:
    dead = _begun(floor)
    dead.take_waiting("news", 2)
    floor.die(dead)
    _run_out(floor)
    alive = floor.worker()
    alive.record_poll(floor.poll("paper"), [floor.candidate(1, "paper")])
    seen = shared_overview(alive.server)
    assert {(worker.run_id, worker.is_alive, worker.groups) for worker in seen.workers} == {
        ("20261122T104501Z-0000", False, ("news",)), ("20261122T104501Z-0001", True, ("paper",)),
    }  # fmt: skip
    assert [(held.group, held.in_flight) for held in seen.held] == [("news", 2), ("paper", 0)]
    assert [(queue.site, queue.waiting) for queue in seen.queues] == [("news", 6), ("paper", 1)]
    assert seen.waiting == 7
    assert {(count.site, count.state, count.urls) for count in seen.ledger} == {
        ("news", "waiting", 6), ("paper", "waiting", 1),
    }  # fmt: skip
