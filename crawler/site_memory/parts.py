"""Stored bytes read part by part: arrays one behind the other, then JSON to the end."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Parts:
    def __init__(self, stored: bytes, at: int) -> None:
        self._stored = stored
        self._at = at

    def take(self, form: str, count: int) -> NDArray[Any]:
        """Return the next `count` values. Raises ValueError where there are fewer."""
        found: NDArray[Any] = np.frombuffer(self._stored, form, count, self._at)
        self._at += found.nbytes
        return found

    def told(self) -> Any:
        """Return the JSON value at the end. Raises ValueError where there is none."""
        return json.loads(self._stored[self._at :])
