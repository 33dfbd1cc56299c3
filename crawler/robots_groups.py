"""The part of a robots.txt that one crawler need read. Pure.

A parser keeps each rule once for every name of its group: 500 KB of many names and many rules took it 20 GB.
"""

from __future__ import annotations

import re

MAX_WILDCARD_RULES = 10_000
"""Rules with `*` or `$` that are read; each URL is held against each of them. 30,000 took 120 ms a URL (measured)."""
EVERYBODY = "*"
_NAME_LINE = re.compile(r"\s*user[- ]?agent(?:\s*:|\s)([^#]*)", re.IGNORECASE)
_OTHERS = "User-agent: other crawlers"
"""No product token has a space (RFC 9309, 2.2.1)."""


def groups_for(robots_txt: str, agent: str) -> str:
    """Return the robots.txt with one name in each group: the one by which `agent` is meant, or another crawler's.

    `agent` is a lower-case product token. Rules, site maps and the order of lines stay,
    and so does what the file says to `agent`.
    """
    lines = robots_txt.splitlines()
    names = {number: name for number, line in enumerate(lines) if (name := _name_in(line)) is not None}
    chosen = max(dict.fromkeys(names.values()), key=lambda name: _length_of_match(name, agent), default="")
    ours = f"User-agent: {chosen}" if _length_of_match(chosen, agent) else _OTHERS
    for number, name in names.items():
        lines[number] = ours if name == chosen else _OTHERS
    return "\n".join(lines)


def has_too_many_wildcards(robots_txt: str) -> bool:
    """Whether so many rules have a wildcard that to hold a URL against them takes long."""
    if robots_txt.count(EVERYBODY) + robots_txt.count("$") <= MAX_WILDCARD_RULES:
        return False
    return sum(1 for line in robots_txt.splitlines() if EVERYBODY in line or "$" in line) > MAX_WILDCARD_RULES


def _name_in(line: str) -> str | None:
    """Return the lower-case name of a user-agent line, None for another line and for one without a name."""
    found = _NAME_LINE.match(line)
    name = found[1].strip().lower() if found else ""
    return (name if name == EVERYBODY else name.replace(EVERYBODY, "")) or None


def _length_of_match(name: str, agent: str) -> int:
    """Return how much of the agent a name means: the longest counts (RFC 9309, 2.2.1), everybody as one character."""
    if name == EVERYBODY:
        return 1
    if name not in agent:  # spares thousands of expressions
        return 0
    return len(name) if re.search(rf"(?<![\w-]){re.escape(name)}", agent) else 0
