"""`winnow init`: a starter sites.toml."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click

from crawler.commands import options
from crawler.errors import OutputError, PageError, UsageError
from crawler.records.files import write_whole

STARTER = """\
# Sites for `winnow crawl`. `winnow config check` tells whether this file is in order.

[defaults]
# Who crawls, with a way to reach you: publishers read it in their logs.
user_agent = "{contact}"
# delay = 2.0            # seconds between two requests to a host; without it Winnow adapts, from 1 s up
# max_pages = 500        # pages of a site in one run
# languages = ["en"]     # keep these languages only

[[site]]
name = "{name}"
url = "{url}"
# Without the next lines Winnow asks the home page and robots.txt for feeds and sitemaps.
# feeds = ["{url}feed.xml"]
# sitemaps = ["{url}sitemap.xml"]
# front_pages = ["{url}"]
# allow = ["/news/"]     # regular expressions on article URLs
# deny = ["/video/"]
"""
DEFAULT_CONTACT = "MyCrawler/1.0 (+https://example.org/crawler; crawler@example.org)"


@click.command("init")
@click.argument("url", required=False, default="https://example.org/")
@click.option(
    "--sites",
    type=click.Path(path_type=Path),
    default=Path("sites.toml"),
    show_default=True,
    help="File to write.",
)
@options.overwrite
@click.option("--name", help="Word for the site.  [default: from the URL]")
@click.option("--user-agent", default=DEFAULT_CONTACT, help="Who crawls, with a contact.")
def command(url: str, sites: Path, overwrite: bool, name: str | None, user_agent: str) -> int:
    """Write a starter sites.toml, for one site to begin with.

    \b
    winnow init https://www.example.org/ --user-agent "Mine (me@example.org)"
    """
    from crawler.contact import has_contact
    from crawler.urls import normalized_url, registered_domain, shown_url  # loads the suffix list

    if sites.exists() and not overwrite:
        raise UsageError(f"{sites} exists already; add --overwrite or name another with --sites")
    address = url if "://" in url else f"https://{url}"
    try:
        normalized_url(address)
    except PageError as error:
        raise UsageError(f"{error}; write the home page, such as https://www.example.org/") from error
    parts = urlsplit(address)
    if parts.username or parts.password:
        raise UsageError(f"{shown_url(address)}: a user name or password does not belong in {sites}; leave it out")
    address = address if parts.path else parts._replace(path="/").geturl()
    text = STARTER.format(
        name=_quoted(name or registered_domain(address)), url=_quoted(address), contact=_quoted(user_agent)
    )
    if not sites.parent.is_dir():
        raise OutputError(f"{sites}: no such folder {sites.parent}; make it first")
    write_whole(sites, text.encode())
    contact = "" if has_contact(user_agent) else "put your contact into user_agent (example.org reaches nobody), then "
    click.echo(f"{sites} written. Next: {contact}`winnow crawl`.", err=True)
    return 0


def _quoted(text: str) -> str:
    """Escape for a TOML basic string, which holds no control characters."""
    line = "".join(c if c.isprintable() else " " for c in text)
    return line.replace("\\", "\\\\").replace('"', '\\"')
