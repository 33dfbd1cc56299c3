"""The Prometheus textfile, read back by Prometheus's own parser."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from crawler.errors import OutputError
from crawler.metrics import write_metrics

REPORT = {
    "started_at": "2026-11-22T10:00:00Z",
    "finished_at": "2026-11-22T10:01:30Z",
    "requests": 12,
    "bytes": 3456,
    "sites": {
        'a "quoted" name': {"states": {"new": 3, "failed": 1}, "causes": {"http_failed": 1}, "alarms": ["x"]},
        "calm": {"states": {"new": 0}, "causes": {}, "alarms": []},
    },
}


def test_it_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "winnow.prom"
    write_metrics(path, REPORT)
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(path.read_text(encoding="utf-8"))
        for sample in family.samples
    }
    assert samples == {
        ("winnow_urls", 'a "quoted" name', "new"): 3,
        ("winnow_urls", 'a "quoted" name', "failed"): 1,
        ("winnow_urls", "calm", "new"): 0,
        ("winnow_causes", 'a "quoted" name', "http_failed"): 1,
        ("winnow_alarms", 'a "quoted" name'): 1,
        ("winnow_alarms", "calm"): 0,
        ("winnow_received_bytes",): 3456,
        ("winnow_requests",): 12,
        ("winnow_run_seconds",): 90,
        ("winnow_finished_timestamp_seconds",): 1795341690,
    }


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="missing"):
        write_metrics(tmp_path / "missing" / "winnow.prom", REPORT)
