"""`winnow doctor`: whether this installation works."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

PACKAGES = ("scrapy", "trafilatura", "langdetect", "lxml", "lxml_html_clean", "warcio", "msgspec")
FREE_BYTES = 500_000_000
"""Free space under which a crawl's folder is called low. Chosen: about 100,000 records."""
SAMPLE = """<html lang="en"><head><title>Bridge reopens - The Sample</title></head><body><nav><a href="/">Home</a></nav>
<article><h1>Bridge reopens</h1>{paragraphs}</article><div class="newsletter"><p>Subscribe to our newsletter</p></div>
</body></html>"""
SENTENCE = "The old bridge over the river was opened again on Monday after two years of work, the council said. "


@click.command("doctor")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("output"),
    show_default=True,
    help="Folder to check.",
)
def command(output: Path) -> int:
    """Check versions, read a sample page in a worker process, look at the output folder and its disk.

    \b
    winnow doctor --output news
    """
    healthy = True
    for name, check in _checks(output):
        try:
            click.echo(f"ok    {name}: {check()}")
        except Exception as error:  # noqa: BLE001 - whatever is wrong is what the doctor is to tell
            healthy = False
            click.echo(f"FAIL  {name}: {type(error).__name__}: {error}")
    return 0 if healthy else 1


def _checks(output: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "python", lambda: sys.version.split()[0]
    for package in PACKAGES:
        yield package, lambda package=package: _package(package)  # type: ignore[misc] # bound now, not at the call
    yield "extraction", _extraction
    yield "worker processes", _workers
    yield "output folder", lambda: _folder(output)
    yield "disk", lambda: _disk(output)


def _package(name: str) -> str:
    try:
        found = version(name)
    except PackageNotFoundError as error:
        raise RuntimeError(f"not installed; pip install {name}") from error
    __import__(name)
    return found


def _sample() -> str:
    return SAMPLE.format(paragraphs="".join(f"<p>{SENTENCE * 2}</p>" for _ in range(4)))


def _extraction() -> str:
    from crawler.flow import record_of  # loading it is part of the check
    from crawler.items import Page

    record = record_of(Page(body=_sample().encode(), url="https://example.org/bridge"))
    if "opened again" not in record.text or "newsletter" in record.text.lower():
        raise RuntimeError("the sample page was not read as it should be; reinstall winnow-crawler")
    return f"{record.extraction.status}, language {record.language}"


def _workers() -> str:
    from crawler.items import Page
    from crawler.workers import WorkerOptions, WorkerPool

    with WorkerPool(WorkerOptions(workers=1)) as pool:
        record = pool.submit("crawler.flow:record_of", Page(body=_sample().encode())).result()
    return f"a page was read, {record.extraction.status}"


def _folder(output: Path) -> str:
    from crawler.records.files import check_writable

    if not output.exists():
        return f"{output} is not there yet; the first crawl makes it"
    check_writable(output)
    return f"{output} can be written"


def _disk(output: Path) -> str:
    place = next(folder for folder in (output.absolute(), *output.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    if free < FREE_BYTES:
        raise RuntimeError(f"only {free // 1_000_000} MB free at {place}; make room")
    return f"{free // 1_000_000_000} GB free"
