"""What a crawl's store has queued is made durable in time; the reactor's other work goes on meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from crawler.errors import OutputError
from crawler.state.protocol import Store

FLUSH_CHECK_SECONDS = 0.5
MOST_QUEUED = 400
"""Records and outcomes that may queue while a batch is made durable; above it pages wait for the disk. Chosen."""


class Flushing:
    """`unsaved` gives the memories of sites that are to be saved; `fail` is told what cannot be written.

    `has_failed` says whether nothing more can be kept, whoever found that out.
    """

    def __init__(
        self,
        store: Store,
        unsaved: Callable[[], Mapping[str, bytes]],
        has_failed: Callable[[], bool],
        fail: Callable[[OutputError], None],
    ) -> None:
        """Begin to look whether a flush is due. Needs a running loop."""
        self._store = store
        self._unsaved = unsaved
        self._has_failed = has_failed
        self._fail = fail
        self._queued = 0
        """Records and outcomes that came since the last commit began."""
        self._committing: asyncio.Task[None] | None = None
        self._is_stopped = False
        self._timer = asyncio.create_task(self._flush_in_time())

    def flush_if_due(self) -> None:
        """Begin a commit where it is time. Ask after each record and outcome."""
        self._queued += 1
        is_free = self._committing is None and not self._is_stopped and not self._has_failed()
        if is_free and self._store.due_for_flush():
            self._queued = 0
            self._committing = asyncio.create_task(self._commit())

    async def room(self) -> None:
        """Wait while too much is queued behind the commit under way."""
        if self._committing is not None and self._queued >= MOST_QUEUED:
            await asyncio.wait((self._committing,))

    async def end(self) -> None:
        """Wait for the commit under way, and look no more by the clock."""
        if self._committing is not None:
            await asyncio.wait((self._committing,))
        self._timer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._timer

    def stop(self) -> None:
        """Begin no further commit: the store is finished next."""
        self._is_stopped = True

    async def _flush_in_time(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_CHECK_SECONDS)
            self.flush_if_due()
            if not self._is_stopped and not self._has_failed():
                try:
                    self._store.keep_alive()
                except OutputError as error:
                    self._fail(error)

    async def _commit(self) -> None:
        try:
            await asyncio.wrap_future(self._store.aside.flush())
            memories = {} if self._is_stopped else self._unsaved()
            if memories:
                await asyncio.wrap_future(self._store.aside.keep_site_memories(memories))
        except OutputError as error:
            self._fail(error)
        finally:
            self._committing = None
