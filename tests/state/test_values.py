from __future__ import annotations

import pytest

from crawler.state.values import Outcome, SiteAccount


@pytest.mark.parametrize(
    ("state", "cause", "original_id"),
    [
        ("skipped", "robots_disallowed", None),
        ("failed", "http_failed", None),
        ("waiting", "budget_reached", None),
        ("duplicate", None, "a"),
        ("unchanged", None, None),
    ],
)
def test_outcomes(state: str, cause: str | None, original_id: str | None) -> None:
    assert Outcome("n", "u", "s", state, cause, original_id=original_id).state == state


@pytest.mark.parametrize(
    ("state", "cause", "original_id"),
    [
        pytest.param("new", None, None, id="new-has-a-record"),
        pytest.param("known", None, None, id="known-is-not-fetched"),
        pytest.param("lost", None, None, id="unknown-state"),
        pytest.param("failed", None, None, id="no-cause"),
        pytest.param("failed", "bad_luck", None, id="unknown-cause"),
        pytest.param("failed", "robots_disallowed", None, id="cause-of-another-state"),
        pytest.param("duplicate", None, None, id="no-original"),
        pytest.param("duplicate", "http_failed", "a", id="cause-of-a-duplicate"),
        pytest.param("skipped", "not_html", "a", id="original-of-another-state"),
    ],
)
def test_what_does_not_go_together_is_refused(state: str, cause: str | None, original_id: str | None) -> None:
    with pytest.raises(ValueError, match=state):
        Outcome("n", "u", "s", state, cause, original_id=original_id)


@pytest.mark.parametrize(
    ("account", "holds"),
    [
        (SiteAccount(0, 0, 0), True),
        (SiteAccount(5, 2, 3, {"new": 1, "known": 2}), True),
        (SiteAccount(5, 2, 2, {"new": 1, "known": 1}), False),
        (SiteAccount(5, 2, 3, {"new": 1, "known": 1}), False),
    ],
)
def test_an_account_holds_when_nothing_is_missing(account: SiteAccount, holds: bool) -> None:
    assert account.holds is holds
