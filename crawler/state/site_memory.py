"""The memories of the sites in the state file: bytes that `crawler.site_memory.storage` writes and reads."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Mapping

_KEEP = """
INSERT INTO site_memories (site, memory, learned_at) VALUES (?, ?, ?)
ON CONFLICT (site) DO UPDATE SET memory = excluded.memory, learned_at = excluded.learned_at
"""
FAST = 1
"""Level of zlib: half the size is saved at any."""


def load_site_memory(connection: sqlite3.Connection, site: str) -> bytes | None:
    row = connection.execute("SELECT memory FROM site_memories WHERE site = ?", (site,)).fetchone()
    return None if row is None else zlib.decompress(row[0])


def keep_site_memories(connection: sqlite3.Connection, memories: Mapping[str, bytes], now: str) -> None:
    connection.executemany(_KEEP, [(site, zlib.compress(stored, FAST), now) for site, stored in memories.items()])


def forget_site_memory(connection: sqlite3.Connection, site: str) -> None:
    connection.execute("DELETE FROM site_memories WHERE site = ?", (site,))
