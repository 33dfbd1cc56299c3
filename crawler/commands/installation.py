"""Checks of what is installed: versions, imports, a page read."""

from __future__ import annotations

import importlib
import pkgutil
import platform
import ssl
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.requirements import Requirement

import crawler
from crawler.commands.findings import Broken, Check, Watch
from crawler.errors import UsageError

DISTRIBUTION = "winnow-crawler"
DEVELOPERS_EXTRA = "dev"
DEVELOPERS_MODULES = "crawler.training"
TESTED_ON = "Linux"
REINSTALL = "reinstall winnow-crawler"
SAMPLE = """<html lang="en"><head><title>Bridge reopens - The Sample</title></head><body><nav><a href="/">Home</a></nav>
<article><h1>Bridge reopens</h1>{paragraphs}</article><div class="newsletter"><p>Subscribe to our newsletter</p></div>
</body></html>"""
NAMED = ("scrapy", "trafilatura")
"""The packages that faults are most often about."""
SENTENCE = "The old bridge over the river was opened again on Monday after two years of work, the council said. "


def installation_checks() -> Iterator[tuple[str, Check]]:
    yield "python", _python
    yield "packages", _packages
    yield "imports", _imports
    yield "extras", _extras
    yield "time zones", _time_zones
    yield "certificates", _certificates
    yield "extraction", _extraction
    yield "worker processes", _workers


def _python() -> str:
    system = platform.system()
    if system != TESTED_ON:
        raise Watch(f"{platform.python_version()} on {system}", f"Winnow is tested on {TESTED_ON} only")
    return f"{platform.python_version()} on {system}"


def _requirements() -> list[Requirement]:
    try:
        return [Requirement(line) for line in distribution(DISTRIBUTION).requires or ()]
    except PackageNotFoundError as error:
        raise Watch("not installed as a package, so versions are not checked", "pip install -e .") from error


def _extra_of(requirement: Requirement) -> str | None:
    """Return the extra that the requirement belongs to; None for what everybody needs."""
    if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
        return None
    extras = distribution(DISTRIBUTION).metadata.get_all("Provides-Extra") or ()
    return next((extra for extra in extras if requirement.marker.evaluate({"extra": extra})), None)


def _present(requirement: Requirement) -> str | None:
    """Return the version that is installed where it meets the requirement."""
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return None
    return found if requirement.specifier.contains(found, prereleases=True) else None


def _packages() -> str:
    needed = [requirement for requirement in _requirements() if _extra_of(requirement) is None]
    wrong = [requirement for requirement in needed if _present(requirement) is None]
    if wrong:
        names = " ".join(f'"{requirement.name}{requirement.specifier}"' for requirement in wrong)
        raise Broken("missing, or of another version than needed", f"pip install {names}")
    named = ", ".join(f"{name} {version(name)}" for name in NAMED)
    return f"all {len(needed)} present; {named}"


def versions() -> dict[str, str]:
    """Return the version of each package that everybody needs; empty where Winnow is not installed as a package."""
    try:
        needed = [requirement for requirement in _requirements() if _extra_of(requirement) is None]
    except Watch:
        return {}
    return {requirement.name: _present(requirement) or "missing, or of another version" for requirement in needed}


def _extras() -> str:
    extras: dict[str, list[Requirement]] = {}
    for requirement in _requirements():
        extra = _extra_of(requirement)
        if extra is not None and extra != DEVELOPERS_EXTRA:
            extras.setdefault(extra, []).append(requirement)
    missing = {
        extra: [requirement.name for requirement in needed if _present(requirement) is None]
        for extra, needed in extras.items()
    }
    present = [extra for extra, names in missing.items() if not names]
    absent = [f"{extra} (pip install {' '.join(names)})" for extra, names in missing.items() if names]
    return f"{', '.join(present) or 'none'} present" + (f"; if wanted: {', '.join(absent)}" * bool(absent))


def _imports() -> str:
    """Import every module; those of extras that are not installed are left out."""
    loaded = 0
    for module in pkgutil.walk_packages(crawler.__path__, "crawler."):
        if module.name.endswith("__main__") or module.name.startswith(DEVELOPERS_MODULES):
            continue
        try:
            importlib.import_module(module.name)
        except (ModuleNotFoundError, UsageError) as error:
            missing = error if isinstance(error, ModuleNotFoundError) else error.__cause__
            if not isinstance(missing, ModuleNotFoundError) or (missing.name or "").startswith("crawler"):
                raise Broken(f"{module.name} cannot be imported: {error}", REINSTALL) from error
            continue
        loaded += 1
    return f"all {loaded} modules of Winnow can be loaded"


def _time_zones() -> str:
    try:
        return f"known, {ZoneInfo('Europe/Berlin')} among them"
    except ZoneInfoNotFoundError as error:
        raise Broken("`timezone` of a site cannot be used", "pip install tzdata") from error


def _certificates() -> str:
    paths = ssl.get_default_verify_paths()
    found = [Path(path) for path in (paths.cafile, paths.capath) if path is not None]
    if not any(path.is_file() or any(path.iterdir()) for path in found):
        raise Watch("none found: https pages will fail with tls_failed", "apt-get install ca-certificates")
    return ", ".join(map(str, found))


def _sample() -> str:
    return SAMPLE.format(paragraphs="".join(f"<p>{SENTENCE * 2}</p>" for _ in range(4)))


def _extraction() -> str:
    from crawler.flow import record_of  # loading it is part of the check
    from crawler.items import Page

    record = record_of(Page(body=_sample().encode(), url="https://example.org/bridge"))
    if "opened again" not in record.text or "newsletter" in record.text.lower():
        raise Broken("the sample page was not read as it should be", REINSTALL)
    return "a sample page was read, as it should be"


def _workers() -> str:
    from crawler.items import Page
    from crawler.workers import WorkerOptions, WorkerPool

    with WorkerPool(WorkerOptions(workers=1)) as pool:
        record = pool.submit("crawler.flow:record_of", Page(body=_sample().encode())).result()
    if not record.text:
        raise Broken("the sample page gave no text in a worker process", REINSTALL)
    return "the same page was read in a process of its own"
