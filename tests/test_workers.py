"""A call that takes its worker down costs itself only. The calls are of the standard library: workers import them."""

from __future__ import annotations

import signal
from concurrent.futures import wait
from typing import TYPE_CHECKING

import pytest

from crawler.errors import ExtractionCrashed, ExtractionTimeout, NotHtml
from crawler.workers import WorkerOptions, WorkerPool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPTIONS = WorkerOptions(workers=2, seconds=1.0, wall_seconds=120.0, memory_bytes=600_000_000)
WITHIN = 120
"""Seconds for a call, on a machine that has much else to do."""


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(OPTIONS) as pool:
        yield pool


def marked(path: Path, then: str) -> str:
    """Source that leaves a mark in the file for each time it is run."""
    return f"import os, time\nwith open({str(path)!r}, 'a') as file:\n    file.write('x')\n{then}"


def test_workers_and_the_server_they_come_from_are_deaf_to_ctrl_c(pool: WorkerPool) -> None:
    """A Ctrl-C while the server loads would print where it was; the main process ends it."""
    assert signal.SIGINT in pool.submit("signal:pthread_sigmask", signal.SIG_BLOCK, ()).result(WITHIN)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_what_takes_a_worker_down_is_tried_again_alone_and_its_neighbours_are_kept(
    pool: WorkerPool, tmp_path: Path
) -> None:
    crash, burn = tmp_path / "crash", tmp_path / "burn"
    calls = [pool.submit("math:sqrt", number**2) for number in range(10)]
    crashed = pool.submit("builtins:exec", marked(crash, "os._exit(7)"))
    burned = pool.submit("builtins:exec", marked(burn, "while True:\n    pass"))
    hungry = pool.submit("builtins:bytearray", 3_000_000_000)
    calls += [pool.submit("math:sqrt", number**2) for number in range(10, 20)]
    _, undone = wait([*calls, crashed, burned, hungry], timeout=WITHIN)
    assert not undone
    assert [call.result() for call in calls] == list(range(20))
    with pytest.raises(ExtractionCrashed, match=r"twice \(exit code 7\)"):
        crashed.result()
    with pytest.raises(ExtractionTimeout, match="not read within 1 s of CPU time, nor"):
        burned.result()
    with pytest.raises(ExtractionCrashed, match="MemoryError"):
        hungry.result()
    assert crash.read_text() == "xx"
    assert burn.read_text() == "xx"


def test_what_waits_for_a_busy_machine_is_not_too_slow(pool: WorkerPool) -> None:
    """Of the time in which it does not run a call uses up nothing, and what one call used the next one has again."""
    burn = "import time\nend = time.process_time() + 0.7\nwhile time.process_time() < end:\n    pass\ntime.sleep(0.8)"
    calls = [pool.submit("builtins:exec", burn) for _ in range(4)]
    assert [call.result(WITHIN) for call in calls] == [None] * 4


def test_what_waits_for_ever_is_given_up() -> None:
    with WorkerPool(WorkerOptions(workers=1, wall_seconds=1.5)) as pool:
        hung = pool.submit("time:sleep", 600)
        with pytest.raises(ExtractionTimeout, match=r"not read within 1\.5 s, nor"):
            hung.result(WITHIN)


def test_a_page_error_comes_through(pool: WorkerPool) -> None:
    source = "from crawler.errors import NotHtml\nraise NotHtml('the bytes are no page')"
    with pytest.raises(NotHtml, match="the bytes are no page"):
        pool.submit("builtins:exec", source).result(WITHIN)


def test_a_fault_of_ours_costs_the_call_and_is_told(pool: WorkerPool, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ExtractionCrashed, match="ZeroDivisionError: division by zero"):
        pool.submit("builtins:eval", "1 / 0").result(WITHIN)
    assert "a worker raised" in caplog.text


def test_too_deep_a_recursion_is_the_pages_fault(pool: WorkerPool) -> None:
    source = "def fall():\n    return fall()\nglobals()['fall'] = fall\nfall()"
    with pytest.raises(ExtractionCrashed, match="more than a page may take"):
        pool.submit("builtins:exec", source, {}).result(WITHIN)


def test_a_call_that_succeeds_the_second_time_is_kept(pool: WorkerPool, tmp_path: Path) -> None:
    """The worker may have died of another's fault, of the system's memory for instance."""
    mark = tmp_path / "mark"
    pool.submit("builtins:exec", marked(mark, f"if os.path.getsize({str(mark)!r}) == 1:\n    os._exit(9)")).result(
        WITHIN
    )
    assert mark.read_text() == "xx"


def test_the_address_space_is_bound(pool: WorkerPool) -> None:
    assert pool.submit("resource:getrlimit", 9).result(WITHIN)[0] == OPTIONS.memory_bytes


def test_closing_gives_up_what_is_not_done() -> None:
    pool = WorkerPool(WorkerOptions(workers=1, seconds=60.0))
    call = pool.submit("time:sleep", 60)
    pool.close()
    done, _ = wait([call], timeout=20)
    assert done
    assert call.cancelled()


def test_as_many_workers_as_cores() -> None:
    assert WorkerOptions(workers=3).worker_count == 3
    assert WorkerOptions().worker_count >= 1
