"""One name, one meaning, one order: what holds for an option in one command holds in all."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from crawler.cli import COMMANDS, LazyGroup

ORDER = """
--sites --plain-text --from
--output --output-dir --overwrite
--to --format --terminal --json --correct --pages --open
--name --all --navigation --latest --no-duplicates --site --url --before --due --since --until --runs --urls --limit
--dry-run --without-redis --metrics --warc --allow-address --delay --user-agent --ignore-robots --workers --site-memory
--quiet --json-logs
""".split()
"""Where the input is; where the output goes; its form; what is chosen; how it is fetched; what is said."""
SHORT = {"--output": "-o", "--quiet": "-q"}
OF_TWO_KINDS = {
    "--limit": "a run without one has no limit, a list has a default",
    "--site": "a crawl takes several",
    "--sites": "state rebuild does without",
    "--output": "a file or a crawl's folder, as the help says",
    "--user-agent": "init writes an example",
}
"""Whose kind or default may differ."""


def commands() -> Iterator[tuple[str, click.Command]]:
    group = LazyGroup("winnow")
    for name in COMMANDS:
        found = group.get_command(click.Context(group), name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from ((f"{name} {child}", command) for child, command in found.commands.items())
        else:
            yield name, found


def options_of(command: click.Command) -> list[click.Option]:
    return [parameter for parameter in command.params if isinstance(parameter, click.Option)]


def long_name(option: click.Option) -> str:
    return next(name for name in option.opts if name.startswith("--"))


@pytest.mark.parametrize(("name", "command"), [*commands()], ids=lambda value: value if isinstance(value, str) else "")
def test_the_order(name: str, command: click.Command) -> None:
    names = [long_name(option) for option in options_of(command)]
    assert set(names) <= set(ORDER), "a new option: give it its place in ORDER"
    assert names == sorted(names, key=ORDER.index)


@pytest.mark.parametrize("name", ORDER)
def test_one_kind(name: str) -> None:
    found = [option for _, command in commands() for option in options_of(command) if long_name(option) == name]
    assert found
    kinds = {
        () if name in OF_TWO_KINDS else (type(option.type), option.is_flag, option.multiple, option.metavar)
        for option in found
    }
    assert len(kinds) == 1
    assert {tuple(short for short in option.opts if not short.startswith("--")) for option in found} == {
        (SHORT[name],) if name in SHORT else ()
    }
    assert len({repr(option.default) for option in found}) == 1 or name in OF_TWO_KINDS
    assert all(option.help and option.help.endswith((".", "]")) for option in found if name != "--metrics")
