"""Each mechanism is what holds: with it off, its cases are not as they must be. And no layer of the guard is alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.crawls.hostile import judge, run
from tests.crawls.hostile.server import HostileServer
from tests.crawls.hostile.switches import PEER_CHECK, RESOLVER, URL_GUARD, without
from tests.crawls.hostile.table import CASES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crawls.hostile.case import Case

BY_NAME = {case.name: case for case in CASES}
FAILING = tuple(
    BY_NAME[name]
    for name in (
        "closed_in_body gzip_cut deflate_cut br_cut zstd_cut gzip_bad_crc status_206 status_202 deep_div inline_b "
        "pdf_as_html unlabelled_gzip robots_500 robots_reset "
        "many_headers redirect_chain".split()
    )
)
OFF = sorted({case.switch for case in FAILING})
INSIDE = tuple(
    BY_NAME[f"{way}_{name}"] for way in ("direct", "redirected") for name in ("dotted", "decimal", "localhost", "ipv6")
)


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer(CASES) as server:
        yield server


@pytest.fixture(scope="module")
def unguarded(server: HostileServer, tmp_path_factory: pytest.TempPathFactory) -> run.HostileRun:
    return run.scrape(server, FAILING, tmp_path_factory.mktemp("off"), without(OFF))


@pytest.mark.parametrize("case", FAILING, ids=lambda case: f"{case.switch}-{case.name}")
def test_it_fails_without_its_mechanism(case: Case, unguarded: run.HostileRun, server: HostileServer) -> None:
    assert judge.faults_of_scrape(case, unguarded, server)


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
    off: tuple[dict[str, Any], ...], hits: bool, server: HostileServer, tmp_path: Path
) -> None:
    server.canary_hits.clear()
    run.scrape(server, INSIDE, tmp_path, without((), *off))
    assert bool(server.canary_hits) == hits
