"""Shows a file of ours in the browser of the person who asked for it, where there is one."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path


def has_display() -> bool:
    """Whether a browser would open in a window; on other machines one might open in the terminal itself."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_in_browser(path: Path) -> bool:
    """Return whether a browser was found for the file."""
    return webbrowser.open(path.absolute().as_uri())
