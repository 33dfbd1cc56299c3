"""`scrapy crawl pages` and `scrapy crawl news` from the checkout: the same records, the same deduplication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.demo.expectations import DemoKind, expectations

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Bench
    from tests.crawls.conftest import Checkout, DemoCrawl

OF_THE_RUN = ("run_id", "fetched_at")
OF_THE_SOURCE = ("discovered_via", "source_url")
"""Several sources list the same page; whichever answers first has found it."""
OF_THE_ORDER = ("duplicate_of", "duplicate_cluster_id", "similarity", "boilerplate", "extraction", "captions")
"""Of two that are alike the later one is marked; labels and scores of what is not the text rest on what is known of the
site then."""


def without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names}


def comparable(records: list[dict[str, Any]], *names: str) -> dict[str, dict[str, Any]]:
    """Records by the hash of their text: which of two exact copies has the record is left to chance."""
    copies = ("/drucken/", "/print/", "/imprimer/")
    kept = [record for record in records if not any(part in record["url"] for part in copies)]
    return {record["text_hash"]: without(record, *OF_THE_RUN, *names) for record in kept}


ACCOUNT_BY_CHANCE = ("seconds", "mean_latency_seconds", "by_template")
"""Of a site's account: times, and how many pages came when its template was known well enough."""


def test_news_gives_the_records_of_winnow_crawl(
    demo: DemoCrawl, checkout: Checkout, bench: Bench, tmp_path: Path
) -> None:
    sites = demo.output.parent / "sites.toml"
    allow = ",".join(demo.server.allow)
    output = tmp_path / "news"
    arguments = ("-a", f"sites={sites}", "-s", f"WINNOW_ALLOW_ADDRESSES={allow}")
    exported = checkout.crawl("news", output, *arguments)
    assert exported == bench.written(output)
    by_chance = (*OF_THE_SOURCE, *OF_THE_ORDER)
    ours, theirs = comparable(demo.records, *by_chance), comparable(exported, *by_chance)
    both = ours.keys() & theirs.keys()
    assert {text_hash: theirs[text_hash] for text_hash in both} == {text_hash: ours[text_hash] for text_hash in both}
    assert {record["text_hash"] for record in exported} == {record["text_hash"] for record in demo.records}
    assert bench.reports(output)[-1]["sites"].keys() == demo.report["sites"].keys()
    for name, account in bench.reports(output)[-1]["sites"].items():
        assert without(account, *ACCOUNT_BY_CHANCE) == without(demo.report["sites"][name], *ACCOUNT_BY_CHANCE)

    again = checkout.crawl("news", output, *arguments)
    assert again == []
    assert len(bench.written(output)) == len(exported)


def test_pages_gives_the_records_of_winnow_crawl(
    demo: DemoCrawl, checkout: Checkout, bench: Bench, tmp_path: Path
) -> None:
    kinds = {DemoKind.ARTICLE, DemoKind.NEAR_COPY, DemoKind.EXACT_COPY, DemoKind.ALIAS, DemoKind.CONSENT_PAGE,
             DemoKind.MISSING, DemoKind.ROBOTS_DISALLOWED}  # fmt: skip
    urls = [demo.server.url(page) for page in expectations() if page.kind in kinds and page.site == "en"]
    given = tmp_path / "urls.txt"
    given.write_text("\n".join([*urls, "notaurl"]), encoding="utf-8")
    output = tmp_path / "pages"
    allow = ",".join(demo.server.allow)
    exported = checkout.crawl("pages", output, "-a", f"urls=@{given}", "-s", f"WINNOW_ALLOW_ADDRESSES={allow}")
    assert exported == bench.written(output)
    assert {record["discovered_via"] for record in exported} == {"given"}
    wanted = {record["text_hash"]: record for record in demo.records if record["url"] in urls}
    assert {record["text_hash"] for record in exported} == set(wanted)
    ours, theirs = comparable(list(wanted.values())), comparable(exported)
    for text_hash in ours.keys() & theirs.keys():
        assert theirs[text_hash]["text"] == ours[text_hash]["text"]
        assert theirs[text_hash]["id"] == ours[text_hash]["id"]
    account = bench.reports(output)[-1]["sites"]["given"]
    assert account["states"]["duplicate"] == 1
    assert account["refusals"] == {"bad_url": 1}
    assert account["holds"]
