"""Checks of what a crawl works with: sites, folder, state, clock, disk."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import crawler
from crawler.commands.console import counted
from crawler.commands.findings import Broken, Check, Watch
from crawler.state.database import REBUILD, STATE_NAME

FREE_BYTES = 500_000_000
"""Free space under which a disk is called low. Chosen: about 40,000 records."""
LEAST_BYTES = 20_000_000
"""Free space with which no run should begin. Chosen."""
CLOCK_SLACK = timedelta(minutes=2)
"""What two clocks that both are right may differ by. Chosen."""


def workplace_checks(sites: Path, output: Path) -> Iterator[tuple[str, Check]]:
    yield "sites", lambda: _sites(sites)
    yield "output folder", lambda: _folder(output)
    yield "state", lambda: _state(output)
    yield "engine", lambda: _engine(sites)
    yield "clock", lambda: _clock(output, datetime.now(UTC))
    yield "disk", lambda: _disk(output)


def _sites(path: Path) -> str:
    from crawler.config import load_sites  # loads time zones and URL parser
    from crawler.contact import sites_without_contact

    if not path.exists():
        return f"{path} is not there yet; `winnow init` writes one"
    sites = load_sites(path)
    silent = sites_without_contact(sites, ())
    if silent:
        names = ", ".join(site.name for site in silent[:5]) + (", ..." if len(silent) > 5 else "")
        raise Watch(f"{path}: no contact in the user agent for {names}", "set user_agent with a URL or e-mail of yours")
    return f"{path}: {counted(len(sites), 'site')}, with a contact"


def _folder(output: Path) -> str:
    from crawler.records.files import check_writable

    if not output.exists():
        return f"{output} is not there yet; the first crawl makes it"
    check_writable(output)
    return f"{output} can be written"


def _state(output: Path) -> str:
    from crawler.errors import StateError
    from crawler.state.health import is_earlier_version, state_health

    path = output / STATE_NAME
    if not path.exists():
        if any((output / "records").rglob("*.jsonl")):
            raise Broken(f"{path} is missing, but there are records", f"winnow state rebuild --output {output}")
        return "none yet; the first crawl makes it"
    if path.stat().st_size == 0:
        raise StateError(f"{path} is empty, so it is damaged: restore it, or move it away and run {REBUILD}")
    if is_earlier_version(output):
        raise Watch(f"{path} is of an earlier version", "nothing: the next `winnow crawl` brings it up to date")
    health = state_health(output)
    if health.changed_files:
        named = ", ".join(health.changed_files[:3])
        raise Watch(f"finished files have changed since: {named}", "restore them from a copy, or leave them so")
    return f"whole; {counted(health.urls, 'URL')}, {counted(health.runs, 'run')}"


def _engine(path: Path) -> str:
    from crawler.engine_config import load_engine

    engine = load_engine(path) if path.exists() else None
    if engine is None or engine.kind == "local":
        return "none set: the state is a file in the output folder"
    from crawler.engines.condition import FULL
    from crawler.engines.opening import server_of

    server = server_of(engine.setting)
    try:
        began = time.perf_counter()
        server.now()
        milliseconds = 1000 * (time.perf_counter() - began)
        condition, place = server.condition, server.options.place
    finally:
        server.close()
    used = f"{condition.used_bytes / 1e6:.0f} MB"
    if condition.allowed_bytes:
        used += f" of {condition.allowed_bytes / 1e6:.0f}"
    if condition.share_used > FULL:
        raise Watch(f"Redis at {place} has {used} in use; full, it takes no URL more", "raise maxmemory")
    return (
        f"Redis {condition.version} at {place}: appendonly, noeviction, {used} in use, "
        f"answers in {milliseconds:.1f} ms, clock {condition.clock_seconds:+.1f} s"
    )


def _clock(output: Path, now: datetime) -> str:
    """Compare with what is certainly past: our own files, and what runs noted in the state."""
    past = datetime.fromtimestamp(Path(crawler.__file__).stat().st_mtime, UTC)
    newest = _newest(output)
    if newest is not None:
        past = max(past, newest)
    if now < past - CLOCK_SLACK:
        behind = timedelta(seconds=round((past - now).total_seconds()))
        raise Broken(f"{now:%Y-%m-%d %H:%M} UTC, {behind} behind what is past already", "set it, best by NTP")
    return f"{now:%Y-%m-%d %H:%M} UTC"


def _newest(output: Path) -> datetime | None:
    from crawler.errors import WinnowError
    from crawler.state.health import state_health

    if not (output / STATE_NAME).exists():
        return None
    try:
        newest = state_health(output).newest_at
    except WinnowError:  # the check of the state tells it
        return None
    return datetime.fromisoformat(newest) if newest else None


def _disk(output: Path) -> str:
    place = next(folder for folder in (output.absolute(), *output.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    names = os.statvfs(place)
    if free < LEAST_BYTES or (names.f_files and not names.f_favail):
        raise Broken(f"{free // 1_000_000} MB and {names.f_favail} files free at {place}", "make room")
    if free < FREE_BYTES:
        raise Watch(f"only {free // 1_000_000} MB free at {place}", "make room soon")
    return f"{free // 1_000_000_000} GB free"
