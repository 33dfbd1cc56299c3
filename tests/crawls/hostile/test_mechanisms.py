"""Each mechanism is what holds: with it off, its cases are not as they must be. And no layer of the guard is alone.

This is a sample, in one run with many mechanisms off. Each alone, over all of its cases:
`python -m tests.benchmarks.hostile mechanisms`, which writes `seen_to_fail.json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from tests.crawls.hostile import judge, run
from tests.crawls.hostile.mechanisms import (
    BY_NAME,
    MECHANISMS,
    PEER_CHECK,
    RESOLVER,
    URL_GUARD,
    seen_to_fail,
    without,
)
from tests.crawls.hostile.not_seen_to_fail import NEVER_SEEN_TO_FAIL
from tests.crawls.hostile.server import HostileServer
from tests.crawls.hostile.table import CASES, HEAVY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crawls.hostile.case import Case

CASE = {case.name: case for case in CASES}
AT_ONCE = (
    "decompression", "data_loss", "whole_answers", "http_errors", "flat_trees", "signatures", "robots_rules",
    "judged_pages", "charsets", "clean_text", "json_ld",
)  # fmt: skip
"""Mechanisms of which none hides what is missing of another, and that cost no time when they are off."""
FROM_EACH = 4
SLOW = HEAVY | {"tls_to_plain_port"}
"""Also the one whose every attempt waits for the timeout."""
SAMPLE = tuple(
    (mechanism, CASE[name])
    for mechanism in AT_ONCE
    for name in [n for n in seen_to_fail()[mechanism] if n not in SLOW and "bomb" not in n][:FROM_EACH]
)
INSIDE = tuple(CASE[f"{way}_{name}"] for way in ("direct", "redirected") for name in ("dotted", "localhost"))


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer(CASES) as server:
        yield server


@pytest.fixture(scope="module")
def unguarded(server: HostileServer, tmp_path_factory: pytest.TempPathFactory) -> run.HostileRun:
    off = [change for name in AT_ONCE for change in BY_NAME[name].off]
    cases = {case.name: case for _, case in SAMPLE}.values()
    return run.scrape(server, tuple(cases), tmp_path_factory.mktemp("off"), without(*off), good=1)


@pytest.mark.parametrize(("mechanism", "case"), SAMPLE, ids=lambda part: getattr(part, "name", part))
def test_it_fails_without_its_mechanism(
    mechanism: str, case: Case, unguarded: run.HostileRun, server: HostileServer
) -> None:
    assert [fault for fault in judge.faults_of_scrape(case, unguarded, server) if "the good article" not in fault]


def test_every_case_was_seen_to_fail_or_has_its_reason() -> None:
    seen = {name for names in seen_to_fail().values() for name in names}
    assert set(seen_to_fail()) == {mechanism.name for mechanism in MECHANISMS}
    assert seen | set(NEVER_SEEN_TO_FAIL) == set(CASE)
    assert not seen & set(NEVER_SEEN_TO_FAIL)


@pytest.mark.parametrize(
    ("off", "hits"),
    [
        ((RESOLVER, PEER_CHECK), False),
        ((URL_GUARD, PEER_CHECK), False),
        ((URL_GUARD, RESOLVER), False),
        ((URL_GUARD, RESOLVER, PEER_CHECK), True),
    ],
    ids=["url_guard", "resolver", "peer_check", "none"],
)
def test_one_layer_of_the_guard_is_enough(
    off: tuple[Mapping[str, Any], ...], hits: bool, server: HostileServer, tmp_path: Path
) -> None:
    server.canary_hits.clear()
    ran = run.scrape(server, INSIDE, tmp_path, without(*off), good=0)
    assert all(ran.of(server.url(case)) for case in INSIDE), ran.err
    assert bool(server.canary_hits) == hits
