"""The account holds after every run, whatever happens in it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.records.reader import read_records
from crawler.state.values import Candidate, Outcome, StoreOptions, Waiting

if TYPE_CHECKING:
    from tests.state.conftest import Desk

SITES = ("news", "paper")
ENDINGS = (
    ("failed", "http_failed"),
    ("failed", "http_refused"),
    ("skipped", "not_article"),
    ("skipped", "gone"),
    ("waiting", "robots_unavailable"),
    ("unchanged", None),
)
WORDS = "poll poll take take take revisit revise refuse flush settle other_site finish finish kill".split()
STEPS = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 2**16)), max_size=60)
START = datetime(2026, 11, 22, 10, 45, 1, tzinfo=UTC)
AGES = tuple(hours * 3600 for hours in (1, 2, 3, 5, 8))


class Play:
    """Plays steps over several runs, and counts for itself what each run came across."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.folder = folder
        self.number = 0
        self.written: set[tuple[str, int]] = set()
        self.begin()

    def begin(self) -> None:
        self.number += 1
        self.run = self.desk.open(StoreOptions(busy_timeout_s=1), f"run-{self.number}")

    def step(self, word: str, seed: int) -> None:
        chance = random.Random(seed)
        site = chance.choice(SITES)
        numbers = [chance.randrange(12) for _ in range(chance.randrange(5))]
        match word:
            case "poll":
                self.run.record_poll(self.desk.poll(site), [self.desk.candidate(n, site) for n in numbers])
            case "other_site":
                other = [self.desk.candidate(n, "news") for n in numbers]
                moved = [type(c)(c.link, c.normalized_url, site) for c in other]
                self.run.record_poll(self.desk.poll(site), moved)
            case "revisit":
                self.run.schedule_revisits(site, AGES, START + timedelta(hours=self.number))
            case "revise":
                poll = replace(self.desk.poll(site), trusts_modified=True)
                self.run.record_poll(poll, [self.revised(n, site) for n in numbers])
            case "take":
                for row in self.run.take_waiting(chance.choice([site, None]), 3):
                    self.end(row.normalized_url, row.site, chance, row)
            case "settle":
                for n in numbers:
                    self.end(f"{site}.example/{n}", site, chance)
            case "refuse":
                self.run.count_refused(site, "denied", len(numbers))
            case "flush":
                self.run.flush()
            case "finish" | "kill":
                self.check()
                if word == "finish":
                    self.run.finish({})
                self.run.abort()
                self.begin()

    def revised(self, number: int, site: str) -> Candidate:
        candidate = self.desk.candidate(number, site)
        return replace(candidate, link=replace(candidate.link, modified=f"{2100 + self.number}-01-01"))

    def end(self, key: str, site: str, chance: random.Random, row: Waiting | None = None) -> None:
        number = int(key.rpartition("/")[2])
        ending = chance.randrange(10)
        if ending == 9:
            return
        if ending >= len(ENDINGS):
            record = self.desk.record(number, site, chance.randrange(30))
            verdict = self.run.claim(record, row)
            if verdict.state in {"new", "changed"}:
                self.run.write(record, site, key)
                self.written.add((record.id, verdict.version))
            elif verdict.state == "unchanged":
                self.run.settle(Outcome(key, "u", site, "unchanged"))
            else:
                outcome = Outcome(key, "u", site, "duplicate", original_id=verdict.original_id)
                self.run.settle(outcome)
            return
        state, cause = ENDINGS[ending]
        self.run.settle(Outcome(key, "u", site, state, cause))

    def check(self) -> None:
        for site, account in self.run.account().items():
            assert account.holds, (site, account)
            with_cause = sum(account.states[state] for state in ("skipped", "failed", "waiting"))
            assert sum(account.causes.values()) == with_cause


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_the_account_holds(desk_of: Callable[[Path], Desk], steps: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        play = Play(desk_of(Path(folder)), Path(folder))
        try:
            for word, seed in steps:
                play.step(word, seed)
            play.check()
            play.run.finish({})
            versions = Counter((record.id, record.version) for record in read_records(Path(folder)))
            assert set(versions.values()) <= {1}
            assert versions.keys() <= play.written
        finally:
            play.run.abort()
