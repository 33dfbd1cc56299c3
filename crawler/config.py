"""`sites.toml` -> sites. Every fault is one line with file, line, key and mend."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from cssselect import HTMLTranslator, SelectorError

from crawler.config_file import Place, age_seconds, check_keys, key_in, parse, read_text, type_fault, type_mend
from crawler.engine_config import engine_of
from crawler.errors import ConfigError, PageError
from crawler.urls import normalized_url, parse_url

Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Words = tuple[str, ...]


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `[[site]]` with the `[defaults]` filled in."""

    name: str
    """Word that names the site in commands, reports and state."""
    url: str
    """Home page; its registered domain bounds the site."""
    feeds: Words = ()
    sitemaps: Words = ()
    front_pages: Words = ()
    allow: Words = ()
    """Regular expressions; where there are any, an article URL must match one."""
    deny: Words = ()
    """Regular expressions; an article URL that matches one is refused."""
    allow_hosts: Words = ()
    """Hosts beside the site's own that its links may lead to."""
    language: str | None = None
    """Of articles that declare none and are too short to judge (BCP 47)."""
    languages: Words = ()
    """Languages to keep (BCP 47); empty keeps all."""
    timezone: str | None = None
    """IANA name; times of day that a page gives without an offset are in it."""
    significant_params: Words = ()
    """Query parameters that are content here although they are tracking elsewhere."""
    delay: Seconds | None = None
    """Seconds between requests to a host; an explicit value, 0 too, switches AutoThrottle off."""
    concurrency: Count = 1
    max_pages: Count | None = None
    """Pages fetched in one run."""
    revisit: Words = ()
    user_agent: str | None = None
    rights: Literal["obey", "record"] | None = None
    """Whether reserved rights keep a page from being stored; unset: obeyed, but at allowed addresses recorded only."""
    near_duplicates: Literal["mark", "drop"] | None = None
    """Whether an article that nearly repeats another one is written and marked, or not written; unset: marked."""
    verify_tls: bool = True
    """False: certificates of this site's hosts may be invalid."""
    min_records: Annotated[int, msgspec.Meta(ge=0)] = 0
    """New records under which a run of this site counts as failed."""
    max_failed_share: Share = 0.5
    """Share of fetched pages that may fail before the run of this site counts as failed."""
    prune: Words = ()
    """CSS selectors of parts of a page that are never text."""
    keep: Words = ()
    """CSS selectors of parts that always are."""


LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
"""https://www.rfc-editor.org/info/bcp47, as far as languages of news go."""
HOST = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?")
NOT_DEFAULTS = frozenset({"name", "url", "feeds", "sitemaps", "front_pages"})
KEYS = tuple(field.name for field in msgspec.structs.fields(Site))


def load_sites(path: Path) -> tuple[Site, ...]:
    """Return the sites of a `sites.toml`; raises ConfigError for the first fault."""
    text = read_text(path)
    tables = parse(path, text)
    place = Place(path, text)
    unknown = next((key for key in tables if key not in {"defaults", "site", "engine"}), None)
    if unknown is not None:
        raise place.error((unknown,), f"unknown key “{unknown}”", "use [defaults], [[site]] and [engine]")
    engine_of(place, tables.get("engine", {}))
    defaults, entries = tables.get("defaults", {}), tables.get("site", [])
    if not isinstance(defaults, dict):
        raise place.error(("defaults",), "“defaults” is not a table", "write [defaults]")
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise place.error(("site",), "“site” is not a list of tables", "write [[site]] for each site")
    if not entries:
        raise ConfigError(f"{path}: no [[site]] in it; add one with name and url, or run `winnow init` for a starter")
    check_keys(place, ("defaults",), defaults, [key for key in KEYS if key not in NOT_DEFAULTS])
    sites = tuple(_site(place, n, defaults, entry) for n, entry in enumerate(entries))
    for n, site in enumerate(sites):
        if site.name in {s.name for s in sites[:n]}:
            raise place.error(
                ("site", n, "name"), f"the name “{site.name}” is used twice", "give each site its own name"
            )
    return sites


