"""WARC archives through datatrove's executors, for more than one machine; needs the extra `bulk`.

    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.writers import JsonlWriter
    from crawler.datatrove_blocks import ArchivedPages, ReadPages, record_line

    LocalPipelineExecutor(
        [ArchivedPages("warcs"), ReadPages(), JsonlWriter("records", compression=None, adapter=record_line)],
        tasks=8, workers=2, logging_dir="logs",
    ).run()

One task a file makes the file the unit of a restart. datatrove's own WarcReader left out 57 of 96 pages of archives
without payload types, and its Trafilatura block does not run with today's lxml.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from datatrove.data import Document
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.readers.base import BaseDiskReader

from crawler.archives.pages import ArchiveCount, Refusal, archived_pages
from crawler.errors import PageError
from crawler.statuses import status_error
from crawler.workers import WorkerOptions, WorkerPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.items import Record

logger = logging.getLogger(__name__)

PAGE = "page"
"""Key of a document's metadata under which `ArchivedPages` hands its page to `ReadPages`."""


class ArchivedPages(BaseDiskReader):  # type: ignore[misc] # the library is not installed where types are checked
    """Reads the HTML pages of WARC archives; takes what `BaseDiskReader` takes. A refused record is a warning."""

    name = "WARC pages"

    def read_file(self, filepath: str) -> Iterator[Document]:
        count = ArchiveCount(filepath)
        with self.data_folder.open(filepath, "rb") as file:
            for found in archived_pages(file, count):
                if isinstance(found, Refusal):
                    self.stat_update(found.error.cause)
                    logger.warning("%s: %s: %s", found.name, found.error.cause, found.error)
                    continue
                # `text` must not be empty; the page itself is bytes.
                yield Document(text=found.url or filepath, id=found.input_id or filepath, metadata={PAGE: found})
        for kind, number in count.skipped.items():
            self.stat_update(kind, value=number)


class ReadPages(PipelineStep):  # type: ignore[misc]
    """Page -> record, in a worker process that can be killed. What gives no record is a warning and goes no further."""

    name = "Winnow"
    type = "EXTRAC"

    def __init__(self, workers: int = 1) -> None:
        """`workers` are processes of each task; tasks themselves run beside each other."""
        super().__init__()
        self.workers = workers

    def run(self, data: Iterator[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        with WorkerPool(WorkerOptions(workers=self.workers, preload="crawler.worker_preload")) as pool:
            for document in data:
                page = document.metadata[PAGE]
                self.stat_update("total")
                try:
                    with self.track_time():
                        record: Record = pool.submit("crawler.flow:record_of", page).result()
                    status_error(record)
                except PageError as error:
                    self.stat_update(error.cause)
                    logger.warning("%s %s: %s: %s", page.input_id, page.url, error.cause, error)
                    continue
                self.stat_update("forwarded")
                line = record.to_dict()
                yield Document(text=line.pop("text"), id=line.pop("id"), metadata=line)


def record_line(_: object, document: Document) -> dict[str, Any]:
    """Return the record's JSON object, as a crawl writes it; the `adapter` of datatrove's JsonlWriter."""
    return {"schema_version": None, "id": document.id, **document.metadata, "text": document.text}
