"""Rights that a site states in files: `/.well-known/tdmrep.json` and the Content-Signal lines of robots.txt. Pure.

Sources: https://www.w3.org/community/reports/tdmrep/ and https://contentsignals.org.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

MAX_TDM_RULES = 1_000
MAX_SIGNAL_LINES = 50
"""Caps on what strangers write. Chosen, not measured."""

_SIGNAL = re.compile(r"([a-z][a-z-]*)\s*=\s*([a-z]+)", re.IGNORECASE)
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class TdmRule:
    """One entry of `/.well-known/tdmrep.json`."""

    location: str
    """Path pattern with `*` and a final `$`, as in robots.txt."""
    declared: Mapping[str, str]
    """`tdm-reservation` and, where there is one, `tdm-policy`."""


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One Content-Signal line of robots.txt."""

    agents: frozenset[str]
    """Lower-case names of its group; empty for a line before all groups."""
    path: str
    signals: Mapping[str, str]


def read_tdm_file(body: bytes) -> tuple[TdmRule, ...]:
    """Return the rules of a tdmrep.json in their order; what is no rule is passed over."""
    try:
        entries = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return ()
    entries = [entries] if isinstance(entries, dict) else entries if isinstance(entries, list) else []
    return tuple(rule for entry in entries[:MAX_TDM_RULES] if (rule := _tdm_rule(entry)) is not None)


def tdm_declared(rules: Iterable[TdmRule], url: str) -> Mapping[str, str]:
    """Return what the first rule that matches the URL declares; nothing where none does."""
    path = _path_of(url)
    return next((rule.declared for rule in rules if path_matches(rule.location, path)), {})


def read_content_signals(robots_txt: str) -> tuple[SignalLine, ...]:
    """Return the Content-Signal lines of a robots.txt, each with the user agents of its group."""
    names: list[str] = []
    agents: frozenset[str] = frozenset()
    found: list[SignalLine] = []
    in_names = False
    for name, value in _robots_lines(robots_txt):
        if name == "user-agent":
            if not in_names:
                names = []
            names.append(value.lower())
        elif in_names:
            agents = frozenset(names)
        in_names = name == "user-agent"
        if name == "content-signal":
            path = value.split(maxsplit=1)[0] if value.startswith("/") else "/"
            signals = {key.lower(): word.lower() for key, word in _SIGNAL.findall(value)}
            found.append(SignalLine(agents, path, signals))
            if len(found) == MAX_SIGNAL_LINES:
                break
    return tuple(found)


def content_signals(lines: Iterable[SignalLine], url: str, agent: str) -> dict[str, str]:
    """Return the signals for a URL: of lines before all groups, then of group `*`, then of ours; the last holds."""
    lines = tuple(lines)
    path = _path_of(url) if lines else "/"
    signals: dict[str, str] = {}
    for group in (None, "*", agent):
        for line in lines:
            if (group in line.agents if group else not line.agents) and path_matches(line.path, path):
                signals |= line.signals
    return signals


def path_matches(pattern: str, path: str) -> bool:
    """Whether a path pattern of robots.txt or tdmrep.json matches (RFC 9309, 2.2.3); time linear in the path."""
    pattern = _comparable(pattern)
    anchored = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not others:
        return not anchored or at == len(path)
    for part in others[:-1] if anchored else others:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return not anchored or (path.endswith(others[-1]) and len(path) - len(others[-1]) >= at)


def _tdm_rule(entry: Any) -> TdmRule | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("location"), str):
        return None
    values = {name: entry.get(name) for name in ("tdm-reservation", "tdm-policy")}
    declared = {name: str(value) for name, value in values.items() if type(value) in (int, str)}
    return TdmRule(entry["location"], declared)


def _robots_lines(robots_txt: str) -> Iterator[tuple[str, str]]:
    for line in robots_txt.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon and value.strip():
            yield name.strip().lower(), value.strip()


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return _comparable((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _comparable(path: str) -> str:
    """Return a path with its escapes in one form: unreserved ones undone, the others in upper case."""
    return _ESCAPED.sub(_one_form, quote(path, safe="/%*$?&=+,;:@!~'()[]|", errors="replace"))


def _one_form(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character.isascii() and (character.isalnum() or character in "-._~") else escape[0].upper()
