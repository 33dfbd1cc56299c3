"""The names, rows and reports of runs."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from crawler.items import JsonValue
from crawler.records.files import make_folder, output_errors, write_whole

RUNS_FOLDER = "runs"


def new_run_id(now: datetime) -> str:
    """Return a name that sorts by start: `20261122T104501Z-`, then in hex what has passed of the second and 2 random
    digits. `now` has an offset.
    """
    part = (now.microsecond << 16) // 1_000_000
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{part:04x}{secrets.token_hex(1)}"


def utc_text(moment: datetime) -> str:
    """Return UTC in ISO 8601, whole seconds: `2026-11-22T10:45:01Z`. `moment` has an offset."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def utc_now() -> str:
    return utc_text(datetime.now(UTC))


def add_run(connection: sqlite3.Connection, run_id: str, started_at: datetime) -> None:
    """Write the run's row. Raises sqlite3.IntegrityError for a name that is taken."""
    connection.execute("INSERT INTO runs (run_id, started_at) VALUES (?, ?)", (run_id, utc_text(started_at)))


def finish_run(connection: sqlite3.Connection, run_id: str, report: str) -> None:
    """Mark the run as whole, with its report as JSON text."""
    connection.execute("UPDATE runs SET finished_at = ?, report = ? WHERE run_id = ?", (utc_now(), report, run_id))


def report_text(run_id: str, started_at: datetime, report: Mapping[str, JsonValue]) -> str:
    """Return the JSON of a run's report, with run_id, started_at and finished_at before its own keys."""
    times = {"started_at": utc_text(started_at), "finished_at": utc_now()}
    return json.dumps({"run_id": run_id, **times, **report}, indent=2, allow_nan=False)


def write_report(folder: Path, run_id: str, text: str) -> Path:
    """Write `runs/<run_id>.json` whole. Raises OutputError."""
    path = folder / RUNS_FOLDER / f"{run_id}.json"
    with output_errors(path):
        make_folder(path.parent)
    write_whole(path, f"{text}\n".encode())
    return path
