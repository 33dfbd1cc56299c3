"""Makes the README's pictures from the demo, with the Chromium of this machine (extra `browser`).

    python -m tests.benchmarks.guide_pictures

writes crawler/guide/pictures/view.png and report.png.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import crawler
from crawler.demo.server import DemoServer

PICTURES = Path(crawler.__file__).parent / "guide" / "pictures"
WIDTH, HEIGHT = 1000, 660
ARTICLE = "harbour/electric-ferry-first-week"
MOST_BYTES = 200_000


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        view, report = _pages(Path(folder))
        program = shutil.which("chromium") or "chromium"
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(view.as_uri())
        _choose_a_removed_block(page)
        _shoot(page, "view.png")
        page.goto(report.as_uri())
        _shoot(page, "report.png")
        chromium.close()


def _pages(folder: Path) -> tuple[Path, Path]:
    """Run the demo; return the view of one of its articles and the report of its run."""
    _winnow(folder, "demo", "--output", "demo", "--quiet")
    _winnow(folder, "report", "--output", "demo", "--no-open")
    with DemoServer() as server:
        site = next(site for site in server.sites if site.language == "en")
        allowed = [part for address in server.allow for part in ("--allow-address", address)]
        _winnow(folder, "view", f"{site.url.rstrip('/')}/{ARTICLE}", "--output", "view.html", "--no-open", *allowed)
    report = next(path for path in sorted((folder / "demo" / "report").glob("*.html")) if path.name != "index.html")
    return folder / "view.html", report


def _winnow(folder: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "crawler", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _choose_a_removed_block(page: Page) -> None:
    """Show why an advertisement was removed, in the middle of the article."""
    page.locator(".block[data-label=advertisement]").first.click()
    page.mouse.move(5, 5)


def _shoot(page: Page, name: str) -> None:
    path = PICTURES / name
    page.screenshot(path=path)
    size = path.stat().st_size
    sys.stdout.write(f"{path}: {size} bytes\n")
    if size > MOST_BYTES:
        sys.exit(f"{path} is larger than {MOST_BYTES} bytes")


if __name__ == "__main__":
    main()
