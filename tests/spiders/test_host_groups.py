from __future__ import annotations

import pytest

from crawler.config import Site
from crawler.spiders.host_groups import host_groups


def _site(name: str, url: str, **more: tuple[str, ...]) -> Site:
    return Site(name=name, url=url, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sites", "groups"),
    [
        pytest.param(
            [_site("a", "https://a.com/"), _site("b", "https://b.com/")], {"a": ["a"], "b": ["b"]}, id="apart"
        ),
        pytest.param(
            [_site("a", "https://www.a.com/"), _site("b", "https://sport.a.com/")], {"a": ["a", "b"]}, id="one-domain"
        ),
        pytest.param(
            [_site("a", "https://a.com/"), _site("b", "https://b.com/", allow_hosts=("cdn.a.com",))],
            {"a": ["a", "b"]}, id="an-allowed-host",
        ),
        pytest.param(
            [
                _site("a", "https://a.com/", feeds=("https://feeds.example/a",)),
                _site("b", "https://b.com/"),
                _site("c", "https://c.com/", feeds=("https://feeds.example/c",)),
            ],
            {"a": ["a", "c"], "b": ["b"]}, id="a-shared-host-of-feeds",
        ),
        pytest.param(
            [
                _site("a", "https://a.com/"), _site("b", "https://b.com/"),
                _site("c", "https://c.com/", allow_hosts=("b.com", "a.com")),
            ],
            {"a": ["a", "b", "c"]}, id="joined-by-a-third",
        ),
        pytest.param(
            [_site("a", "http://127.0.0.10:80/"), _site("b", "http://[::1]/"), _site("c", "http://127.0.0.11/")],
            {"a": ["a"], "b": ["b"], "c": ["c"]}, id="addresses",
        ),
    ],
)  # fmt: skip
def test_sites_that_share_hosts_are_one_group(sites: list[Site], groups: dict[str, list[str]]) -> None:
    assert host_groups(sites) == groups
