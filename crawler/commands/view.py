"""`winnow view`: a page's split, block by block."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from crawler.commands import options
from crawler.commands.console import Console, counted
from crawler.commands.delivery import exit_code
from crawler.commands.destination import Destination
from crawler.commands.opening import has_display, open_in_browser
from crawler.errors import UsageError
from crawler.records.files import write_whole

LIMIT = 50
"""Records of one HTML file: about 5 MB. Chosen, not measured."""


@click.command("view")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--plain-text", is_flag=True, help="The input is text, its lines the blocks.")
@click.option("--from", "place", type=click.Path(path_type=Path), default=Path("output"), show_default=True,
              metavar="PATH", help="Records in which an id is looked for.")  # fmt: skip
@options.output_file
@options.overwrite
@click.option("--terminal", is_flag=True, help="Lines on stdout instead of an HTML page.")
@click.option("--correct", is_flag=True, help="Let labels be corrected in the page, and saved.")
@click.option("--open/--no-open", "opens", default=None, help="Show the page in a browser.")
@click.option("--limit", type=click.IntRange(1), default=LIMIT, show_default=True, metavar="N", help="Records at most.")
@options.allow_address
@options.quiet
@options.json_logs
def command(  # noqa: PLR0913 - the command line is its interface
    targets: tuple[str, ...], terminal: bool, correct: bool, plain_text: bool, place: Path, limit: int,
    opens: bool | None, output: Path | None, overwrite: bool, allow_address: tuple[str, ...],
    quiet: bool, json_logs: bool,
) -> int:  # fmt: skip
    """Look at a page block by block: what was kept, what was removed, and why.

    TARGET is a URL, a file of HTML or text, records, a folder, or an id's digits.

    \b
    winnow view https://example.org/story
    winnow view news -o latest.html
    winnow view story.html --correct
    """
    from crawler.commands.viewing import Wanted, find

    console = Console(json_logs=json_logs, quiet=quiet)
    if terminal and (correct or output):
        raise UsageError("--terminal writes lines to stdout: leave --correct and --output away")
    Destination(output, overwrite).check()
    found = find(Wanted(targets, place, limit, plain_text, correct, allow_address), console)
    if found.left_out:
        console.say(f"{counted(found.left_out, 'more record')} left out; --limit takes more")
    if terminal:
        from crawler.view.terminal import print_blocks

        for viewed in found.viewed:
            print_blocks(viewed)
    elif found.viewed:
        from crawler.view.html import ViewOptions, view_html

        _deliver(view_html(found.viewed, ViewOptions(correct, found.left_out)), output, opens, console)
    return found.signal_exit or exit_code(len(found.viewed), found.failures)


def _deliver(document: str, output: Path | None, opens: bool | None, console: Console) -> None:
    """Write the page to the file named, to a pipe, or, for a person at a terminal, to a file that is opened."""
    if output is None and not opens and not sys.stdout.isatty():
        sys.stdout.buffer.write(document.encode())
        return
    path = output or Path(tempfile.mkdtemp(prefix="winnow-")) / "view.html"
    write_whole(path, document.encode())
    wished = opens if opens is not None else output is None and has_display()
    if wished and not open_in_browser(path):
        console.warn(f"no browser was found; open {path}")
    console.say(str(path.absolute().as_uri() if output is None else path))
