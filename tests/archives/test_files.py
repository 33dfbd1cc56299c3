"""Archive files are whole or `.part`, whatever the instant of a kill."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest

from crawler.archives.files import ArchiveOptions, RunArchive, RunOfArchive, finish_left_parts
from crawler.archives.pages import ArchiveCount, archived_pages
from crawler.archives.writing import Exchange, request_head, response_head
from crawler.errors import OutputError
from crawler.items import Page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.archives.conftest import Maker

RUN = "20261001T080000Z-abcd"
DAY = "2026-10-01"


def exchange(maker: Maker, number: int) -> Exchange:
    body = maker.page_body(number)
    return Exchange(
        url=f"http://news.example/{number}",
        fetched_at="2026-10-01T08:00:00Z",
        request_head=request_head("GET", f"/{number}", "news.example", []),
        response_head=response_head(200, "HTTP/1.1", [(b"Content-Type", b"text/html")], len(body)),
        body=body,
    )


def archive(folder: Path, maker: Maker, pages: int, max_bytes: int = 2**30) -> RunArchive:
    run = RunArchive(RunOfArchive(folder, RUN, DAY, {"software": "Winnow/test"}), ArchiveOptions(max_bytes))
    for number in range(pages):
        run.append(exchange(maker, number))
    return run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "archive" / DAY).iterdir())


def urls(content: bytes) -> list[str | None]:
    """The URLs of the pages, none of which is broken."""
    found = list(archived_pages(io.BytesIO(content), ArchiveCount("a")))
    assert all(isinstance(page, Page) for page in found)
    return [page.url for page in found if isinstance(page, Page)]


def test_a_file_has_its_name_once_it_is_finished(tmp_path: Path, maker: Maker) -> None:
    run = archive(tmp_path, maker, 3)
    assert names(tmp_path) == [f"{RUN}-001.warc.gz.part"]
    run.finish()
    assert names(tmp_path) == [f"{RUN}-001.warc.gz"]
    content = (tmp_path / "archive" / DAY / f"{RUN}-001.warc.gz").read_bytes()
    assert urls(content) == [f"http://news.example/{number}" for number in range(3)]


def test_a_run_without_pages_makes_no_file(tmp_path: Path, maker: Maker) -> None:
    archive(tmp_path, maker, 0).finish()
    assert not (tmp_path / "archive").exists()


def test_files_are_closed_at_their_size(tmp_path: Path, maker: Maker) -> None:
    run = archive(tmp_path, maker, 4, max_bytes=1_500)
    run.finish()
    found = names(tmp_path)
    assert len(found) > 1
    assert found == [f"{RUN}-{number:03}.warc.gz" for number in range(1, len(found) + 1)]
    contents = [(tmp_path / "archive" / DAY / name).read_bytes() for name in found]
    assert [url for content in contents for url in urls(content)] == [f"http://news.example/{n}" for n in range(4)]


def test_wherever_a_kill_cuts_the_file_what_is_finished_is_sound(tmp_path: Path, maker: Maker) -> None:
    archive(tmp_path / "whole", maker, 2).finish()
    whole = (tmp_path / "whole" / "archive" / DAY / f"{RUN}-001.warc.gz").read_bytes()
    lengths = set()
    for end in range(0, len(whole) + 1, 29):
        folder = tmp_path / str(end)
        part = folder / "archive" / DAY / f"{RUN}-001.warc.gz.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(whole[:end])
        finished = finish_left_parts(folder)
        assert names(folder) == [path.name for path in finished]
        found = [urls(path.read_bytes()) for path in finished]
        assert all(found)
        lengths.add(len(found[0]) if found else 0)
    assert lengths == {0, 1, 2}


def test_without_an_archive_nothing_is_left(tmp_path: Path) -> None:
    assert finish_left_parts(tmp_path) == ()


def test_a_folder_in_the_way_is_named(tmp_path: Path, maker: Maker) -> None:
    (tmp_path / "archive").write_text("a file")
    with pytest.raises(OutputError, match="archive"):
        archive(tmp_path, maker, 1)


def test_a_full_disk_is_an_output_error(tmp_path: Path, maker: Maker) -> None:
    run = archive(tmp_path, maker, 1)
    part = tmp_path / "archive" / DAY / f"{RUN}-001.warc.gz.part"
    assert run._file is not None
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, run._file.fileno())
    os.close(full)
    with pytest.raises(OutputError, match="disk is full"):
        run.append(exchange(maker, 1))
    assert urls(part.read_bytes()) == ["http://news.example/0"]
    run.close()
