"""What publishers write of their rights, and what it comes to."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.rights import CONTENT_SIGNALS, Rights, ServerRights, product_token, read_rights, reserved
from crawler.rights_files import (
    MAX_TDM_RULES,
    content_signals,
    path_matches,
    read_content_signals,
    read_tdm_file,
    tdm_declared,
)

URL = "https://news.example/politics/2026/budget?page=2"
OURS = ServerRights(agent="winnow")


@pytest.mark.parametrize(
    ("tags", "noindex", "noarchive"),
    [
        pytest.param([], False, False, id="nothing"),
        pytest.param(["noindex"], True, False, id="for all"),
        pytest.param(["NoArchive, nofollow"], False, True, id="case and company"),
        pytest.param(["none"], True, True, id="none is both"),
        pytest.param(["winnow: noarchive"], False, True, id="for us"),
        pytest.param(["Winnow: noindex, noarchive"], True, True, id="for us, two"),
        pytest.param(["googlebot: noindex, noarchive"], False, False, id="for another"),
        pytest.param(["googlebot: noindex", "noarchive"], False, True, id="two headers"),
        pytest.param(["noarchive, googlebot: noindex"], False, True, id="all, then another, in one header"),
        pytest.param(["googlebot: noindex, winnow: noarchive"], False, True, id="another, then us"),
        pytest.param(
            ["unavailable_after: Sat, 25 Jul 2026 15:00:00 GMT, noindex"], True, False, id="a date with colons"
        ),
        pytest.param(["max-snippet: -1, max-image-preview:large, noarchive"], False, True, id="directives with values"),
        pytest.param(["index, follow, all"], False, False, id="what allows"),
        pytest.param(["noindex noarchive"], True, True, id="no commas"),
        pytest.param([": noindex", ",,,", "\x00noarchive\x00"], True, True, id="rubbish"),
    ],
)
def test_x_robots_tag(tags: list[str], noindex: bool, noarchive: bool) -> None:
    rights = read_rights(OURS, tags)
    assert (rights.noindex, rights.noarchive) == (noindex, noarchive)


def test_robots_meta_and_header_add_up() -> None:
    rights = read_rights(OURS, ["noindex"], ["index", "noarchive"])
    assert (rights.noindex, rights.noarchive) == (True, True)
    assert rights.to_dict() == {
        "robots_meta": ["index", "noarchive"],
        "x_robots_tag": ["noindex"],
        "noindex": True,
        "noarchive": True,
    }


ON = {"tdm-reservation": "1", "tdm-policy": "https://news.example/policy.json"}
OFF = {"tdm-reservation": "0"}


@pytest.mark.parametrize(
    ("file", "header", "meta", "expected"),
    [
        pytest.param({}, {}, {}, (None, None, None), id="nothing"),
        pytest.param(ON, {}, {}, (True, ON["tdm-policy"], "file"), id="file"),
        pytest.param(ON, OFF, {}, (False, None, "header"), id="header before file"),
        pytest.param(ON, OFF, ON, (True, ON["tdm-policy"], "meta"), id="meta before header"),
        pytest.param(ON, {}, {"tdm-reservation": "yes"}, (True, ON["tdm-policy"], "file"), id="no value is no word"),
        pytest.param({}, {"tdm-reservation": " 1 "}, {}, (True, None, "header"), id="blanks"),
        pytest.param(ON, {"tdm-policy": "/p"}, {}, (True, "/p", "file"), id="a policy of its own"),
        pytest.param({}, {"tdm-policy": "/p"}, {}, (None, None, None), id="a policy alone reserves nothing"),
    ],
)
def test_tdm(
    file: Mapping[str, str], header: Mapping[str, str], meta: dict[str, str], expected: tuple[Any, Any, Any]
) -> None:
    rights = read_rights(ServerRights(tdm_file=file, tdm_headers=header), tdm_meta=meta)
    assert (rights.tdm_reservation, rights.tdm_policy, rights.tdm_origin) == expected


FILE = [
    {"location": "/politics/*/budget$", "tdm-reservation": 0},
    {"location": "/politics/", "tdm-reservation": 1, "tdm-policy": "https://news.example/p"},
    {"location": "/", "tdm-reservation": "1"},
]


@pytest.mark.parametrize(
    ("body", "url", "reservation"),
    [
        pytest.param(FILE, "https://news.example/politics/2026/budget", "0", id="the first that matches"),
        pytest.param(FILE, URL, "1", id="end of the path"),
        pytest.param(FILE, "https://news.example/sport", "1", id="all the rest"),
        pytest.param(FILE[:2], "https://news.example/Politics/", None, id="case counts"),
        pytest.param(FILE[2], URL, "1", id="a rule without brackets"),
        pytest.param([{"tdm-reservation": 1}, 7, None, {"location": 1}], URL, None, id="no rules"),
        pytest.param([{"location": "/%70olitics", "tdm-reservation": 1}], URL, "1", id="needless escape"),
        pytest.param(
            [{"location": "/straße/*", "tdm-reservation": 1}], "https://n.example/stra%c3%9fe/1", "1", id="IRI"
        ),
        pytest.param([{"location": "/\ud800", "tdm-reservation": 1}], URL, None, id="lone surrogate"),
        pytest.param([{"location": "/", "tdm-reservation": True}], URL, None, id="true is not 1"),
        pytest.param("text", URL, None, id="a string"),
    ],
)
def test_tdm_file(body: Any, url: str, reservation: str | None) -> None:
    assert tdm_declared(read_tdm_file(json.dumps(body).encode()), url).get("tdm-reservation") == reservation


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[" * 100_000, b"\xff\xfe[\x00", b"{}", b"null", b'[{"location":"/","tdm-reservation":1}'],
    ids=["empty", "html", "deep", "utf-16", "object", "null", "cut"],
)  # fmt: skip
def test_no_tdm_file(body: bytes) -> None:
    assert read_tdm_file(body) == ()


def test_tdm_file_is_bounded() -> None:
    body = json.dumps([{"location": "/" + "*a" * 200 + "$", "tdm-reservation": 1}] * 5_000).encode()
    rules = read_tdm_file(body)
    assert len(rules) == MAX_TDM_RULES
    started = time.monotonic()
    tdm_declared(rules, "https://news.example/" + "a" * 2_000)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/", "/a", True),
        ("/a", "/b/a", False),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/*.jpg$", "/x/y.jpg", True),
        ("/*.jpg$", "/x/y.jpg?z", False),
        ("/a*a$", "/a", False),
        ("/a*b*c", "/axbxc/d", True),
        ("*", "/", True),
        ("$", "/", False),
        ("", "/", True),
        ("/a%2fb", "/a%2Fb", True),
        ("/a%2Fb", "/a/b", False),
        ("/foo-%24", "/foo-%24", True),
    ],
)
def test_path_patterns(pattern: str, path: str, matches: bool) -> None:
    assert path_matches(pattern, path) is matches


ROBOTS = """
Content-Signal: search=yes
User-agent: *
Content-signal: search=yes, ai-train=no  # a comment
Allow: /

