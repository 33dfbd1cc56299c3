"""The machine and the versions that a benchmark's figures belong to."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import crawler
from crawler.worker_process import cores

LIBRARIES = ("trafilatura", "lxml", "numpy", "scrapy")


def machine() -> str:
    """Return processor, cores, load and versions as one line."""
    known = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{_processor()}, {cores()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, "
        f"winnow {crawler.__version__}, {known}"
    )


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as told:
            named = (line.partition(":")[2].strip() for line in told if line.startswith("model name"))
            return next(named, platform.machine())
    except OSError:
        return platform.processor() or platform.machine()
