"""A local news web with a truth file, crawled with the real command: what the full forms of the crawl's tests share.

The web is a script that serves article pages as sites on 127.0.0.10, .11, ... on one port, writes the truth as JSON
Lines (url, kind, dup_of, robots_allowed, aliases) and answers `/__stats`, `/__publish?n=`, `/__revise?n=`, `/__stop`.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PORT = 8880
START_SECONDS = 120
SITE = '\n[[site]]\nname = "s{n}"\nurl = "http://127.0.0.{n}:{port}/"\n'


@dataclass(frozen=True)
class Web:
    folder: Path
    sites: int
    port: int = PORT

    @property
    def sites_toml(self) -> Path:
        return self.folder / "sites.toml"

    def ask(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.10:{self.port}{path}", timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def truth(self) -> list[dict[str, Any]]:
        text = (self.folder / "truth.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.split("\n") if line]


@contextlib.contextmanager
def served(
    script: Path, folder: Path, *, sites: int, pages: int, more: tuple[str, ...] = (), port: int = PORT
) -> Iterator[Web]:
    """Serve the web while the context is open, with a sites.toml that names only the home pages."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, str(script), "--sites", str(sites), "--pages-per-site", str(pages), "--port", str(port),
        "--truth", str(folder / "truth.jsonl"), "--max-seconds", "7200", *more,
    ]  # fmt: skip
    tables = "".join(SITE.format(n=n, port=port) for n in range(10, 10 + sites))
    (folder / "sites.toml").write_text("[defaults]\ndelay = 0\n" + tables, encoding="utf-8")
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        web = Web(folder, sites, port)
        try:
            for _ in range(START_SECONDS):
                with contextlib.suppress(OSError):
                    web.ask("/__stats")
                    break
                time.sleep(1)
            yield web
        finally:
            process.terminate()
            process.wait()


def crawl_command(web: Web, output: Path) -> list[str]:
    return [
        sys.executable, "-m", "crawler", "crawl", "--sites", str(web.sites_toml), "--output", str(output),
        "--allow-address", f"127.0.0.0/8:{web.port}", "--quiet",
    ]  # fmt: skip


def records(output: Path) -> list[dict[str, Any]]:
    """Read the finished files with plain json, not with our reader; raises ValueError for a broken line."""
    files = sorted(output.glob("records/*/*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_bytes().split(b"\n") if line]


def ledger(output: Path) -> dict[str, tuple[str, str | None, str | None]]:
    """Return URL -> (state, cause, original id)."""
    with contextlib.closing(sqlite3.connect(output / "state.sqlite")) as connection:
        rows = connection.execute("SELECT url, state, cause, original_id FROM ledger").fetchall()
    return {url: (state, cause, original) for url, state, cause, original in rows}


def decisions(web: Web, output: Path) -> Counter[tuple[str, str]]:
    """Return how many pages of each kind of the truth became what; what must not be is in capitals."""
    written = Counter(record["url"] for record in records(output) if record["version"] == 1)
    rows = ledger(output)
    found: Counter[tuple[str, str]] = Counter()
    for page in web.truth():
        if not page.get("published", True):
            continue
        number, row = written[page["url"]], rows.get(page["url"])
        if page["kind"] == "private":
            outcome = "FETCHED" if number else "none"
        elif number:
            outcome = "record" if number == 1 else "TWICE"
        else:
            outcome = row[0] if row and row[0] in {"duplicate", "skipped"} else "MISSING"
        found[page["kind"], outcome] += 1
    aliases = {alias for page in web.truth() for alias in page.get("aliases") or ()}
    found["alias", "RECORD"] += sum(url in aliases for url in written)
    return found
