"""The error tree: causes, states, exit codes, and the text that draws it."""

from __future__ import annotations

import re

import pytest

from crawler import errors
from crawler.errors import CAUSES, PageError, WinnowError
from crawler.state.values import STATES


def every_class(cls: type[WinnowError] = WinnowError) -> list[type[WinnowError]]:
    return [cls, *(found for child in cls.__subclasses__() for found in every_class(child))]


def test_the_text_draws_every_class_once() -> None:
    assert errors.__doc__ is not None
    names = {cls.__name__ for cls in every_class() if cls.__module__ == "crawler.errors"}
    _, _, tree = errors.__doc__.partition("WinnowError")
    drawn = re.findall(r"\b[A-Z][a-z]\w+", "WinnowError" + tree.partition("The *cause*")[0])
    assert sorted(drawn) == sorted(names)


@pytest.mark.parametrize(("cause", "cls"), CAUSES.items())
def test_a_cause_is_its_class_in_snake_case(cause: str, cls: type[PageError]) -> None:
    assert cls.cause == cause
    assert cause.replace("_", "") == cls.__name__.lower()
    assert cls.state in STATES
    assert cls.__doc__


def test_exit_codes() -> None:
    codes = {cls.__name__: cls.exit_code for cls in every_class()}
    assert {name: codes[name] for name in ("UsageError", "ConfigError", "OutputError", "StateError", "LockHeld")} == {
        "UsageError": 2, "ConfigError": 2, "OutputError": 5, "StateError": 5, "LockHeld": 75,
    }  # fmt: skip
    assert {cls.exit_code for cls in CAUSES.values()} == {3}
    assert WinnowError.exit_code == 1


def test_only_what_may_pass_is_tried_again() -> None:
    retried = {cause for cause, cls in CAUSES.items() if cls.retried}
    assert {"http_failed", "name_not_resolved", "download_timeout", "robots_unavailable", "budget_reached"} <= retried
    assert not retried & {"http_refused", "bad_url", "not_html", "not_article", "robots_disallowed", "page_too_large"}
    assert all(cls.retried for cls in CAUSES.values() if cls.state == "waiting")
    assert {cause for cause in retried if CAUSES[cause].state == "skipped"} == {"address_refused"}
