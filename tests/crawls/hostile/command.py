"""The `winnow` command with other bounds or with a mechanism off, as the variable WINNOW_TEST_CHANGES says.

A JSON object: "settings" are set in `crawler.settings`; "attributes" maps dotted names to values. Workers import this
module too, so that what is changed here is changed there.
"""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path

NAME = "WINNOW_TEST_CHANGES"


def change() -> None:
    changes = json.loads(os.environ.get(NAME, "{}"))
    settings = importlib.import_module("crawler.settings")
    for name, value in changes.get("settings", {}).items():
        known = getattr(settings, name, None)
        setattr(settings, name, {**known, **value} if isinstance(known, dict) else value)
    for name, value in changes.get("attributes", {}).items():
        module, _, attribute = name.rpartition(".")
        setattr(importlib.import_module(module), attribute, value)
    for source in changes.get("code", ()):
        exec(compile(source, str(Path(__file__)), "exec"), {})


change()

if __name__ == "__main__":
    from crawler.cli import main

    main()
