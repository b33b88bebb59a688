"""`monitor sources discover`, `check` and `add`."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import FAILED, SOME_FAILED, output
from monitor.cli.access import reading, settings_of
from monitor.contract import Object

if TYPE_CHECKING:
    from monitor.feeds.discover import Discovery
    from monitor.settings import Settings


@click.command()
@click.argument("url")
@output.JSON
@click.pass_context
def discover(ctx: click.Context, url: str, as_json: bool) -> None:
    """Say what URL can be followed by: a feed, feeds that its page names, feeds in usual places, or selectors for the page.

    Selectors come with a sample of what they would bring; those that are a guess say so. Exit 3 when URL cannot be fetched.
    """
    from monitor.actions.looking import found_objects

    discovery = look_at(settings_of(ctx.obj), url)
    for value in found_objects(discovery):
        output.write_one(value, as_json, _found)
    if discovery.failure and discovery.asked == 1:
        ctx.exit(SOME_FAILED)


def look_at(settings: Settings, url: str) -> Discovery:
    """What is found at an address, which may be written without its scheme. Raises `click.UsageError` for what is none."""
    from monitor.app import acquirer_for
    from monitor.clock import now
    from monitor.feeds.discover import discover
    from monitor.model import Job
    from monitor.settings.values import web_url

    try:
        address = web_url(url if "://" in url else f"https://{url}")
    except ValueError as error:
        raise click.UsageError(str(error)) from error

    async def look() -> Discovery:
        async with acquirer_for(settings.fetch) as acquirer:
            return await discover(acquirer, Job("discover", address, proxy=settings.fetch.proxy), now())

    return asyncio.run(look())


def _found(value: Object) -> str:
    if value["what"] == "nothing":
        return f"nothing to follow at {value['url']}: {value['reason']}"
    head = f"{value['format']}  {value['url']}"
    if value["what"] == "feed":
        newest = f", newest {value['newest_at'][:16].replace('T', ' ')}" if value["newest_at"] else ""
        told = f"{value['title'] or 'untitled'}: {value['entries']} entries{newest}"
    else:
        told = f"{'' if value['sure'] else 'a guess: '}list = {value['list']!r}: {value['entries']} elements, "
        told += f"confidence {value['confidence']:.2f}"
    return "\n".join([head, f"  {told}", *(f"    {_sampled(entry)}" for entry in value["sample"])])


def _sampled(entry: Object) -> str:
    date = (entry["date"] or "no date")[:16].replace("T", " ")
    return f"{date:<16}  {entry['title']}"


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@output.JSON
@click.pass_context
def check(ctx: click.Context, ids: tuple[str, ...], as_json: bool) -> None:
    """Fetch the sources IDS, or every enabled one, without storing anything, and say what a poll would bring.

    Exit 3 when a source failed.
    """
    from monitor.actions.looking import Looker
    from monitor.actions.parts import UnknownError
    from monitor.app import acquirer_for
    from monitor.clock import now
    from monitor.settings import load_settings

    settings = load_settings(ctx.obj, os.environ, parts={"monitor", "sources"})
    known = {source.id: source for source in settings.sources}
    unknown = sorted(set(ids) - set(known))
    if unknown:
        raise UnknownError(f"there is no source {unknown[0]!r} in sources.toml; `monitor sources list` shows them")
    chosen = [known[source_id] for source_id in ids] or [source for source in settings.sources if source.enabled]
    store = reading(ctx.obj)
    failed = 0

    async def look() -> None:
        nonlocal failed
        async with acquirer_for(settings.fetch) as acquirer:
            looker = Looker(
                acquirer, store, settings.fetch.proxy, settings.fetch.per_host, now(), settings.stories.window
            )
            async for value in looker.check(chosen):
                failed += value["failure"] is not None
                output.write_one(value, as_json, _checked)

    try:
        asyncio.run(look())
    finally:
        store.close()
    if failed:
        ctx.exit(SOME_FAILED)


def _checked(value: Object) -> str:
    newest = f", newest {value['newest_at'][:16].replace('T', ' ')}" if value["newest_at"] else ""
    counts = f"{value['entries']} entries ({value['new']} new, {value['known']} known){newest}"
    reason = f"  {value['reason']}" if value["reason"] else ""
    return f"{value['state']:<10}  {value['id']:<28} {counts}{reason}"


@click.command()
@click.argument("url")
@click.option("--id", "source_id", metavar="ID", help="Its id; made from the name unless given.")
@click.option("--name", help="As it is printed; the feed's own title unless given.")
@click.option("--kind", metavar="KIND", help="official, embassy, ministry, igo, wire, press or aggregator.")
@click.option("--country", metavar="CC", help="Two capital letters.")
@click.option("--language", metavar="TAG", help="As the feed says unless given.")
@click.option("--tags", metavar="T,T", help="Tags for everything it brings, with commas between them.")
@click.option("--own", is_flag=True, help="Our own releases.")
@click.option("--page", "accept_page", is_flag=True, help="Without a feed, follow the page by the proposed selectors.")
@click.option("--no-fetch", is_flag=True, help="Take URL for a feed without looking at it.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@output.JSON
@click.pass_context
def add(
    ctx: click.Context, /, url: str, accept_page: bool, no_fetch: bool, dry_run: bool, as_json: bool, **given: Any
) -> None:
    """Find the feed of URL, show what it brings, and write it into sources.toml.

    Comments and formatting of the file stay. A source with the same id or address is not written twice. A running daemon reads
    the file at once.
    """
    from monitor.actions.looking import found_objects, table_of
    from monitor.actions.subscribing import ADDED, subscribe

    settings = settings_of(ctx.obj)
    wanted: dict[str, Any] | None = {"url": url}
    if not no_fetch:
        discovery = look_at(settings, url)
        if not as_json:
            for value in found_objects(discovery):
                click.echo(output.plain(_found(value)), err=True)
        wanted = table_of(discovery, accept_page=accept_page)
        if wanted is None:
            _no_feed(ctx, url, discovery)
    (verdict,), text = subscribe(ctx.obj, [(0, _with_options(wanted or {}, given))], dry_run=dry_run)
    told = verdict.as_object() | {"toml": text, "written": bool(text) and not dry_run}
    if told["written"]:
        told["daemon"] = tell_daemon(settings)
    output.write_one(told, as_json, _added)
    if verdict.verdict != ADDED:
        ctx.exit(FAILED)


def _no_feed(ctx: click.Context, url: str, discovery: Discovery) -> None:
    if discovery.proposals:
        click.echo(
            "monitor: the page names no feed; with --page it is followed itself, by the first selector", err=True
        )
    else:
        click.echo(f"monitor: nothing to follow was found at {url}; --no-fetch writes it all the same", err=True)
    ctx.exit(FAILED)


def _with_options(found: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The table with what the options say, in the order in which people write it."""
    table = {"id": given["source_id"], "name": given["name"] or found.get("name"), "url": found["url"]}
    table |= {"kind": given["kind"], "country": given["country"]}
    table["language"] = given["language"] or found.get("language")
    table["tags"] = [tag.strip() for tag in (given["tags"] or "").split(",") if tag.strip()]
    table |= {"own": given["own"], "format": found.get("format"), "page": found.get("page")}
    return {key: value for key, value in table.items() if value}


def _added(value: Object) -> str:
    if value["reason"]:
        return f"{value['verdict']}: {value['reason']}"
    if not value["written"]:
        return str(value["toml"]).rstrip()
    return f"{value['verdict']}: {value['id']} ({value['url']}); {DAEMON_WORDS[value['daemon']]}"


DAEMON_WORDS: dict[str, str] = {
    "done": "the daemon polls it from now on",
    "under way": "the daemon is taking it over",
    "refused": "the daemon keeps its last good configuration; `monitor check` says what is wrong",
    "none": "it is read at the next start",
}


def tell_daemon(settings: Settings) -> str:
    """Let a running daemon read the files again: done, under way, refused, or none where no daemon runs."""
    from monitor.actions.remote import asked
    from monitor.errors import MonitorError

    async def tell() -> str:
        async for value in asked(settings.store.path, "reload", {}):
            return str(value["state"])
        return "none"

    try:
        return asyncio.run(tell())
    except MonitorError:
        return "none"
