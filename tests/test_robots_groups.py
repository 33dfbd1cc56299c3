"""What is kept of a robots.txt for one crawler: all that the parser would make of it, and no more names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawler.robots_groups import MAX_WILDCARD_RULES, groups_for, has_too_many_wildcards

URL = "https://news.example"
PATHS = ("/", "/a", "/ab", "/b/a")

_NAMES = st.sampled_from(
    "* winnow Winnow win winnow-news winnow* now bot googlebot w other-bot winnowing ** news n".split()
)
_FIELDS = st.sampled_from(["User-agent: ", "user-agent:", "Useragent ", "User agent: ", "  USER-AGENT : "])
_LINES = st.one_of(
    st.builds("{}{}".format, _FIELDS, _NAMES),
    st.builds(
        "{} {}".format, st.sampled_from(["Disallow:", "Allow:", "disallow"]), st.sampled_from((*PATHS, "", "/*b$"))
    ),
    st.sampled_from(
        ["Crawl-delay: 2", "Sitemap: https://news.example/s.xml", "# a comment", "", "User-agent:", "noise", "x: y"]
    ),
)


@given(st.lists(_LINES, max_size=14), st.sampled_from(["winnow", "winnow-news", "other-bot", "w", ""]))
def test_the_file_says_the_same_to_the_crawler(lines: list[str], agent: str) -> None:
    text = "\n".join(lines)
    whole, kept = Protego.parse(text), Protego.parse(groups_for(text, agent))
    assert [kept.can_fetch(URL + path, agent) for path in PATHS] == [
        whole.can_fetch(URL + path, agent) for path in PATHS
    ]
    assert kept.crawl_delay(agent) == whole.crawl_delay(agent)
    assert list(kept.sitemaps) == list(whole.sitemaps)


def test_many_names_with_many_rules_are_few_to_the_parser() -> None:
    names = "".join(f"user-agent:{number:x}\n" for number in range(30_000))
    text = names + "user-agent: winnow\n" + "".join(f"disallow:/{number:x}\n" for number in range(15_000))
    started = time.process_time()
    parser = Protego.parse(groups_for(text, "winnow"))
    assert time.process_time() - started < 5  # without: minutes, and gigabytes
    assert not parser.can_fetch(f"{URL}/1a2b", "winnow")
    assert parser.can_fetch(f"{URL}/x", "winnow")
    assert parser.can_fetch(f"{URL}/1a2b", "another")


@pytest.mark.parametrize(("rules", "too_many"), [(MAX_WILDCARD_RULES, False), (MAX_WILDCARD_RULES + 1, True)])
def test_rules_with_wildcards_are_bounded(rules: int, too_many: bool) -> None:
    assert has_too_many_wildcards("User-agent: x\n" + "Disallow: /*a$\n" * rules) is too_many
    assert not has_too_many_wildcards("Disallow: /" + "*a" * 2 * MAX_WILDCARD_RULES)
