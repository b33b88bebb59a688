"""`monitor own`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

import click

from monitor.cli import Subcommands, output
from monitor.cli.access import perform, reading
from monitor.cli.pickup import FILE
from monitor.contract import Object, release_object, totals_object, when

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.store import Store


@click.group(cls=Subcommands)
def own() -> None:
    """Releases of ours: add one that was only mailed, and see how each was picked up."""


@own.command()
@FILE
@click.option("--title", default="", metavar="T", help="Else the mail's subject, the page's heading or the first line.")
@click.option("--url", metavar="U", help="Where it can be read.")
@click.option("--published", metavar="WHEN", help="When it went out; else the mail's date, or now.")
@output.JSON
@click.pass_obj
def add(
    folder: Path, /, file: BinaryIO | None, title: str, url: str | None, published: str | None, as_json: bool
) -> None:
    """Take in a release from a --file (a mail, a page or text; - for standard input), to be followed like those of feeds.

    The same release added twice is one.
    """
    from monitor.clock import now
    from monitor.reports.release_file import read_release

    stream = file or sys.stdin.buffer
    given = read_release(stream.read(), title)
    if not given.title and not given.text:
        raise click.UsageError("there is no text in this release")
    if url is not None and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
        raise click.UsageError(f"{url!r} is no address of the web; write https://…")
    at = output.parse_since(published, now()) if published else given.published_at
    if at is not None and at > now():
        raise click.UsageError("it cannot have gone out later than now")
    arguments = {"title": given.title, "text": given.text, "html": given.html, "url": url, "published": when(at)}
    perform(folder, "add-release", arguments, lambda value: output.write_one(value, as_json, _added))


def _added(item: Object) -> str:
    done = "added" if item["is_new"] else "there already"
    return f"{done}: item {item['id']}, {item['title']}; `monitor pickup {item['id']}` tells who carries it"


@own.command("list")
@click.option("--since", metavar="WHEN", help="First seen since: a span (36h, 7d) or a date or time (UTC).")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many; no limit unless given.")
@output.JSON
@click.pass_obj
def list_(folder: Path, since: str | None, limit: int | None, as_json: bool) -> None:
    """List the releases of ours, newest first, with how often each was carried."""
    from monitor.clock import now

    moment = now()
    store = reading(folder)
    try:
        start = output.parse_since(since, moment) if since else None
        if output.write(_releases(store, start, limit, moment), as_json, _line) == 0 and not as_json:
            click.echo("no releases: set own = true on a source, or `monitor own add` one", err=True)
    finally:
        store.close()


def _releases(store: Store, since: datetime | None, limit: int | None, moment: datetime) -> Iterator[Object]:
    from monitor.reports.pickup import pickup_of, release_of

    for item_id in store.reports.releases(since, limit):
        item = store.items.get(item_id)
        if item is not None:
            found = pickup_of(store, release_of(item, store), moment, with_differences=False)
            yield release_object(found.release) | {"story": item.story_id, "totals": totals_object(found)}


def _line(release: Object) -> str:
    totals = release["totals"]
    sorts = ", ".join(f"{count} {name}" for name, count in totals["by_class"].items())
    told = f"{totals['mentions']} by {totals['publishers']} ({sorts})" if sorts else "no pick-up"
    return f"{release['item']:>6}  {release['released_at'][:16].replace('T', ' ')}  {told}: {release['title']}"
