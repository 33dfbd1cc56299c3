"""A run's summary as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.report.gathering import summaries
from crawler.report.summary import ReportOptions
from crawler.report.terminal import print_tables

if TYPE_CHECKING:
    from tests.report.conftest import Desk


def test_a_long_url_is_whole_on_its_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long = f"a/{'a-story-with-a-long-address-' * 6}1"
    desk.run(new="a/2", ended={long: ("failed", "http_refused", "HTTP 404")})
    monkeypatch.setenv("COLUMNS", "80")
    (summary,) = summaries(desk.folder, desk.run_ids, ReportOptions())
    print_tables(summary)
    lines = capsys.readouterr().out.splitlines()
    place = lines.index("1 http_refused")
    assert lines[place + 1].startswith("  https://")
    assert lines[place + 1].endswith(long.removeprefix("a/"))