User-agent: other
User-agent: Winnow
Disallow: /x
CONTENT-SIGNAL: /politics ai-train=yes, ai-input = NO
Content-Signal: /sport search=no

User-agent: googlebot
Content-Signal: ai-input=yes, search=no
"""


@pytest.mark.parametrize(
    ("robots", "agent", "expected"),
    [
        pytest.param(ROBOTS, "winnow", {"search": "yes", "ai-train": "yes", "ai-input": "no"}, id="our group last"),
        pytest.param(ROBOTS, "another", {"search": "yes", "ai-train": "no"}, id="the group of all"),
        pytest.param(
            ROBOTS, "googlebot", {"search": "no", "ai-train": "no", "ai-input": "yes"}, id="a group of its own"
        ),
        pytest.param("User-agent: *\nDisallow: /\n", "winnow", {}, id="none"),
        pytest.param("Content-Signal ai-train=no\nContent-Signal:\n", "winnow", {}, id="rubbish"),
        pytest.param("Content-Signal: ai-train=no\r", "winnow", {"ai-train": "no"}, id="no group"),
    ],
)
def test_content_signals(robots: str, agent: str, expected: dict[str, str]) -> None:
    assert content_signals(read_content_signals(robots), URL, agent) == expected


def test_only_known_content_signals_become_keys() -> None:
    server = ServerRights(content_signals={"ai-train": "no", "ai-input": "yes", "use": "reference", "evil": "x"})
    assert read_rights(server).to_dict() == {
        "content_signal_ai_input": "yes",
        "content_signal_ai_train": "no",
        "content_signal_use": "reference",
    }


@pytest.mark.parametrize(
    ("rights", "why"),
    [
        pytest.param(Rights(), None, id="nothing"),
        pytest.param(Rights(tdm_reservation=False), None, id="not reserved"),
        pytest.param(Rights(tdm_reservation=True, tdm_origin="header"), "TDMRep, header", id="tdm"),
        pytest.param(Rights(tdm_reservation=True, tdm_origin="file", tdm_policy="/p"), "terms at /p", id="tdm terms"),
        pytest.param(Rights(noarchive=True), "noarchive", id="noarchive"),
        pytest.param(Rights(noindex=True), "noindex", id="noindex"),
        pytest.param(Rights(content_signals={"ai-train": "no", "ai-input": "no", "search": "no"}), None, id="signals"),
    ],
)
def test_policy(rights: Rights, why: str | None) -> None:
    said = reserved(rights, "obey")
    assert (said is None) if why is None else (said is not None and why in said)
    assert reserved(rights, "record") is None


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("Winnow/0.1 (+https://pypi.org/project/winnow-crawler/)", "winnow"),
        ("Mozilla/5.0 (compatible; MyNews-Bot/2.1; +https://my.example/bot)", "mynews-bot"),
        ("  Plain", "plain"),
        ("", ""),
    ],
)
def test_product_token(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token


WORDS = st.text(max_size=20) | st.sampled_from(["noindex", "winnow:", "1", "0", "noarchive", "none", ":", ",", "tdm"])
STATED = st.dictionaries(st.sampled_from(["tdm-reservation", "tdm-policy"]), WORDS)


@given(
    tags=st.lists(st.lists(WORDS, max_size=5).map("".join), max_size=4),
    metas=st.lists(WORDS, max_size=4),
    stated=st.tuples(STATED, STATED, STATED),
    signals=st.dictionaries(st.sampled_from([*CONTENT_SIGNALS, "evil"]), st.sampled_from(["yes", "no"])),
)
def test_rights_come_back_from_the_record(
    tags: list[str], metas: list[str], stated: tuple[dict[str, str], ...], signals: dict[str, str]
) -> None:
    file, header, meta = stated
    server = ServerRights(agent="winnow", content_signals=signals, tdm_file=file, tdm_headers=header)
    rights = read_rights(server, tags, metas, meta)
    line = json.loads(json.dumps(rights.to_dict()))
    assert Rights.from_dict(line) == rights
    assert all(isinstance(value, str | bool | list) for value in line.values())


@given(st.text(max_size=200), st.binary(max_size=200))
def test_files_never_raise(text: str, body: bytes) -> None:
    content_signals(read_content_signals(text), URL, "winnow")
    tdm_declared(read_tdm_file(body), URL)
    assert path_matches("*" + text.replace("*", "").replace("$", ""), URL) in {True, False}
