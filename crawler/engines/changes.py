"""Changes of the shared state that take effect together, once, and only for who holds the sites."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from crawler.engines.connection import Command, RedisServer, Word

MOST_PAIRS = 500
"""Fields that one command sets: Lua's stack bounds the words of a command to some thousands."""


class LeasesLost(Exception):
    """Other workers hold these groups of sites now; nothing was changed."""

    def __init__(self, groups: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(groups)))
        self.groups = groups


class Changes:
    """Gathers commands and applies them in one script, with the fencing tokens of all that they are about.

    An apply whose answer was lost is repeated, and the script knows it by its number.
    """

    def __init__(self, server: RedisServer, worker: str) -> None:
        self._server = server
        self._worker = worker
        self._number = 0
        self._open = False
        self._clear()

    @contextmanager
    def together(self, tokens: Mapping[str, str]) -> Iterator[None]:
        """Apply at the end of the block all that was added in it; nothing where it raises.

        `tokens` are those of the groups that are changed. Raises LeasesLost or OutputError.
        """
        self._open = True
        try:
            yield
            self._apply(tokens)
        finally:
            self._open = False
            self._clear()

    def add(self, *command: Word) -> None:
        """Add a command, or apply it at once outside of `together`."""
        self._commands.append(command)
        if not self._open:
            with self.together({}):
                pass

    def add_score(self, key: str, member: str, score: float) -> None:
        """Add a member to a sorted set; neighbours go in one command."""
        last = self._commands[-1] if self._commands else ()
        if last[:2] == ("ZADD", key) and len(last) < 2 * MOST_PAIRS:
            self._commands[-1] = (*last, score, member)
        else:
            self.add("ZADD", key, score, member)

    def set_field(self, key: str, field: str, value: Word) -> None:
        """Set a field of a hash; of several values of a field the last one counts. Within `together`."""
        self._fields[key][field] = value

    def add_count(self, key: str, field: str, number: int) -> None:
        self._counts[key, field] += number

    def _clear(self) -> None:
        self._commands: list[Command] = []
        self._fields: defaultdict[str, dict[str, Word]] = defaultdict(dict)
        self._counts: Counter[tuple[str, str]] = Counter()

    def _all(self) -> Iterator[Command]:
        yield from self._commands
        for key, values in self._fields.items():
            pairs = [word for pair in values.items() for word in pair]
            for begin in range(0, len(pairs), 2 * MOST_PAIRS):
                yield "HSET", key, *pairs[begin : begin + 2 * MOST_PAIRS]
        for (key, field), number in self._counts.items():
            if number:
                yield "HINCRBY", key, field, number

    def _apply(self, tokens: Mapping[str, str]) -> None:
        commands = list(self._all())
        if not commands:
            return
        self._number += 1
        fences = [word for pair in tokens.items() for word in pair]
        words = [word for command in commands for word in (len(command), *command)]
        lost = self._server.run("apply", self._worker, self._number, len(tokens), *fences, *words)
        if lost:
            raise LeasesLost(frozenset(group.decode() for group in lost))
