"""When hosts are left alone, and when the network is down: by a clock that the test sets."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request

from crawler.errors import TakenOver
from crawler.hosts import (
    FAILING,
    RETRY_AFTER,
    HostOptions,
    Hosts,
    host_of,
    iso,
    retry_after_seconds,
    seconds_of,
)
from crawler.network import Network
from crawler.politeness import PolitenessMiddleware

HOST = "news.example"
DAY = 86_400.0


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class State:
    parked_until: str | None = None
    retry_after_until: str | None = None
    failures: int = 0
    robots_body: bytes | None = None
    robots_status: int | None = None
    robots_at: str | None = None


@dataclass
class Memory:
    """State that outlives a run."""

    states: dict[str, State] = field(default_factory=dict)

    def host(self, name: str) -> State | None:
        return self.states.get(name)

    def keep_robots(self, host: str, status: int, body: bytes, at: str) -> None:
        raise NotImplementedError

    def park(self, host: str, until: str | None, cause: str | None) -> None:
        state = self.states.get(host, State())
        if until is None:
            self.states[host] = State()
        elif cause == RETRY_AFTER:
            self.states[host] = replace(state, retry_after_until=until)
        else:
            self.states[host] = replace(state, parked_until=until, failures=state.failures + 1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory() -> Memory:
    return Memory()


def fail(hosts: Hosts, times: int = 5) -> None:
    for number in range(times):
        hosts.refused(HOST, f"https://{HOST}/{number}")


def seconds_left(hosts: Hosts, host: str = HOST) -> float:
    parked = hosts.parked(host)
    return 0 if parked is None else parked.seconds


def test_parked_after_failures_in_a_row(clock: Clock) -> None:
    hosts = Hosts(clock=clock)
    fail(hosts, 4)
    hosts.answered(HOST)
    fail(hosts, 4)
    assert hosts.parked(HOST) is None
    assert hosts.refused(HOST, f"https://{HOST}/4")
    parked = hosts.parked(HOST)
    assert parked is not None
    assert (parked.seconds, parked.cause) == (900, FAILING)
    assert hosts.parked("other.example") is None


def test_a_broken_page_counts_once(clock: Clock) -> None:
    hosts = Hosts(clock=clock)
    for _ in range(20):
        hosts.refused(HOST, f"https://{HOST}/broken")
    assert hosts.parked(HOST) is None


def test_every_lost_connection_counts(clock: Clock) -> None:
    hosts = Hosts(HostOptions(failures_to_park=3), clock=clock)
    assert [hosts.unreachable(HOST) for _ in range(3)] == [False, False, True]


def test_never_parked_with_0(clock: Clock) -> None:
    hosts = Hosts(HostOptions(failures_to_park=0), clock=clock)
    fail(hosts, 50)
    assert hosts.parked(HOST) is None


def test_parkings_double_over_runs_up_to_a_day(clock: Clock, memory: Memory) -> None:
    lengths = []
    for _ in range(10):
        hosts = Hosts(store=memory, clock=clock)  # a new run
        fail(hosts)
        lengths.append(seconds_left(hosts))
        clock.now += lengths[-1] + 1
    assert lengths == [900, 1800, 3600, 7200, 14_400, 28_800, 57_600, DAY, DAY, DAY]
    hosts = Hosts(store=memory, clock=clock)
    hosts.answered(HOST)
    assert memory.states[HOST] == State()
    fail(hosts)
    assert seconds_left(hosts) == 900


def test_the_next_run_leaves_a_parked_host_alone(clock: Clock, memory: Memory) -> None:
    fail(Hosts(store=memory, clock=clock))
    clock.now += 899
    assert seconds_left(Hosts(store=memory, clock=clock)) == 1
    clock.now += 1
    assert Hosts(store=memory, clock=clock).parked(HOST) is None


def test_for_this_run_alone(clock: Clock, memory: Memory) -> None:
    hosts = Hosts(store=memory, clock=clock)
    for _ in range(5):
        hosts.unreachable(HOST, kept=False)
    assert seconds_left(hosts) == 900
    assert memory.states == {}


def test_a_late_good_answer_does_not_free_a_host_that_asked_to_wait(clock: Clock, memory: Memory) -> None:
    hosts = Hosts(store=memory, clock=clock)
    fail(hosts)
    hosts.asked_to_wait(HOST, "5000")
    hosts.answered(HOST)
    assert seconds_left(hosts) == seconds_left(Hosts(store=memory, clock=clock)) == 5000


def test_a_clock_that_was_wrong_parks_for_a_day_at_most(clock: Clock, memory: Memory) -> None:
    memory.states[HOST] = State(parked_until="2926-01-01T00:00:00Z", failures=1)
    assert seconds_left(Hosts(store=memory, clock=clock)) == DAY


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(None, 0, id="none"),
        pytest.param("120", 120, id="seconds"),
        pytest.param(" 7 ", 7, id="blanks"),
        pytest.param("0", 0, id="at once"),
        pytest.param("7200", 7200, id="two hours"),
        pytest.param("100000000000000", DAY, id="huge"),
        pytest.param("9" * 5000, DAY, id="too many digits"),
        pytest.param("Fri, 15 Jan 2027 08:10:00 GMT", 600, id="date"),
        pytest.param("Friday, 15-Jan-27 08:10:00 GMT", 600, id="RFC 850 date"),
        pytest.param("Fri, 15 Jan 2027 07:00:00 GMT", 0, id="past"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", DAY, id="9999"),
        pytest.param("Fri, 31 Dec 99999 23:59:59 GMT", 0, id="no year"),
        pytest.param("-5", 0, id="negative"),
        pytest.param("1.5", 0, id="fraction"),
        pytest.param("soon", 0, id="word"),
        pytest.param("", 0, id="empty"),
        pytest.param("\u0663", 0, id="digits of another script"),
        pytest.param("NaN", 0, id="nan"),
    ],
)
def test_retry_after(value: str | None, expected: float, clock: Clock) -> None:
    assert datetime.fromtimestamp(clock.now, UTC).isoformat() == "2027-01-15T08:00:00+00:00"
    hosts = Hosts(clock=clock)
    hosts.asked_to_wait(HOST, value)
    assert seconds_left(hosts) == expected


def test_a_shorter_wait_does_not_shorten_a_longer_one(clock: Clock) -> None:
    hosts = Hosts(clock=clock)
    hosts.asked_to_wait(HOST, "600")
    hosts.asked_to_wait(HOST, "5")
    assert seconds_left(hosts) == 600


def test_retry_after_outlives_the_run(clock: Clock, memory: Memory) -> None:
    Hosts(store=memory, clock=clock).asked_to_wait(HOST, "3600")
    clock.now += 60
    parked = Hosts(store=memory, clock=clock).parked(HOST)
    assert parked is not None
    assert (parked.seconds, parked.cause) == (3540, RETRY_AFTER)


def test_unreadable_dates_do_not_raise() -> None:
    assert retry_after_seconds("Mon, 99 Foo 2027 99:99:99 +9999", 0.0) is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://News.example/a", "news.example"),
        ("https://news.example:443/", "news.example"),
        ("http://news.example:443/", "news.example:443"),
        ("http://news.example.:8080/", "news.example:8080"),
        ("http://[::1]:8080/", "[::1]:8080"),
    ],
)
def test_host_of(url: str, host: str) -> None:
    assert host_of(url) == host


def test_kept_times_are_not_before_the_moment() -> None:
    assert seconds_of(iso(1_800_000_000.2)) == 1_800_000_001
    assert seconds_of(None) == 0


@pytest.fixture
def network(clock: Clock) -> Network:
    return Network(hosts=3, clock=clock)


def test_three_hosts_and_no_answer(network: Network) -> None:
    for host in "abc":
        network.asking(host)
    assert [network.failed(host) for host in "aabc"] == [False, False, False, True]


def test_a_host_that_may_still_answer(network: Network, clock: Clock) -> None:
    for host in "abcd":
        network.asking(host)
    assert not any(network.failed(host) for host in "abc")
    clock.now += 10
    assert network.failed("a")


def test_a_host_given_up_is_not_waited_for(network: Network) -> None:
    for host in "abcd":
        network.asking(host)
    network.gave_up("d")
    assert [network.failed(host) for host in "abc"] == [False, False, True]


def test_an_answer_starts_anew(network: Network, clock: Clock) -> None:
    network.failed("a")
    network.failed("b")
    network.answered("good")
    assert not any(network.failed(host) for host in "cde")
    clock.now += 60
    assert network.failed("c")


def test_off_with_0(clock: Clock) -> None:
    network = Network(hosts=0, clock=clock)
    assert not any(network.failed(host) for host in "abcdef")


def test_doubt(network: Network) -> None:
    assert network.doubtful
    network.answered("good")
    network.failed("a")
    assert not network.doubtful
    network.failed("b")
    assert network.doubtful


def test_a_site_that_another_worker_has_is_asked_for_nothing_more() -> None:
    pipeline = SimpleNamespace(store=SimpleNamespace(turns=SimpleNamespace(is_lost={"lost"}.__contains__)))
    crawler: Any = SimpleNamespace(
        get_item_pipeline=lambda _: pipeline,
        engine=SimpleNamespace(running=True, downloader=SimpleNamespace(slots={}, get_slot_key=host_of)),
    )
    politeness = PolitenessMiddleware(crawler, Hosts(HostOptions()), Network(0))
    url = f"https://{HOST}/1"
    asyncio.run(politeness.process_request(Request(url, meta={"site": "ours"})))
    asyncio.run(politeness.process_request(Request(url)))
    with pytest.raises(TakenOver):
        asyncio.run(politeness.process_request(Request(url, meta={"site": "lost"})))
