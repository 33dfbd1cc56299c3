"""Site memories on the command line: the file of `winnow extract`, and what `winnow state show` tells of a site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.commands.page_lists import Input
from crawler.errors import PageError, UsageError
from crawler.items import JsonValue, Label, Page, Record
from crawler.records.files import output_errors
from crawler.site_learning import SiteLearning
from crawler.site_memory.learned import Learned, LearnedTemplate, learned_of
from crawler.site_memory.storage import from_bytes, read_memories, write_memories
from crawler.urls import registered_domain
from crawler.workers import WorkerPool

if TYPE_CHECKING:
    from concurrent.futures import Future


class SitesOfInputs:
    """The memories of the sites that the inputs are of: pages without a URL are of the site of their folder."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError for a file that is there and is no site memory, and for a place where none can be."""
        if path.is_dir() or not path.parent.is_dir():
            fault = "is a folder" if path.is_dir() else "its folder is missing"
            raise UsageError(f"--site-memory {path}: {fault}; name a file in a folder that is there")
        self.path = path
        self._stored = read_memories(path) if path.exists() else {}
        self.learning = SiteLearning(self._stored.get, len(Label))

    def informed(self, page: Page) -> Page:
        """Return the page with what is known of its site."""
        return page if page.plain_text else replace(page, site_memory=self.learning.snapshot(_site_of_page(page)))

    def learn(self, record: Record) -> None:
        self.learning.learn(_site(record.domain, record.input_id), record.site_observation)

    def look_ahead(self, inputs: Iterator[Input], pool: WorkerPool) -> None:
        """Learn of each little-known site from its first pages, so that these too are read with its knowledge."""
        enough = self.learning.options.enough
        asked: dict[str, int] = {}
        open_calls: list[Future[Record]] = []
        for found in inputs:
            if not isinstance(found, Page) or found.plain_text:
                continue
            site = _site_of_page(found)
            asked.setdefault(site, round(self.learning.articles(site)))
            if asked[site] < enough:
                asked[site] += 1
                open_calls.append(pool.submit("crawler.flow:record_of", self.informed(found)))
            while len(open_calls) > pool.options.worker_count:
                self._finish(open_calls.pop(0))
        for call in open_calls:
            self._finish(call)

    def save(self) -> None:
        """Write the file. Raises OutputError."""
        with output_errors(self.path):
            write_memories(self.path, {**self._stored, **self.learning.unsaved()})

    def _finish(self, call: Future[Record]) -> None:
        try:
            record = call.result()
        except PageError:
            return  # its own turn tells it
        if record.extraction.status.is_written:
            self.learn(record)


def _site_of_page(page: Page) -> str:
    return _site(registered_domain(page.url) if page.url else None, page.input_id)


def _site(domain: str | None, input_id: str | None) -> str:
    return domain or Path(input_id or "").parent.as_posix()


def learned(stored: bytes | None) -> Learned | None:
    """Return what the bytes of a memory hold, None where there are none or they are of another version."""
    from crawler.extraction.block_model import LABELS  # numpy is loaded for it

    try:
        return None if stored is None else learned_of(from_bytes(stored), LABELS)
    except ValueError:
        return None


def as_object(found: Learned | None) -> JsonValue:
    return None if found is None else asdict(found)


def lines(found: Learned | None) -> Iterator[str]:
    """Yield what was learned as lines for a person."""
    if found is None:
        yield "Site memory: nothing yet"
        return
    yield (
        f"Site memory: {found.articles:g} articles; {found.repeating} of {found.fingerprints} fingerprints of texts, "
        "places and headlines repeat"
    )
    yield from chain(["Texts that repeat, the share of articles, what they are alone:"] if found.texts else [])
    for text in found.texts:
        yield f"  {text.share:4.0%}  {text.label:<14}  {text.text}"
    yield from _template_lines(found.template)


def _template_lines(template: LearnedTemplate) -> Iterator[str]:
    if template.since is None:
        yield "Template: not learned yet"
        return
    trust = "trusted: pages that fit it are labelled by it" if template.is_trusted else "not trusted yet"
    yield f"Template {template.version}, since {template.since}, {template.rows} places and texts; {trust}"
    if template.changes:
        yield f"It changed on {', '.join(template.changes)}"
    yield from chain(["Its places, the pages that have them, what stands there:"] if template.places else [])
    for place in template.places:
        yield f"  {place.pages:4g}  {place.label:<14}  {place.share:4.0%}  {place.selector}"
