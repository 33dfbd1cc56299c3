"""The connection to Redis: the only module that imports `redis`.

Commands are sent one after the other and waited for. A server that restarts is waited for; one that stays away ends
the run with one clear line, and nothing that was acknowledged is lost.
"""

from __future__ import annotations

import hashlib
import logging
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from crawler.engines.condition import ServerCondition
from crawler.engines.options import PASSWORD_VARIABLE, RedisOptions
from crawler.errors import OutputError, UsageError

try:
    import redis
except ImportError as error:
    raise UsageError("[engine] kind = “redis” needs the package redis: pip install redis") from error

logger = logging.getLogger(__name__)

Word = str | bytes | int | float
Command = tuple[Word, ...]
Answer = TypeVar("Answer")

SOCKET_SECONDS = 5.0
"""For one answer. Chosen: the longest script takes well under one second."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds between two tries to reach a server that is away. Chosen."""
_AWAY = (redis.ConnectionError, redis.TimeoutError, redis.exceptions.BusyLoadingError)


class RedisServer:
    """One server, with the scripts of this package. Call it from one thread.

    Every method raises OutputError where the server stays away, is full or refuses to write.
    """

    def __init__(self, options: RedisOptions) -> None:
        """Connect and look whether the server can be trusted with state. Raises UsageError where it cannot.

        Raises OutputError where it is away.
        """
        self.options = options
        self.prefix = options.prefix
        self._given_up: OutputError | None = None
        self.operations = 0
        """Commands and scripts that were sent, each round trip once."""
        try:
            self._redis = redis.Redis.from_url(
                options.url, **options.credentials, socket_timeout=SOCKET_SECONDS,
                socket_connect_timeout=SOCKET_SECONDS, retry=None, health_check_interval=0,
            )  # fmt: skip
        except ValueError as error:
            raise UsageError(f"[engine] url: {error}") from error
        self.condition = self._check()

    def key(self, *parts: str) -> str:
        return self.prefix + ":".join(parts)

    def ask(self, *command: Word) -> Any:
        """Send one command that only reads, or that may be repeated; return its answer."""
        return self._patiently(lambda: self._redis.execute_command(*command))  # type: ignore[no-untyped-call]

    def ask_all(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands as `ask` does, in one round trip; they are no transaction."""

        def send() -> list[Any]:
            pipeline = self._redis.pipeline(transaction=False)
            for command in commands:
                pipeline.execute_command(*command)  # type: ignore[no-untyped-call]
            return list(pipeline.execute())

        return self._patiently(send) if commands else []

    def run(self, script: str, *arguments: Word) -> Any:
        """Run `scripts/NAME.lua` with the namespace as its key. It may run twice where an answer was lost."""
        text, digest = _script(script)

        def send() -> Any:
            try:
                return self._redis.evalsha(digest, 1, self.prefix, *arguments)
            except redis.exceptions.NoScriptError:
                return self._redis.eval(text, 1, self.prefix, *arguments)

        return self._patiently(send)

    def now(self) -> int:
        """Return the server's time in milliseconds since 1970: leases and lives of workers are by its clock alone."""
        seconds, microseconds = self.ask("TIME")
        return int(seconds) * 1000 + int(microseconds) // 1000

    def close(self) -> None:
        with suppress(redis.RedisError):
            self._redis.close()

    def _patiently(self, send: Callable[[], Answer]) -> Answer:
        self.operations += 1
        if self._given_up is not None:
            # It was waited for in vain, and the run is at its end: what still asks is told at once.
            raise OutputError(str(self._given_up)) from self._given_up
        ends = time.monotonic() + self.options.patience_seconds
        pause = FIRST_PAUSE
        while True:
            try:
                return send()
            except redis.AuthenticationError as error:
                raise self._refused() from error
            except _AWAY as error:
                longest = SOCKET_SECONDS if isinstance(error, redis.TimeoutError) else 0.0
                if time.monotonic() + longest >= ends:
                    self._given_up = OutputError(
                        f"Redis at {self.options.place} is away ({_fault(error)}): start it and run again; "
                        "what was acknowledged is kept, the rest is fetched again"
                    )
                    raise self._given_up from error
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            except redis.ResponseError as error:
                raise OutputError(f"Redis at {self.options.place} refused a command ({_fault(error)})") from error

    def _check(self) -> ServerCondition:
        """Ask at once, not patiently: what is wrong at the start is for a person to mend."""
        place = f"Redis at {self.options.place}"
        try:
            known: dict[str, Any] = {}
            for section in ("server", "memory", "persistence", "cluster", "replication"):
                told: Any = self._redis.info(section)  # its type differs between releases
                known |= told
            seconds, microseconds = self._redis.execute_command("TIME")  # type: ignore[no-untyped-call]
        except redis.AuthenticationError as error:
            raise self._refused() from error
        except _AWAY as error:
            if _is_refused_handshake(error):
                raise UsageError(f"{place} cannot be used ({_fault(error)})") from error
            # As in mid-run, and no fault of the command's: the machine's services may come up one by one.
            raise OutputError(
                f"{place} cannot be reached ({_fault(error)}): start it and run again, or correct url in [engine]"
            ) from error
        except redis.RedisError as error:
            raise UsageError(f"{place} cannot be used ({_fault(error)})") from error
        condition = ServerCondition.of(known, int(seconds) + int(microseconds) / 1e6, time.time())
        for fault in condition.faults():
            raise UsageError(f"{place} {fault}")
        return condition

    def _refused(self) -> UsageError:
        return UsageError(f"Redis at {self.options.place} wants another password: set {PASSWORD_VARIABLE}")


@cache
def _script(name: str) -> tuple[str, str]:
    folder = files("crawler.engines") / "scripts"
    text = "\n".join((folder / f"{part}.lua").read_text(encoding="utf-8") for part in ("common", "bands", name))
    return text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()  # as Redis names scripts


def _is_refused_handshake(error: BaseException) -> bool:
    """Whether TLS failed with a server that is there: a certificate not believed does not mend itself by waiting."""
    cause = error.__cause__ or error.__context__
    refused = isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError)  # at the end it went away
    return refused or (cause is not None and _is_refused_handshake(cause))


def _fault(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
