"""Every fault of a sites.toml is one line with file, line, key and mend."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.config import KEYS, NOT_DEFAULTS, Site, choose_sites, load_sites
from crawler.config_file import age_seconds
from crawler.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

HEAD = '[[site]]\nname = "a"\nurl = "https://a.example/"\n'

FAULTS = {
    "broken": ("[[site]\n", "", "not TOML"),
    "empty": ("", "", "no [[site]] in it; add one"),
    "only defaults": ("[defaults]\ndelay = 1\n", "", "no [[site]] in it"),
    "unknown table": (HEAD + "\n[motor]\nx = 1\n", ":5", "unknown key “motor”; use [defaults], [[site]] and [engine]"),
    "unknown engine": (HEAD + '\n[engine]\nkind = "kafka"\n', ":6",
     "“kind” cannot be 'kafka'; write \"local\" or \"redis\""),
    "unknown key of the engine": (HEAD + "\n[engine]\nx = 1\n", ":6", "known keys: kind, url, namespace"),
    "engine without an address": (HEAD + '\n[engine]\nkind = "redis"\n', ":5", "“url” is no address of a Redis"),
    "password in the file": (
        HEAD + '\n[engine]\nkind = "redis"\nurl = "redis://:secret@cache.example/0"\n', ":7",
        "a password does not belong in this file; take it out of the URL and set WINNOW_REDIS_PASSWORD",
    ),
    "password in the query": (
        HEAD + '\n[engine]\nkind = "redis"\nurl = "redis://cache.example/0?password=secret"\n', ":7",
        "a password does not belong in this file",
    ),
    "engine that keeps for no age": (HEAD + '\n[engine]\nkeep = "long"\n', ":6", "“long” is no age"),
    "key outside": ("delay = 1\n" + HEAD, ":1", "unknown key “delay”; use [defaults], [[site]] and [engine]"),
    "site as table": ('[site]\nname = "a"\n', ":1", "“site” is not a list of tables; write [[site]]"),
    "defaults as value": ("defaults = 3\n" + HEAD, ":1", "“defaults” is not a table; write [defaults]"),
    "unknown key": (HEAD + "max_page = 3\n", ":4", "unknown key “max_page”; did you mean “max_pages”?"),
    "far key": (HEAD + "zzz = 3\n", ":4", "unknown key “zzz”; known keys: name, url"),
    "name in defaults": ('[defaults]\nname = "a"\n' + HEAD, ":2", "unknown key “name”"),
    "no name": ('[[site]]\nurl = "https://a.example/"\n', ":1", "[[site]] without “name”; add name"),
    "no url": (HEAD + '\n[[site]]\nname = "b"\n', ":5", "[[site]] without “url”; add url"),
    "empty name": ('[[site]]\nname = " "\nurl = "https://a.example/"\n', ":2", "“name” is empty"),
    "same name": (HEAD + "\n" + HEAD, ":6", "the name “a” is used twice; give each site its own name"),
    "name as number": ('[[site]]\nname = 3\nurl = "https://a.example/"\n', ":2",
     "“name” must be text in quotes, not a whole number"),
    "relative url": ('[[site]]\nname = "a"\nurl = "a.example"\n', ":3", "“url”: a.example: not a URL"),
    "file url": ('[[site]]\nname = "a"\nurl = "file:///etc"\n', ":3", "“url”: file:///etc: scheme"),
    "language": (HEAD + 'language = "english"\n', ":4", "'english' is no language tag; write one such as de or pt-BR"),
    "languages": (HEAD + 'languages = ["de", "pt_BR"]\n', ":4", "'pt_BR' is no language tag"),
    "host with scheme": (HEAD + 'allow_hosts = ["http://foo.example/"]\n', ":4", "'http://foo.example/' is no host"),
    "password": ('[[site]]\nname = "a"\nurl = "https://u:pw@a.example/"\n', ":3", "take them out"),
    "relative feed": (HEAD + 'feeds = ["/feed.xml"]\n', ":4", "“feeds”: /feed.xml: not a URL"),
    "feed as text": (HEAD + 'feeds = "https://a.example/feed"\n', ":4",
     "“feeds” must be a list in [ ], not text in quotes"),
    "bad allow": (HEAD + 'allow = ["("]\n', ":4", "“allow”: “(” is no regular expression"),
    "bad deny": (HEAD + 'deny = ["[a"]\n', ":4", "“deny”: “[a” is no regular expression"),
    "negative delay": (HEAD + "delay = -1\n", ":4", "“delay” must be a number >= 0"),
    "delay that is no number": (HEAD + "delay = nan\n", ":4", "“delay”"),
    "endless delay": (HEAD + "delay = inf\n", ":4", "“delay”"),
    "tabs": ("\t[[site]]\n\tname = a\n", "", "not TOML"),
    "delay as text": (HEAD + 'delay = "1s"\n', ":4", "“delay” must be a number, not text in quotes; correct"),
    "no concurrency": (HEAD + "concurrency = 0\n", ":4", "“concurrency” must be a whole number >= 1"),
    "no pages": (HEAD + "max_pages = 0\n", ":4", "“max_pages” must be a whole number >= 1"),
    "share": (HEAD + "max_failed_share = 1.5\n", ":4", "“max_failed_share” must be a number <= 1"),
    "rights": (HEAD + 'rights = "ignore"\n', ":4", "“rights” cannot be 'ignore'; write \"obey\" or \"record\""),
    "verify_tls": (HEAD + 'verify_tls = "no"\n', ":4", "“verify_tls” must be true or false"),
    "timezone": (HEAD + 'timezone = "Berlin"\n', ":4", "“Berlin” is no time zone"),
    "timezone folder": (HEAD + 'timezone = "Europe"\n', ":4", "“Europe” is no time zone"),
    "name with a comma": (HEAD.replace('"a"', '"Herald, The"'), ":2", "“Herald, The” has a comma; leave it out"),
    "timezone path": (HEAD + 'timezone = "../../etc/passwd"\n', ":4", "is no time zone"),
    "revisit": (HEAD + 'revisit = ["1h", "soon"]\n', ":4", "“revisit”: “soon” is no age"),
    "selector": (HEAD + 'prune = ["div[["]\n', ":4", "“prune”: “div[[” is no CSS selector"),
    "in defaults": ('[defaults]\ndelay = "x"\n\n' + HEAD, ":2",
     "“delay” must be a number, not text in quotes; correct"),
    "second site": (HEAD + "\n" + HEAD.replace('"a"', '"b"') + "# why\ndelay = -2\n", ":9", "“delay” must be"),
    "quoted key": (HEAD + '"max-pages" = 3\n', ":4", "unknown key “max-pages”; did you mean “max_pages”?"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_file_line_key_and_mend(tmp_path: Path, name: str) -> None:
    text, line, words = FAULTS[name]
    path = tmp_path / "sites.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_sites(path)
    message = str(caught.value)
    assert message.startswith(f"{path}{line}: ")
    assert words in message
    assert "\n" not in message
    assert name in {"broken", "tabs"} or ";" in message


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file; run `winnow init`"):
        load_sites(tmp_path / "none.toml")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_sites(tmp_path)


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_bytes(HEAD.encode() + b"# \xff\n")
    with pytest.raises(ConfigError, match=r"not UTF-8 at byte 49; save the file as UTF-8"):
        load_sites(tmp_path / "sites.toml")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    assert [site.name for site in load_sites(tmp_path / "sites.toml")] == ["a"]


def test_defaults_fill_in_and_a_site_overrides(tmp_path: Path) -> None:
    text = '[defaults]\ndelay = 2\nlanguages = ["de"]\n' + HEAD + "delay = 0\n" + HEAD.replace('"a"', '"b"')
    (tmp_path / "sites.toml").write_text(text)
    first, second = load_sites(tmp_path / "sites.toml")
    assert (first.delay, first.languages) == (0, ("de",))
    assert (second.delay, second.languages) == (2, ("de",))


def test_every_key_can_be_set(tmp_path: Path) -> None:
    text = HEAD + "".join(
        f"{line}\n"
        for line in (
            'feeds = ["https://a.example/f"]',
            'sitemaps = ["https://a.example/s"]', 'front_pages = ["https://x.example/"]',
            'allow = ["/n/"]', 'deny = ["/v/"]', 'allow_hosts = ["cdn.example"]', 'language = "de"',
            'languages = ["de"]',
            'timezone = "Europe/Berlin"', 'significant_params = ["ref"]', "delay = 1.5", "concurrency = 2",
            "max_pages = 9",
            'revisit = ["1h", "7d"]', 'user_agent = "x"', 'rights = "record"', 'near_duplicates = "drop"',
            "verify_tls = false", "min_records = 0",
            "max_failed_share = 0.25", 'prune = ["aside.shop", "nav > ul"]', 'keep = ["div[itemprop=text]"]',
        )
    )  # fmt: skip
    (tmp_path / "sites.toml").write_text(text)
    (site,) = load_sites(tmp_path / "sites.toml")
    unset = Site(name="", url="")
    same = {key for key in KEYS if getattr(site, key) == getattr(unset, key)}
    assert same == {"min_records"}


def test_choosing_keeps_the_order_of_the_file() -> None:
    sites = tuple(Site(name=name, url="https://a.example/") for name in "abc")
    assert choose_sites(sites, ("c", "a")) == (sites[0], sites[2])
    assert choose_sites(sites, ()) == sites
    with pytest.raises(ConfigError, match="--site d: no such site; the file has a, b, c"):
        choose_sites(sites, ("a", "d"))


@pytest.mark.parametrize(("text", "seconds"), [("90m", 5400), ("24h", 86_400), (" 7 d ", 604_800), ("2w", 1_209_600)])
def test_ages(text: str, seconds: int) -> None:
    assert age_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "1", "-1h", "1.5h", "1y", "1h 2h"])
def test_no_ages(text: str) -> None:
    with pytest.raises(ValueError, match="is no age"):
        age_seconds(text)


@pytest.mark.parametrize("text", ["9999999w", "9" * 5000 + "m"])
def test_ages_beyond_all_dates(text: str) -> None:
    with pytest.raises(ValueError, match="more than 100 years"):
        age_seconds(text)


# Loading the character tables for st.text() takes its time on a busy machine.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(sorted(set(KEYS) - NOT_DEFAULTS)), st.integers() | st.text(), max_size=3))
def test_whatever_is_set_is_a_site_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, int]
) -> None:
    path = tmp_path_factory.mktemp("config") / "sites.toml"
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    path.write_bytes((HEAD + lines).encode("utf-8", "replace"))
    message = fault_of(path)
    if message is not None:
        assert message.startswith(str(path))
        assert len(message.splitlines()) == 1


def fault_of(path: Path) -> str | None:
    try:
        load_sites(path)
    except ConfigError as error:
        return str(error)
    return None
