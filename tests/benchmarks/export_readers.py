"""Reads exports with the programs that they are for, where those are too heavy for the extra `dev`.

    pip install zyte-common-items datatrove orjson polars
    python -m tests.benchmarks.export_readers news

exports the crawl in the folder `news` and reads each file back: every record must come through, its text unchanged.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from crawler.exports.targets import Target, open_writer
from crawler.items import Record
from crawler.records.reader import read_records


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="folder of a crawl, or a file of records")
    records = list(read_records(parser.parse_args().output))
    texts = {record.id: record.text for record in records}
    with tempfile.TemporaryDirectory() as folder:
        for target, read in READERS.items():
            path = Path(folder) / str(target) / "articles.jsonl"
            path.parent.mkdir()
            _export(records, target, path)
            found = read(path)
            assert found == texts, f"{target}: the texts differ"
            sys.stdout.write(f"{target}: {len(found)} records read by {read.__name__}\n")


def _export(records: list[Record], target: Target, path: Path) -> None:
    with path.open("wb") as file:
        writer = open_writer(target, file.write)
        for record in records:
            writer.add(record)
        writer.finish()


def zyte_common_items(path: Path) -> dict[str, str]:
    from zyte_common_items import Article

    from crawler.urls import normalized_url, record_id

    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    articles = [Article.from_dict(json.loads(line)) for line in lines]
    assert not any(getattr(article, "_unknown_fields_dict", None) for article in articles)
    assert all(article.metadata.dateDownloaded for article in articles)
    return {record_id(normalized_url(article.url)): article.articleBody or "" for article in articles}


def datatrove(path: Path) -> dict[str, str]:
    from datatrove.pipeline.readers import JsonlReader

    documents = list(JsonlReader(str(path.parent)).run())
    assert all(document.metadata["language"] for document in documents)
    return {document.id: document.text for document in documents}


def polars(path: Path) -> dict[str, str]:
    import polars as pl

    table = pl.read_parquet(path)
    assert table["fetched_at"].dtype.is_temporal()
    assert table["boilerplate"].list.len().sum() > 0
    return dict(table.select("id", "text").iter_rows())


READERS: dict[Target, Callable[[Path], dict[str, str]]] = {
    Target.ZYTE: zyte_common_items,
    Target.DATATROVE: datatrove,
    Target.PARQUET: polars,
}


if __name__ == "__main__":
    main()
