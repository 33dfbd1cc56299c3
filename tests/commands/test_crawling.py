"""The exit code of a crawl, out of its report."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.commands.crawling import _exit_code


def report(states: dict[str, int], causes: dict[str, int], reason: str = "finished") -> dict[str, Any]:
    return {"finish_reason": reason, "sites": {"a": {"states": states, "causes": causes}}}


@pytest.mark.parametrize(
    ("told", "failed", "code"),
    [
        pytest.param(report({}, {}), [], 0, id="nothing to do"),
        pytest.param(report({"known": 9}, {}), [], 0, id="nothing new"),
        pytest.param(report({"new": 3, "failed": 1}, {"http_failed": 1}), [], 0, id="a page failed, within bounds"),
        pytest.param(report({"new": 3}, {}), ["a"], 3, id="a site failed"),
        pytest.param(report({"new": 3}, {}, "network_down"), [], 3, id="the network went down"),
        pytest.param(report({"failed": 3}, {"http_failed": 3}), ["a"], 4, id="nothing came"),
        pytest.param(report({"skipped": 3}, {"not_article": 3}), [], 4, id="no article among them"),
        pytest.param(report({"waiting": 3}, {"robots_unavailable": 3}), [], 4, id="robots.txt of all cannot be read"),
        pytest.param(report({"waiting": 3}, {"host_parked": 3}), [], 4, id="all parked"),
        pytest.param(report({"waiting": 3, "known": 5}, {"host_parked": 3}), [], 0, id="parked, others are known"),
        pytest.param(report({"waiting": 3}, {"budget_reached": 3}), [], 0, id="left for the next run"),
        pytest.param(report({"duplicate": 2}, {}), [], 0, id="copies only"),
    ],
)
def test_exit_code(told: dict[str, Any], failed: list[str], code: int) -> None:
    assert _exit_code(told, failed) == code
