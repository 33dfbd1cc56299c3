"""`winnow clusters`: which articles are copies of each other."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.commands import options
from crawler.commands.console import counted, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.state.clusters import Cluster, Member

SHOWN_CHARS = 100
"""Of a title."""
ROLE_CHARS = len("same text as 01234567")


@click.command("clusters")
@options.crawl_folder
@click.option("--json", "as_json", is_flag=True, help="One JSON object a cluster on stdout, of all clusters.")
@click.option(
    "--site", metavar="NAME", shell_complete=options.complete_sites, help="Only clusters with a page of this site."
)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, metavar="N", help="Show at most N.")
def command(output: Path, as_json: bool, site: str | None, limit: int) -> int:
    """Show which articles are copies of each other: sites, times, titles; the largest group first.

    The original is the one that was published first; where no date is known, the one that was seen first. Of equals it
    is the one with the shortest URL: print and AMP pages add to that of their article.

    \b
    winnow clusters --output news --site example.org
    winnow clusters --json | jq -r .original
    """
    from crawler.state.clusters import clusters

    found = clusters(output, site)
    if as_json:
        for cluster in found:
            click.echo(json.dumps(_as_json(cluster), ensure_ascii=False))
        return 0
    for cluster in found[:limit]:
        for line in _lines(cluster):
            click.echo(line)
    shown = f", {limit} of them shown" if len(found) > limit else ""
    members = sum(len(cluster.members) for cluster in found)
    click.echo(f"{counted(len(found), 'cluster')} of {counted(members, 'article')}{shown}", err=True)
    return 0


def _lines(cluster: Cluster) -> Iterator[str]:
    yield f"cluster {cluster.id}: {counted(len(cluster.members), 'article')}"
    for member in cluster.members:
        title = printable((member.title or "")[:SHOWN_CHARS])
        times = member.published or f"seen {member.first_seen}"
        yield f"  {_role(cluster, member):{ROLE_CHARS}} {member.site}  {times}  {title}"
        yield f"  {'':{ROLE_CHARS}} {member.id}  {printable(member.url)}"


def _role(cluster: Cluster, member: Member) -> str:
    """Return whom the member copies, in a few words."""
    if member.id == cluster.original:
        return "original"
    if member.text_of is not None:
        is_same = cluster.similarities.get((member.id, member.text_of)) == 1.0
        return f"{'same text as' if is_same else 'copy of'} {member.text_of[:8]}"
    similarity = cluster.similarities.get((member.id, cluster.original))
    return "by way of others" if similarity is None else f"copy {similarity:.2f}"


def _as_json(cluster: Cluster) -> dict[str, Any]:
    members = [
        asdict(member) | {"similarity": cluster.similarities.get((member.id, cluster.original))}
        for member in cluster.members
    ]
    return {"id": cluster.id, "original": cluster.original, "kept": cluster.kept, "members": members}
