"""The exit code of a crawl, out of its report."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.commands.crawling import _exit_code, summary


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
        pytest.param(
            {
                "finish_reason": "finished",
                "sites": {
                    "a": {"states": {"known": 9}, "causes": {}},
                    "b": {"states": {"failed": 2}, "causes": {"robots_disallowed": 2}},
                },
            },
            ["b"],
            3,
            id="one is up to date, robots.txt of the other forbids all",
        ),
        pytest.param(report({"waiting": 3}, {"budget_reached": 3}), [], 0, id="left for the next run"),
        pytest.param(report({"duplicate": 2}, {}), [], 0, id="copies only"),
    ],
)
def test_exit_code(told: dict[str, Any], failed: list[str], code: int) -> None:
    assert _exit_code(told, failed) == code


def test_the_account_fits_a_terminal_and_names_what_was_refused() -> None:
    states = {"new": 120, "unchanged": 7, "failed": 1}
    site = {"found": 131, "states": states, "causes": {"http_refused": 1}, "refusals": {"off_site": 2, "denied": 1}}
    head, numbers, causes, refusals = summary({"sites": {"herald": site}})
    assert len(head) == len(numbers) < 80
    assert numbers.split() == ["herald", "131", "120", "0", "7", "0", "0", "0", "1", "0"]
    assert (causes, refusals) == ("  http_refused 1", "  refused: denied 1, off_site 2")
