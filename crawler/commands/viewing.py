"""What `winnow view` was given -> records to look at, with their pages where those are at hand."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.archives.pages import ArchiveCount
from crawler.commands.console import Console
from crawler.commands.inputs import LIST_SUFFIXES, pages_of
from crawler.commands.page_lists import Input
from crawler.errors import FileUnreadable, PageError, UsageError
from crawler.items import Page
from crawler.view.records_in import (
    Taken,
    first_records,
    is_output_folder,
    is_record_file,
    latest_records,
    looks_like_id,
    versions_of,
)
from crawler.view.viewed import PageSource, Viewed
from crawler.workers import WorkerOptions, WorkerPool

if TYPE_CHECKING:
    from scrapy.http import Response


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line's wish."""

    targets: tuple[str, ...]
    place: Path
    """Where a record's id is looked for."""
    limit: int
    plain_text: bool
    correct: bool
    allow_addresses: tuple[str, ...]


@dataclass(slots=True)
class Found:
    viewed: list[Viewed] = field(default_factory=list)
    left_out: int = 0
    failures: int = 0
    signal_exit: int | None = None
    """Exit code of a signal that ended the fetching; None where none did."""


def find(wanted: Wanted, console: Console) -> Found:
    """Return what there is to look at, in the order given; an input without a record is named on stderr.

    Raises UsageError for records whose labels are to be corrected.
    """
    found = Found()
    fetched = _fetch([target for target in wanted.targets if _is_url(target)], wanted, found, console)
    with WorkerPool(WorkerOptions(workers=1)) as pool:
        for target in wanted.targets:
            try:
                taken = None if _is_url(target) else _records(target, wanted)
            except PageError as error:
                found.failures += 1
                console.fail(target, error)
                continue
            if taken is not None:
                found.left_out += taken.left_out + max(0, len(taken.records) - _room(found, wanted))
                found.viewed += [Viewed(record) for record in taken.records[: _room(found, wanted)]]
                continue
            for page in fetched[target] if target in fetched else pages_of((target,), plain_text=wanted.plain_text):
                _take_page(page, target, wanted, found, pool, console)
    return found


def _is_url(target: str) -> bool:
    return "://" in target and not Path(target).exists()


def _room(found: Found, wanted: Wanted) -> int:
    return max(0, wanted.limit - len(found.viewed))


def _records(target: str, wanted: Wanted) -> Taken | None:
    """Return the records of the target; None where it is pages that must be read first."""
    path = Path(target)
    read: Callable[[], Taken] | None = None
    if path.is_dir():
        read = partial(latest_records, path, wanted.limit) if is_output_folder(path) else None
    elif path.exists():
        is_list = path.suffix.lower() in LIST_SUFFIXES
        read = partial(first_records, path, wanted.limit) if is_list and is_record_file(path) else None
    elif looks_like_id(target) and not wanted.place.exists():
        raise FileUnreadable(f"no such file, and no {wanted.place} in which to look for the id; name it with --from")
    elif looks_like_id(target):
        read = partial(versions_of, wanted.place, target)
    elif target != "-":
        raise FileUnreadable("no such file or folder, no URL (https://...), and no record's id")
    if read is not None and wanted.correct:
        raise UsageError(
            f"{target}: a record does not hold every block of its page; to correct labels, name the page: URL or file"
        )
    return read() if read is not None else None


def _take_page(page: Input, target: str, wanted: Wanted, found: Found, pool: WorkerPool, console: Console) -> None:
    if isinstance(page, ArchiveCount):
        return
    if isinstance(page, Page) and not _room(found, wanted):
        found.left_out += 1
        return
    name = target
    try:
        if not isinstance(page, Page):
            name, error = page
            raise error
        name = page.input_id or page.url or "stdin"
        record = pool.submit("crawler.flow:explained_record_of", page).result()
    except PageError as error:
        found.failures += 1
        console.fail(name, error)
        return
    html_text = _decoded(page) if wanted.correct and page.fetched_at is not None else None
    found.viewed.append(Viewed(record, PageSource(name, page.body, record.plain_text, html_text)))


def _decoded(page: Page) -> str:
    from crawler.extraction.decode import decode  # only corrections carry the page along

    return decode(page.body, page.content_type).text


def _fetch(urls: list[str], wanted: Wanted, found: Found, console: Console) -> Mapping[str, Iterator[Input]]:
    """Fetch the pages, as `winnow scrape` does. Raises what kept the fetching from its start."""
    if not urls:
        return {}
    from scrapy import signals  # Scrapy takes a second to load

    from crawler.commands.engine import set_up
    from crawler.errors import RunStopped
    from crawler.signals import page_failed
    from crawler.spiders.pages import PagesSpider

    outcomes: dict[str, Input] = {url: (url, RunStopped("stopped before its turn")) for url in urls}
    settings: dict[str, Any] = {
        "WINNOW_STATE": False,
        "WINNOW_ALLOW_ADDRESSES": list(wanted.allow_addresses),
        "ITEM_PIPELINES": {},  # the page itself is wanted, so it is read here and not there
    }
    run = set_up(PagesSpider, settings, console, logging.ERROR)

    def scraped(item: Page, response: Response) -> None:
        outcomes[item.requested_url or ""] = item

    def failed(requested_url: str, error: PageError) -> None:
        outcomes[requested_url] = (requested_url, error)

    run.connect(scraped, signals.item_scraped)
    run.connect(failed, page_failed)
    run.start(urls=tuple(urls))
    if run.error is not None:
        raise run.error
    found.signal_exit = run.signal_exit
    return {url: iter([outcome]) for url, outcome in outcomes.items()}
