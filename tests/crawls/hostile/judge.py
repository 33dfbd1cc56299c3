"""Compares what became of a case with what must."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.crawls.hostile.articles import story
from tests.crawls.hostile.case import Case
from tests.crawls.hostile.run import HostileRun, Outcome, identity
from tests.crawls.hostile.server import HostileServer

NOT_LISTED = frozenset({"off_site", "bad_url", "scheme_refused", "address_refused", "name_not_resolved"})
"""Causes for which a crawl refuses a link before it is in the ledger."""


def faults_of_crawl(case: Case, run: HostileRun, server: HostileServer) -> list[str]:
    """Return what is wrong with the case after a crawl; nothing for a case that is as it must be."""
    faults: list[str] = []
    if case.has_page:
        outcome = run.of(identity(server.url(case)))
        if outcome is None and run.polls.get(server.base_url(case) + "/feed.xml") in case.allowed:
            return []  # robots.txt keeps from asking for the feed
        if outcome is not None or not case.url or not case.outcomes & NOT_LISTED:
            faults += list(_page(case, outcome))
    if case.good != "any":
        faults += _good(case.good, run.of(identity(server.good_url(case))), server.number(case))
    if case.source:
        kind = (*case.sitemaps, *case.front_pages, *case.feeds)[0]
        told = run.polls.get(server.base_url(case) + kind, "not asked")
        if told not in case.source | ({"host_parked"} if "download_timeout" in case.source else set()):
            faults.append(f"the source is {told}, must be {' or '.join(sorted(case.source))}")
    for path in case.found:
        numbers = server.number(case) + int(path.rpartition("/")[2])
        faults += [
            f"{path}: {fault}" for fault in _good("new", run.of(identity(server.base_url(case) + path)), numbers)
        ]
    asked = sum(number for (name, _), number in server.asked.items() if name == case.name)
    if case.asked and asked > case.asked:
        faults.append(f"was asked {asked} times, at most {case.asked} are allowed")
    account = run.report.get("sites", {}).get(case.name)
    if account is None or not account["holds"]:
        faults.append("its account does not hold")
    return faults


def faults_of_scrape(case: Case, run: HostileRun, server: HostileServer) -> list[str]:
    faults = list(_page(case, run.of(server.url(case))))
    if case.good != "any":
        faults += _good(case.good, run.of(server.good_url(case)), server.number(case))
    return faults


def _page(case: Case, outcome: Outcome | None) -> Iterator[str]:
    if outcome is None:
        yield "nothing became of it"
        return
    if outcome.word not in case.allowed:
        yield f"is {outcome.word}, must be {' or '.join(sorted(case.outcomes))}"
        return
    if case.said and outcome.told and outcome.word == "connection_failed" and case.said not in outcome.told:
        yield f"is told as “{outcome.told}”, which lacks “{case.said}”"
    if outcome.word != "new":
        return
    record = outcome.record
    if record is None:
        yield "is new without a record"
        return
    if case.number:
        yield from _lost(record, case.number)
    yield from (f"the text lacks {part!r}" for part in case.holds if part not in record["text"])
    plain = json.dumps(record, ensure_ascii=False)
    yield from (
        f"the record has {part!r}" for part in case.lacks if json.dumps(part, ensure_ascii=False)[1:-1] in plain
    )
    yield from (f"{len(plain):,} characters of record",) if len(plain) > 30_000_000 else ()


def _good(expected: str, outcome: Outcome | None, number: int) -> list[str]:
    if outcome is None:
        return ["nothing became of the good article"]
    if outcome.word != expected:
        return [f"the good article is {outcome.word}, must be {expected}"]
    if expected != "new":
        return []
    return list(_lost(outcome.record or {"text": ""}, number))


def _lost(record: dict[str, Any], number: int) -> Iterator[str]:
    lost = [n for n, words in enumerate(story(number), 1) if words not in record["text"]]
    if lost:
        yield f"paragraphs {lost} are lost (status {record.get('extraction', {}).get('status')})"
