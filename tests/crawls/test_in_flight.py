"""The bytes of all answers together are bounded; what is over the bound waits, and everything comes to its end."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

from tests.crawls.hostile import judge, run
from tests.crawls.hostile.case import Case, gives, head, outcomes, whole
from tests.crawls.hostile.server import HostileServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crawls.hostile.case import Answer

SITES = 10
BODY_BYTES = 6_000_000
BOUND = 15_000_000
"""Without it, ten answers of 6 MB are held at one time: 60,011,114 bytes were seen."""
TOLD = re.compile(r"most bytes in flight: (\d+)")
TELL = """
import atexit, sys
import crawler.in_flight as f
made = []
first = f.AnswersInFlight.__init__
f.AnswersInFlight.__init__ = lambda self, *a: (first(self, *a), made.append(self))[0]
atexit.register(lambda: [print("most bytes in flight:", x.most_bytes, file=sys.stderr) for x in made if x.most_bytes])
"""


def drawing() -> bytes:
    """A large answer that is quickly read: it is no page."""
    return b"%PDF-1.7\n" + bytes(BODY_BYTES)


def slowly() -> Answer:
    """The same in pieces, so that all sites send theirs at one time."""
    size = BODY_BYTES // 12
    return gives(head(length=12 * size), b"%PDF-1.7\n" + bytes(size - 9), *[bytes(size)] * 11, pause=0.1)


def test_answers_wait_for_one_another(tmp_path: Path) -> None:
    packed = gives(whole(gzip.compress(drawing()), headers=[("Content-Encoding", "gzip")]))
    answers = [slowly(), packed] * (SITES // 2)
    cases = [Case(f"big{n}", "", outcomes("not_html"), {"/case": answer}) for n, answer in enumerate(answers)]
    changes = {"settings": {"WINNOW_IN_FLIGHT_BYTES": BOUND, "WINNOW_EXTRACTION_WORKERS": 1}, "code": [TELL]}
    with HostileServer(cases) as server:
        ran = run.scrape(server, cases, tmp_path, changes, good=1)
        faults = [fault for case in cases for fault in judge.faults_of_scrape(case, ran, server)]
    assert [fault for fault in faults if "the good article" not in fault] == []
    told = [int(number) for number in TOLD.findall(ran.err)]
    assert told, ran.err
    assert BOUND < max(told) <= BOUND + BODY_BYTES + SITES * 1_100_000 < SITES * BODY_BYTES
