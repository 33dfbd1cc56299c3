"""What a publisher says may be done with a page: robots directives, TDMRep and Content Signals. Pure.

Sources: X-Robots-Tag and robots meta as Google documents them; TDMRep, https://www.w3.org/community/reports/tdmrep/;
Content-Signal lines of robots.txt, https://contentsignals.org. What is obeyed and why: decision 0007.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

RightsPolicy = Literal["obey", "record"]

CONTENT_SIGNALS = ("search", "ai-input", "ai-train", "use")
MAX_STATEMENTS = 50
MAX_STATEMENT_CHARS = 500
MAX_POLICY_CHARS = 2_000
"""Caps on what strangers write. Chosen, not measured."""

_TOKEN = re.compile(r"\s*([^\s/;,()]+)")
_COMPATIBLE = re.compile(r"\(compatible;\s*([^\s/;,()]+)", re.IGNORECASE)
_AGENT_NAME = re.compile(r"[a-z*_][\w*.-]*", re.IGNORECASE)
_VALUED_DIRECTIVES = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_RESERVATION = {"1": True, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRights:
    """What is said of a page outside its HTML; the site's files are already read for the page's URL."""

    agent: str = ""
    """Our product token, lower case."""
    content_signals: Mapping[str, str] = field(default_factory=dict)
    tdm_file: Mapping[str, str] = field(default_factory=dict)
    """`tdm-reservation` and `tdm-policy` of the rule in tdmrep.json that matches."""
    tdm_headers: Mapping[str, str] = field(default_factory=dict)
    """The response headers of these two names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What was said, and what it comes to for us. None and empty: nothing was said."""

    noindex: bool = False
    noarchive: bool = False
    tdm_reservation: bool | None = None
    tdm_policy: str | None = None
    tdm_origin: str | None = None
    """Which declaration holds: `file`, `header` or `meta`."""
    content_signals: Mapping[str, str] = field(default_factory=dict)
    """Signal -> `yes` or `no` (`use` has words of its own)."""
    robots_meta: tuple[str, ...] = ()
    x_robots_tag: tuple[str, ...] = ()
    """Both as the page has them, of other crawlers too."""

    def to_dict(self) -> dict[str, Any]:
        """Return the record's `rights`: flat, with the keys that were stated and no others."""
        stated: dict[str, Any] = {
            "robots_meta": list(self.robots_meta),
            "x_robots_tag": list(self.x_robots_tag),
            "noindex": self.noindex or None,
            "noarchive": self.noarchive or None,
            "tdm_reservation": self.tdm_reservation,
            "tdm_policy": self.tdm_policy,
            "tdm_origin": self.tdm_origin,
        }
        stated |= {_signal_key(name): value for name, value in self.content_signals.items()}
        return {name: value for name, value in stated.items() if value is not None and value != []}

    @classmethod
    def from_dict(cls, rights: Mapping[str, Any]) -> Self:
        """Read a record's `rights` back."""
        return cls(
            noindex=bool(rights.get("noindex")),
            noarchive=bool(rights.get("noarchive")),
            tdm_reservation=rights.get("tdm_reservation"),
            tdm_policy=rights.get("tdm_policy"),
            tdm_origin=rights.get("tdm_origin"),
            content_signals={s: rights[_signal_key(s)] for s in CONTENT_SIGNALS if _signal_key(s) in rights},
            robots_meta=tuple(rights.get("robots_meta", ())),
            x_robots_tag=tuple(rights.get("x_robots_tag", ())),
        )


def read_rights(
    server: ServerRights,
    x_robots_tag: Iterable[str] = (),
    robots_meta: Iterable[str] = (),
    tdm_meta: Mapping[str, str] | None = None,
) -> Rights:
    """Return what is said of a page. `robots_meta` and `tdm_meta` are of its HTML; never raises for what they hold.

    A TDM declaration in the HTML goes before one in the headers, and that before tdmrep.json (TDMRep, section
    "Processing priority"). Of robots directives the strictest holds.
    """
    tags, metas = _printable(x_robots_tag), _printable(robots_meta)
    words = {word for directive in (*_directives(tags, server.agent), *metas) for word in directive.lower().split()}
    reservation, policy, origin = None, None, None
    declarations = {"file": server.tdm_file, "header": server.tdm_headers, "meta": tdm_meta or {}}
    for name, declared in declarations.items():
        value = _RESERVATION.get(declared.get("tdm-reservation", "").strip())
        if value is not None:
            reservation, origin = value, name
        policy = declared.get("tdm-policy", "").strip() or policy
    return Rights(
        noindex=bool(words & {"noindex", "none"}),
        noarchive=bool(words & {"noarchive", "none"}),
        tdm_reservation=reservation,
        tdm_policy=_clean(policy, MAX_POLICY_CHARS) if policy and reservation else None,
        tdm_origin=origin,
        content_signals={
            name: server.content_signals[name] for name in CONTENT_SIGNALS if name in server.content_signals
        },
        robots_meta=metas,
        x_robots_tag=tags,
    )


def reserved(rights: Rights, policy: RightsPolicy | str) -> str | None:
    """Return why a page is not stored under the policy of its site, None where it may be."""
    if policy != "obey":
        return None
    if rights.tdm_reservation:
        more = f", terms at {rights.tdm_policy}" if rights.tdm_policy else ""
        return f"text and data mining is reserved (TDMRep, {rights.tdm_origin}{more})"
    if rights.noarchive:
        return "robots directive noarchive: not to be stored"
    if rights.noindex:
        return "robots directive noindex: not to be indexed"
    return None


def product_token(user_agent: str) -> str:
    """Return the lower-case name by which robots.txt and X-Robots-Tag mean a crawler (RFC 9309, 2.2.1)."""
    found = _COMPATIBLE.search(user_agent) or _TOKEN.match(user_agent)
    return found[1].lower() if found else ""


def _directives(tags: Iterable[str], agent: str) -> Iterator[str]:
    """Yield the directives of X-Robots-Tag values that are for all crawlers or for ours."""
    for tag in tags:
        ours = True
        for part in tag.split(","):
            name, colon, rest = part.partition(":")
            name = name.strip().lower()
            if colon and name not in _VALUED_DIRECTIVES and _AGENT_NAME.fullmatch(name):
                ours = name in {"*", "robots", agent}
                part = rest  # noqa: PLW2901 - the name does not belong to the directive
            if ours:
                yield part


def _signal_key(name: str) -> str:
    return "content_signal_" + name.replace("-", "_")


def _printable(statements: Iterable[str]) -> tuple[str, ...]:
    cleaned = (_clean(statement, MAX_STATEMENT_CHARS) for statement in statements)
    return tuple(dict.fromkeys(text for text in cleaned if text))[:MAX_STATEMENTS]


def _clean(text: str, max_chars: int) -> str:
    return "".join(c for c in text[:max_chars] if c.isprintable()).strip()
