"""The `winnow` command."""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from itertools import pairwise
from types import FrameType
from typing import TYPE_CHECKING

import click

from crawler import __version__
from crawler.errors import EXIT_OF_SIGNAL, UsageError, WinnowError
from crawler.standard_streams import guard_streams

if TYPE_CHECKING:
    from crawler.commands.console import Console

COMMANDS = {
    "scrape": "Fetch pages now; records to stdout.",
    "extract": "Read HTML or text from disk; records to stdout.",
    "crawl": "Poll the configured sites and fetch what is new.",
    "view": "Look at a page block by block: kept, removed, and why.",
    "report": "Look at runs: alarms, sites, causes, URLs.",
    "clusters": "Which articles are copies of each other.",
    "diff": "What changed between the versions of an article.",
    "compact": "Merge the records of workers that share a Redis.",
    "export": "Take the records elsewhere: one row per article.",
    "state": "Show, forget or rebuild what earlier runs know.",
    "init": "Write a starter sites.toml.",
    "config": "Check a sites.toml.",
    "schema": "Print the JSON Schema of a record.",
    "doctor": "Check that this installation works.",
    "demo": "See it work: crawl a small news web of our own, without a network.",
}
"""Name -> one line; the modules in `crawler/commands` are loaded when they are called."""
FIRST_STEPS = """\
Clean JSON of news articles: the text, and what was removed, with labels.

  winnow demo                                see it work, without a network
  winnow scrape https://example.org/story    one page, now
  winnow crawl                               what is new on your sites

winnow init writes a sites.toml, winnow --help names all commands.
"""
"""What `winnow` alone says: the three commonest commands."""


class LazyGroup(click.Group):
    """Loads only the command that is called: `winnow --help` must not wait for Scrapy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:
            click.echo(FIRST_STEPS, err=True, nl=False)
            ctx.exit(UsageError.exit_code)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            near = get_close_matches(name, COMMANDS, 1)
            ctx.fail(f"No such command '{name}'" + (f"; did you mean '{near[0]}'?" if near else ""))
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"crawler.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Leave --help and --version unexplained: so the commands fit a screen."""
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit: 0 done, 1 bug, 2 usage, 3 partly, 4 none, 5 disk, 75 lock, 130/143",
)
@click.version_option(__version__, prog_name="winnow")
def winnow() -> None:
    """News articles as clean JSON: the text, and what was removed, with labels.

    \b
    winnow scrape https://example.org/story    one page now
    """


def _one_line(error: click.ClickException) -> str:
    """Return what was wrong with the command line and where to look; whole help where a sub-command is missing."""
    message = error.format_message()
    context = getattr(error, "ctx", None)
    if context is None or isinstance(error, click.exceptions.NoArgsIsHelpError):
        return message
    message = message.rstrip(".").replace(". Did you mean", "; did you mean")
    see = " See" if message.endswith("?") else "; see"
    return f"{context.command_path}: {message}{see} {context.command_path} --help"


def _console() -> Console:
    """Return one that ends the command as it was begun: for who reads lines of JSON, whatever the fault."""
    from crawler.commands.console import Console  # only now needed

    return Console(json_logs="--json-logs" in sys.argv)


def _check_arguments(arguments: Sequence[str]) -> None:
    """Raise for an empty one: a script's variable that is not set would make the crawl in the current folder."""
    for before, argument in pairwise(("", *arguments)):
        if not argument or (argument.startswith("--") and argument.endswith("=")):
            name = argument.rstrip("=") or (before if before.startswith("-") else "an argument")
            raise UsageError(f"{name}: is empty; is a variable of your script not set?")


def _end(number: int, _: FrameType | None) -> None:
    """End as an error would, so that no unfinished file is left."""
    raise SystemExit(EXIT_OF_SIGNAL + number)


def main() -> None:
    """Run the command; every error of ours is one line and its exit code."""
    output = guard_streams()
    signal.signal(signal.SIGTERM, _end)  # a crawl has its own once it runs
    try:
        _check_arguments(sys.argv[1:])
        code = winnow.main(prog_name="winnow", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        _console().refuse(_one_line(error))
        code = UsageError.exit_code
    except WinnowError as error:
        _console().error(str(error))
        code = error.exit_code
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        code = 0  # the reader of our records has gone, as `head` does: nothing is left to say
    except SystemExit:
        if output is None or not output.reader_is_gone:
            raise
        code = 0  # rich ends with 1 where nobody reads any more
    sys.exit(code if isinstance(code, int) else 0)
