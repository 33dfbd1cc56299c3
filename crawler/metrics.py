"""A run's account as a Prometheus textfile, for node_exporter's textfile collector."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.records.files import write_whole


def metrics_text(report: Mapping[str, Any]) -> bytes:
    """Return the exposition of the last run: URLs by site and state, causes, bytes, times, alarms."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()

    def gauge(name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"winnow_{name}", words, labels, registry=registry)

    urls = gauge("urls", "URLs of the last run by site and state", "site", "state")
    causes = gauge("causes", "URLs of the last run that were skipped, failed or left, by cause", "site", "cause")
    alarms = gauge("alarms", "Alarms of the last run", "site")
    for name, site in report["sites"].items():
        for state, number in site["states"].items():
            urls.labels(name, state).set(number)
        for cause, number in site["causes"].items():
            causes.labels(name, cause).set(number)
        alarms.labels(name).set(len(site["alarms"]))
    gauge("received_bytes", "Bytes received in the last run").set(report["bytes"])
    gauge("requests", "Requests of the last run").set(report["requests"])
    started, finished = (datetime.fromisoformat(report[name]) for name in ("started_at", "finished_at"))
    gauge("run_seconds", "Wall time of the last run").set((finished - started).total_seconds())
    gauge("finished_timestamp_seconds", "When the last run finished").set(finished.timestamp())
    text: bytes = generate_latest(registry)
    return text


def write_metrics(path: Path, report: Mapping[str, Any]) -> None:
    """Write the exposition whole, so that a collector never reads half of it. Raises OutputError."""
    write_whole(path, metrics_text(report))
