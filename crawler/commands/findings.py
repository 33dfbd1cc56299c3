"""What a check of the installation found: fine, to be watched, or broken, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from crawler.errors import WinnowError


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    level: Level
    words: str
    mend: str = ""
    """What to do; empty where nothing is to be done, or where `words` say it."""


class Watch(Exception):
    """Raised by a check: it works, but somebody should look."""

    def __init__(self, words: str, mend: str) -> None:
        super().__init__(words)
        self.mend = mend


class Broken(Watch):
    """Raised by a check: it does not work."""


Check = Callable[[], str]
"""Returns a few words on what is fine; raises for what is not."""


def finding(name: str, check: Check) -> Finding:
    """Return what the check found, whatever it raises."""
    try:
        return Finding(name, Level.OK, check())
    except Broken as error:
        return Finding(name, Level.FAULT, str(error), error.mend)
    except Watch as error:
        return Finding(name, Level.WARNING, str(error), error.mend)
    except WinnowError as error:  # its line names the mend
        return Finding(name, Level.FAULT, str(error))
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what a check is to tell
        return Finding(name, Level.FAULT, f"{type(error).__name__}: {error}", "reinstall winnow-crawler, or report it")
