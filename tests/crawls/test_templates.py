"""A site whose pages share a template: most are labelled by it, and a new design is noticed and told."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.site_memory.small_site import sentence

if TYPE_CHECKING:
    from tests.conftest import Bench, CommandLine, Ended, Inline, Web

FIRST, LATER = range(45), range(45, 57)


def story(number: int) -> list[str]:
    """Paragraphs that no other article has, not even with other numbers."""
    draw = random.Random(number)
    return [f"{sentence(draw, 16)} {sentence(draw, 14)}" for _ in range(4)]


def page_of(number: int) -> str:
    paragraphs = "".join(f"<p>{text}</p>" for text in story(number))
    title = sentence(random.Random(-number), 5)[:-1]
    return (
        f'<!doctype html><html lang="de"><head><title>{title}</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2026-10-{number % 28 + 1:02}T08:00:00+00:00"></head><body>'
        f"<nav><ul><li><a href='/'>Start</a></li></ul></nav><main><article><h1>{title}</h1>{paragraphs}</article>"
        "</main><footer><p>Jetzt den Newsletter abonnieren</p></footer></body></html>"
    )


def crawl(winnow: CommandLine, bench: Bench, web: Web) -> tuple[Ended, dict[str, Any]]:
    sites = winnow.folder / "sites.toml"
    sites.write_text(f'[[site]]\nname = "paper"\nurl = "{web.url}/"\ndelay = 0\n', encoding="utf-8")
    ended = winnow.run("crawl", "--workers", 1, "-o", "out", "--allow-address", web.allow)
    return ended, bench.reports(winnow.folder / "out")[-1]


def number_of(record: dict[str, Any]) -> int:
    return int(record["url"].rpartition("/")[2])


def add(bench: Bench, web: Web, numbers: range, *, redesigned: bool = False) -> None:
    for number in numbers:
        page = page_of(number)
        if redesigned:
            page = page.replace("<article>", "<section class='story'><div>").replace("</article>", "</div></section>")
        web.add(f"/story/{number}", page)
    paths = [f"/story/{number}" for number in numbers]
    web.add("/feed.xml", bench.feed_of(web, paths), "application/rss+xml")
    web.add(
        "/", f"<html><head><link rel='alternate' type='application/rss+xml' href='{web.url}/feed.xml'></head></html>"
    )


def test_pages_are_labelled_by_the_template_until_it_changes(
    winnow: CommandLine, inline: Inline, bench: Bench, web: Web
) -> None:
    add(bench, web, FIRST)
    ended, report = crawl(winnow, bench, web)
    assert ended.code == 0
    records = bench.written(winnow.folder / "out")
    methods = Counter(record["extraction"]["method"] for record in records)
    assert len(records) == len(FIRST)
    assert methods["template"] == report["sites"]["paper"]["by_template"] >= 20
    assert methods["blocks"] >= 5
    assert report["notices"] == []
    told = inline.run("state", "show", "-o", "out", "--site", "paper").out
    assert "Template 1, since" in told.decode()

    add(bench, web, LATER, redesigned=True)
    ended, report = crawl(winnow, bench, web)
    records = [r for r in bench.written(winnow.folder / "out") if number_of(r) in LATER]
    assert len(records) == len(LATER)
    day = report["sites"]["paper"]["template_changed"]
    assert report["notices"] == [f"paper: its template changed on {day}"]
    assert f"paper: its template changed on {day}" in ended.err
    for record in records:
        assert record["text"].split("\n\n") == story(number_of(record))
