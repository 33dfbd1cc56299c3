"""The reports of runs as they lie in `runs/`, latest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from crawler.errors import FileUnreadable, UsageError

RUNS_FOLDER = "runs"
MIN_DIGITS = 4
_MEND = "move it away: the other runs do without it"


@dataclass(frozen=True, slots=True)
class RunFile:
    """One `runs/<run_id>.json`."""

    run_id: str
    report: Mapping[str, Any]

    @property
    def sites(self) -> Mapping[str, Mapping[str, Any]]:
        sites: Mapping[str, Mapping[str, Any]] = self.report.get("sites", {})
        return sites

    def total(self, state: str) -> int:
        """URLs of all sites that ended so."""
        return sum(site.get("states", {}).get(state, 0) for site in self.sites.values())


def run_ids(folder: Path) -> list[str]:
    """Return the ids of the runs that have a report, latest first. Raises UsageError where there is none."""
    found = sorted((path.stem for path in (folder / RUNS_FOLDER).glob("*.json")), reverse=True)
    if not found:
        raise UsageError(f"{folder}: no report of a run in it; name the folder of a crawl with --output")
    return found


def chosen_id(ids: list[str], wish: str) -> str:
    """Return the one id that begins or ends with the wish. Raises UsageError for none or several."""
    fitting = [run_id for run_id in ids if wish == run_id] or [
        run_id for run_id in ids if len(wish) >= MIN_DIGITS and (run_id.startswith(wish) or run_id.endswith(wish))
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(f"{wish}: {len(fitting)} runs have ids that fit, as {fitting[0]} and {fitting[1]}; give more")
    raise UsageError(f"{wish}: no run of this id; the latest is {ids[0]}")


def read_run(folder: Path, run_id: str) -> RunFile:
    """Raises FileUnreadable for a file that is no report."""
    path = folder / RUNS_FOLDER / f"{run_id}.json"
    try:
        report = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise FileUnreadable(f"{path}: {error}; {_MEND}") from error
    if not isinstance(report, dict) or not isinstance(report.get("sites"), dict):
        raise FileUnreadable(f"{path}: not the report of a run; {_MEND}")
    return RunFile(run_id, report)


def readable(folder: Path, ids: Iterable[str]) -> tuple[list[str], list[FileUnreadable]]:
    """Return those of the ids whose reports can be read, and what is wrong with the others."""
    found: list[str] = []
    faults: list[FileUnreadable] = []
    for run_id in ids:
        try:
            read_run(folder, run_id)
            found.append(run_id)
        except FileUnreadable as error:
            faults.append(error)
    return found, faults
