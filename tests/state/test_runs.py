from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from crawler.state.runs import new_run_id, utc_text


def test_run_ids_sort_by_start_whatever_the_offset() -> None:
    east = datetime(2026, 11, 22, 11, 45, 1, tzinfo=timezone(timedelta(hours=1)))
    later = datetime(2026, 11, 22, 10, 45, 2, tzinfo=UTC)
    assert re.fullmatch("20261122T104501Z-0000[0-9a-f]{2}", new_run_id(east))
    assert new_run_id(east) < new_run_id(east + timedelta(milliseconds=1)) < new_run_id(later)


def test_utc_text() -> None:
    assert utc_text(datetime(2026, 11, 22, 10, 45, 1, 999_999, tzinfo=UTC)) == "2026-11-22T10:45:01Z"
