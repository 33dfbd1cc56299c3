"""`python -m crawler.demo`: serve the small news web until Ctrl-C and name its addresses."""

from __future__ import annotations

import contextlib
import threading

import click

from crawler.demo.server import DemoServer


def main() -> None:
    with DemoServer() as server, contextlib.suppress(KeyboardInterrupt):
        for site in server.sites:
            click.echo(f"{site.url}  {site.name} ({site.language}), feed {site.feeds[0]}")
        click.echo("A crawler needs: " + " ".join(f"--allow-address {allowed}" for allowed in server.allow))
        click.echo("Ctrl-C ends it.", err=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
