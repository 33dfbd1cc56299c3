"""The architecture, as a test. Change ALLOWED in the same commit as the import that needs it, and say why there."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "crawler"

CORE = {"items", "errors", "urls"}
ALLOWED: dict[str, set[str]] = {
    # core: values, errors, identity
    "items": {"rights"},
    "errors": set(),
    "standard_streams": {"errors"},
    "url_variants": set(),
    "public_suffixes": set(),
    "urls": {"errors", "public_suffixes", "url_variants"},
    "addresses": {"errors", "urls"},
    # pure stages
    "discovery": CORE,
    "extraction": CORE | {"rights", "site_memory"},
    "site_memory": {"errors", "items"},
    "dedup": CORE | {"state"},  # sqlite_seen works inside the store's transaction
    "records": CORE,
    "exports": {"errors", "items", "records"},
    # framework-free
    "rights": set(),
    "rights_files": set(),
    "hosts": set(),
    "network": set(),
    "flow": CORE | {"extraction", "dedup"},
    "statuses": {"errors", "items"},
    "worker_process": set(),
    "worker_preload": {"flow"},
    "workers": {"errors", "worker_process"},
    "config_file": {"errors"},
    "engine_config": {"config_file"},
    "config": {"config_file", "engine_config", "errors", "urls"},
    "contact": {"addresses", "config", "urls"},
    "engines": CORE | {"dedup", "records", "state"},
    "state": CORE | {"dedup", "records"},
    "demo": CORE,
    "training": CORE | {"extraction", "site_memory"},
    "offline_html": {"items"},
    "view": CORE | {"offline_html", "records"},
    "report": CORE | {"offline_html", "records", "state"},
    # Scrapy shell
    "settings": set(),
    "signals": set(),
    "traffic": set(),
    "addons": {"config_file", "engine_config", "settings"},
    "failures": {"errors", "urls"},
    "resolver": {"addresses"},
    "in_flight": set(),
    "content_codings": {"errors"},
    "archives": CORE | {"content_codings", "extraction", "records", "rights"},  # pages are judged as in the crawl
    "datatrove_blocks": {"archives", "errors", "items", "statuses", "workers"},
    "archiving": {"archives", "errors", "in_flight", "items", "pipelines", "rights", "robots", "signals"},
    "downloads": {"addresses", "errors", "in_flight", "resolver"},
    "middlewares": {"addresses", "content_codings", "errors", "in_flight", "urls"},
    "kept_hosts": {"errors", "hosts", "pipelines", "state"},
    "site_files": {"hosts", "kept_hosts"},
    "politeness": {"errors", "failures", "hosts", "kept_hosts", "network", "resolver", "signals"},
    "robots": {"errors", "failures", "hosts", "resolver", "rights", "rights_files", "robots_groups", "site_files"},
    "robots_groups": set(),
    "extensions": {"workers"},
    "site_learning": {"items", "site_memory"},
    "site_knowledge": {"items", "site_learning"},
    "pipelines": {
        *CORE, "engines", "extensions", "reports", "rights", "signals", "site_knowledge", "site_learning", "state",
        "statuses", "traffic",
    },
    "spiders": {
        *CORE, "addresses", "config", "config_file", "contact", "discovery", "engine_config", "extensions",
        "failures", "hosts", "pipelines", "reports", "resolver", "robots", "signals", "state",
    },
    "reports": {"items"},
    "metrics": {"records"},
    # command line
    "__main__": {"cli"},
    "cli": {"commands", "errors", "standard_streams"},
    "commands": {
        *CORE, "addresses", "archives", "config", "config_file", "contact", "demo", "engine_config", "engines",
        "exports", "extensions", "extraction", "flow", "metrics", "pipelines", "politeness", "records", "report",
        "signals", "site_learning", "site_memory", "spiders", "state", "statuses", "view", "workers",
    },
}  # fmt: skip
FREE_OF_FRAMEWORK = {
    "items", "errors", "urls", "addresses", "discovery", "extraction", "dedup", "records", "flow", "statuses",
    "workers", "worker_process", "worker_preload", "config", "contact", "state", "demo", "exports", "settings",
    "training", "archives", "content_codings", "hosts", "metrics", "network", "offline_html", "report", "reports",
    "public_suffixes", "rights", "rights_files", "site_memory", "url_variants", "view",
}  # fmt: skip
FRAMEWORK = {"scrapy", "twisted", "itemadapter", "scrapy_redis", "redis"}
SINGLE_HOMES = {
    "trafilatura": "extraction/main_content.py",
    "langdetect": "extraction/language.py",
    "redis": "engines/connection.py",
}
FILES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


def owner(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            if node.module == "crawler":
                yield from (f"crawler.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    me = owner(path)
    assert me in ALLOWED, f"{me} is not in the import table"
    for name in imported(path):
        top, _, rest = name.partition(".")
        if top == "crawler" and rest and rest != "__version__":
            them = rest.split(".")[0]
            assert them == me or them in ALLOWED[me], f"{me} may not import {them}"
        if me in FREE_OF_FRAMEWORK:
            assert top not in FRAMEWORK, f"{me} is free of the framework: no {top}"


@pytest.mark.parametrize(("library", "home"), SINGLE_HOMES.items())
def test_one_file_imports_the_library(library: str, home: str) -> None:
    users = {
        str(path.relative_to(PACKAGE))
        for path in FILES
        for name in imported(path)
        if name.split(".")[0] == library and path.name != "doctor.py"
    }
    assert users == {home}


def test_spiders_never_read_an_article() -> None:
    for path in (PACKAGE / "spiders").glob("*.py"):
        assert not [name for name in imported(path) if name.startswith("crawler.extraction")]


def test_the_core_loads_without_the_framework() -> None:
    code = (
        "import sys, crawler.flow, crawler.discovery.sources, crawler.state.store, crawler.records.reader; "
        f"sys.exit(bool({FRAMEWORK!r} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_help_does_not_wait_for_scrapy() -> None:
    code = "import sys, crawler.cli; sys.exit(bool({'scrapy', 'trafilatura', 'twisted'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_import_does_no_work(tmp_path: Path) -> None:
    code = "import crawler, os; assert os.listdir('.') == []"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0