def choose_sites(sites: Sequence[Site], names: Sequence[str]) -> tuple[Site, ...]:
    """Return the named sites in file order, all where no name is given; raises ConfigError for an unknown name."""
    known = {site.name for site in sites}
    for name in names:
        if name not in known:
            raise ConfigError(f"--site {name}: no such site; the file has {', '.join(sorted(known))}")
    return tuple(site for site in sites if not names or site.name in names)


def _site(place: Place, number: int, defaults: Mapping[str, Any], entry: Mapping[str, Any]) -> Site:
    at = ("site", number)
    check_keys(place, at, entry, KEYS)
    try:
        site = msgspec.convert({**defaults, **entry}, Site)
    except msgspec.ValidationError as error:
        key = key_in(str(error))
        where = (*at, key) if key in entry else ("defaults", key) if key in defaults else at
        fault, _, _ = str(error).partition(" - at ")
        missing = re.fullmatch(r"Object missing required field `(\w+)`", fault)
        if missing:
            raise place.error(at, f"[[site]] without “{missing[1]}”", f'add {missing[1]} = "..."') from error
        raise place.error(where, type_fault(key, str(error)), type_mend(Site, key)) from error
    _check_values(place, at, site)
    return site


def _check_words(place: Place, at: tuple[str | int, ...], site: Site) -> None:
    if "," in site.name:
        raise place.error((*at, "name"), f"“{site.name}” has a comma", "leave it out: it stands between names")
    for key in ("language", "languages"):
        value = getattr(site, key) or ()
        for word in (value,) if isinstance(value, str) else value:
            if not LANGUAGE_TAG.fullmatch(word):
                raise place.error((*at, key), f"{word!r} is no language tag", "write one such as de or pt-BR")
    for host in site.allow_hosts:
        if not HOST.fullmatch(host):
            raise place.error((*at, "allow_hosts"), f"{host!r} is no host", "write one such as media.example.org")


def _check_values(place: Place, at: tuple[str | int, ...], site: Site) -> None:
    for key in ("url", "feeds", "sitemaps", "front_pages"):
        value = getattr(site, key)
        for url in (value,) if isinstance(value, str) else value:
            try:
                parsed = parse_url(url)
                normalized_url(url)
            except PageError as error:
                raise place.error((*at, key), f"“{key}”: {error}", "write a whole http(s) URL") from error
            if parsed.username or parsed.password:
                raise place.error((*at, key), f"“{key}”: user name and password in a URL are not sent", "take them out")
    for key in ("allow", "deny"):
        for pattern in getattr(site, key):
            try:
                re.compile(pattern)
            except re.error as error:
                raise place.error(
                    (*at, key), f"“{key}”: “{pattern}” is no regular expression ({error})", "correct it"
                ) from error
    _check_selectors(place, at, site)
    _check_words(place, at, site)
    for age in site.revisit:
        try:
            age_seconds(age)
        except ValueError as error:
            raise place.error((*at, "revisit"), f"“revisit”: {error}", "correct it") from error
    if site.timezone is not None:
        try:
            ZoneInfo(site.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a folder of the zone database
            raise place.error(
                (*at, "timezone"), f"“{site.timezone}” is no time zone", "write one such as Europe/Berlin"
            ) from error
    if not site.name.strip():
        raise place.error((*at, "name"), "“name” is empty", "give the site a word")


def _check_selectors(place: Place, at: tuple[str | int, ...], site: Site) -> None:
    for key in ("prune", "keep"):
        for selector in getattr(site, key):
            try:
                HTMLTranslator().css_to_xpath(selector)
            except SelectorError as error:
                raise place.error(
                    (*at, key), f"“{key}”: “{selector}” is no CSS selector ({error})", "correct it"
                ) from error
