"""Replaces a function of the package, for a mechanism that is turned off."""

from __future__ import annotations

import importlib
import sys
from typing import Any


def replace_everywhere(dotted_name: str, new: Any) -> None:
    """Replace what the package knows by this name under every name that its modules imported it by."""
    module, _, attribute = dotted_name.rpartition(".")
    old = getattr(importlib.import_module(module), attribute)
    for loaded in [m for name, m in sys.modules.items() if name.startswith("crawler")]:
        for name, value in list(vars(loaded).items()):
            if value is old:
                setattr(loaded, name, new)
