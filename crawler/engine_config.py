"""`[engine]` of a `sites.toml`: where the state of the crawl is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlsplit

import msgspec

from crawler.config_file import Place, age_seconds, check_keys, key_in, parse, read_text, type_fault, type_mend

Count = Annotated[int, msgspec.Meta(ge=1)]


class Engine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[engine]`: where the state of the crawl is kept."""

    kind: Literal["local", "redis"] = "local"
    """A state file in the output folder, or a Redis that many workers share."""
    url: str | None = None
    """Of the Redis: redis://HOST:PORT/DB or rediss://; the password is in WINNOW_REDIS_PASSWORD."""
    namespace: Annotated[str, msgspec.Meta(pattern=r"^[\w.-]+$")] = "winnow"
    """Before every key of this crawl."""
    lease_seconds: Annotated[float, msgspec.Meta(ge=1)] = 30.0
    """Seconds without a sign of life after which a worker's sites go to others."""
    sites_at_once: Count = 32
    """Groups of sites that a worker holds at most."""
    keep: str = "7d"
    """Age after which of a settled URL no more is kept than that it is known."""
    near_weeks: Count = 5
    """Weeks within which near-duplicates are looked for."""
    worker_deaths: Count = 5
    """Workers that may die with a URL in flight."""

    @property
    def setting(self) -> dict[str, Any]:
        """The value of the setting `WINNOW_ENGINE`."""
        return {**msgspec.structs.asdict(self), "keep_seconds": age_seconds(self.keep)}


KEYS = tuple(field.name for field in msgspec.structs.fields(Engine))


def load_engine(path: Path) -> Engine:
    """Return the engine that a `sites.toml` names; raises ConfigError for the first fault in it."""
    text = read_text(path)
    return engine_of(Place(path, text), parse(path, text).get("engine", {}))


def engine_of(place: Place, table: Any) -> Engine:
    if not isinstance(table, dict):
        raise place.error(("engine",), "“engine” is not a table", "write [engine]")
    check_keys(place, ("engine",), table, KEYS)
    try:
        engine = msgspec.convert(table, Engine)
        age_seconds(engine.keep)
    except msgspec.ValidationError as error:
        key = key_in(str(error))
        raise place.error(("engine", key), type_fault(key, str(error)), type_mend(Engine, key)) from error
    except ValueError as error:
        raise place.error(("engine", "keep"), f"“keep”: {error}", "correct it") from error
    if engine.kind == "redis":
        _check_engine_url(place, engine.url)
    return engine


def _check_engine_url(place: Place, url: str | None) -> None:
    parts = urlsplit(url or "")
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise place.error(("engine", "url"), "“url” is no address of a Redis", 'write url = "redis://HOST:6379/0"')
    if parts.password or "password" in parse_qs(parts.query):
        mend = "take it out of the URL and set WINNOW_REDIS_PASSWORD"
        raise place.error(("engine", "url"), "a password does not belong in this file", mend)
