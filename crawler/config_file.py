"""A TOML file in which every fault is told as one line: file, line, key and mend."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

from crawler.errors import ConfigError

_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`(?P<bound>(?: [<>]=? \S+)?)(?:, got `(?P<got>[^`]+)`)?")
_TOML_WORDS = {
    "float": "a number", "int": "a whole number", "str": "text in quotes", "bool": "true or false",
    "array": "a list in [ ]", "object": "a table",
}  # fmt: skip
AGE = re.compile(r"(\d+)\s*(m|h|d|w)")
AGE_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
MAX_AGE_SECONDS = 100 * 365 * 86_400
MAX_AGE_DIGITS = 12
"""Longer ages lie before all dates."""


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file; run `winnow init` for a starter, or name another file") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); name another file") from error


def parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error


def age_seconds(text: str) -> int:
    """Return the seconds of an age such as `90m`, `24h` or `7d`; raises ValueError for anything else."""
    found = AGE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"“{text}” is no age; write a number and m, h, d or w, such as 24h")
    seconds = int(found[1][:MAX_AGE_DIGITS]) * AGE_SECONDS[found[2]]
    if seconds > MAX_AGE_SECONDS or len(found[1]) > MAX_AGE_DIGITS:
        raise ValueError(f"“{text[:40]}” is more than 100 years")
    return seconds


def check_keys(place: Place, at: tuple[str | int, ...], table: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            mend = f"did you mean “{near[0]}”?" if near else f"known keys: {', '.join(known)}"
            raise place.error((*at, key), f"unknown key “{key}”", mend)


def type_fault(key: str, message: str) -> str:
    """Return in words of TOML what msgspec says of a value of the wrong type or out of its bounds."""
    fault, _, _ = message.partition(" - at ")
    found = _EXPECTED.fullmatch(fault)
    if fault.startswith("Invalid enum value "):
        return f"“{key}” cannot be {fault.removeprefix('Invalid enum value ')}"
    if found is None:
        return f"“{key}”: {fault[:1].lower()}{fault[1:]}"
    wanted = " or ".join(_TOML_WORDS.get(name, name) for name in found["wanted"].split(" | ") if name != "null")
    got = f", not {_TOML_WORDS.get(found['got'], found['got'])}" if found["got"] else ""
    return f"“{key}” must be {wanted}{found['bound']}{got}"


def type_mend(table: type, key: str) -> str:
    """Return what to write for a key whose values are a closed set."""
    hint = get_type_hints(table).get(key)
    words = [word for part in (hint, *get_args(hint)) for word in get_args(part) if isinstance(word, str)]
    return "write " + " or ".join(f'"{word}"' for word in words) if words else "correct the value"


def key_in(message: str) -> str:
    found = re.search(r"at `\$\.(\w+)", message)
    return found[1] if found else ""


class Place:
    """Finds the line of a key, for messages; tomllib does not tell lines of what is valid TOML."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()

    def error(self, at: tuple[str | int, ...], fault: str, mend: str) -> ConfigError:
        return ConfigError(f"{self.path}:{self.line(at)}: {fault}; {mend}")

    def line(self, at: tuple[str | int, ...]) -> int:
        """Return the line, from 1, of a path such as ("site", 2, "delay"); of its table where the key is not found."""
        table, number = str(at[0]), at[1] if len(at) > 1 and isinstance(at[1], int) else 0
        header = re.compile(rf"\s*\[\[?\s*{re.escape(table)}\s*\]\]?")
        starts = [n for n, line in enumerate(self.lines) if header.match(line)]
        if number >= len(starts):
            named = re.compile(rf"\s*{re.escape(table)}\s*[=.\[]")
            return next((n for n, line in enumerate(self.lines, 1) if named.match(line)), 1)
        key = str(at[-1])
        wanted = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        for n in range(starts[number] + 1, len(self.lines)):
            if self.lines[n].lstrip().startswith("["):
                break
            if wanted.match(self.lines[n]):
                return n + 1
        return starts[number] + 1
