from __future__ import annotations

import random
from collections.abc import Callable

import pytest


def _words(seed: int, number: int = 300) -> list[str]:
    draw = random.Random(seed)
    return [f"word{draw.randrange(5000)}" for _ in range(number)]


@pytest.fixture(scope="session")
def words() -> Callable[..., list[str]]:
    """Words of a text that only its seed shares."""
    return _words
