"""`monitor digest`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from monitor.cli import Subcommands, output
from monitor.cli.access import perform, reading
from monitor.contract import Object, delivery_object, edition_object, when


@click.group(cls=Subcommands)
def digest() -> None:
    """Digests: what would go now, what went, and the same again."""


@digest.command("list")
@output.JSON
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the configured digests and when each is due next."""
    from monitor.clock import now
    from monitor.digests.schedule import next_due
    from monitor.settings import load_settings

    moment = now()
    for configured in load_settings(folder, os.environ, parts={"digests"}).digests:
        value: Object = {
            "id": configured.id,
            "title": configured.title,
            "timezone": configured.timezone,
            "next_due_at": when(next_due(configured, moment)),
            "to": list(configured.to),
            "sections": [section.title for section in configured.sections],
        }
        output.write_one(
            value, as_json, lambda o: f"{o['id']:<16} next {o['next_due_at']}  to {', '.join(o['to']) or 'nobody'}"
        )


@digest.command()
@click.argument("digest_id", metavar="ID")
@click.option("--format", "kind", type=click.Choice(["text", "html", "eml"]), default="text", show_default=True)
@click.pass_obj
def preview(folder: Path, digest_id: str, kind: str) -> None:
    """Write the mail of digest ID as it would go now; stores and sends nothing."""
    from monitor.actions.editions import plan_among
    from monitor.app import plans
    from monitor.clock import now
    from monitor.configuration import check_configuration
    from monitor.digests.edition import draft_edition, preview_bytes

    configuration = check_configuration(folder, os.environ)
    plan, sender = plan_among(plans(configuration), digest_id), configuration.settings.mail.sender
    store = reading(folder)
    try:
        draft = draft_edition(store, plan, None, now(), sender)
    finally:
        store.close()
    if kind == "eml":
        sys.stdout.buffer.write(preview_bytes(draft, sender))
    else:
        click.echo(draft.mail.text if kind == "text" else draft.mail.html)


@digest.command()
@click.argument("digest_id", metavar="ID")
@output.JSON
@click.pass_obj
def send(folder: Path, digest_id: str, as_json: bool) -> None:
    """Make an edition of digest ID now, of all that came in since the last one, and queue its mails.

    A running daemon sends them at once; `monitor deliveries send` does too.
    """
    count = 0

    def each(delivery: Object) -> None:
        nonlocal count
        count += 1
        output.write_one(delivery, as_json, _queued)

    perform(folder, "send-edition", {"digest_id": digest_id}, each)
    if not count:
        click.echo(f"the edition was made, for nobody: set `to` of {digest_id!r} in digests.toml", err=True)


@digest.command()
@click.argument("edition", type=int)
@output.JSON
@click.pass_obj
def resend(folder: Path, edition: int, as_json: bool) -> None:
    """Queue EDITION (its number) again for everyone who was to get it: the identical mails."""
    perform(folder, "resend-edition", {"edition_id": edition}, lambda value: output.write_one(value, as_json, _queued))


def _queued(delivery: Object) -> str:
    return f"{delivery['state']}: {delivery['subject']} to {delivery['recipient']}"


@digest.command()
@click.argument("digest_id", metavar="[ID]", required=False)
@click.option("--limit", type=click.IntRange(min=0), help="At most so many; no limit unless given.")
@output.JSON
@click.pass_obj
def history(folder: Path, digest_id: str | None, limit: int | None, as_json: bool) -> None:
    """List the editions made, newest first."""
    store = reading(folder)
    try:
        output.write(map(edition_object, store.editions.list(digest_id, limit)), as_json, _edition_line)
    finally:
        store.close()


def _edition_line(edition: Object) -> str:
    return f"{edition['id']:>5}  {edition['due_at'][:16].replace('T', ' ')}  {edition['subject']}"


@digest.command()
@click.argument("edition", type=int)
@output.JSON
@click.pass_obj
def show(folder: Path, edition: int, as_json: bool) -> None:
    """Show EDITION (its number): its stories, and who was sent it."""
    from monitor.actions.parts import UnknownError

    store = reading(folder)
    try:
        found = store.editions.get(edition)
        if found is None:
            raise UnknownError(f"there is no edition {edition}; `monitor digest history` lists them")
        value = edition_object(found)
        entries = store.editions.entries(edition)
        titles = store.items.by_ids(entry.item_id for entry in entries)
        value["entries"] = [
            {
                "section": entry.section,
                "story": entry.story_id,
                "item": entry.item_id,
                "version": entry.version,
                "title": titles[entry.item_id].title,
                "follow_up": entry.is_follow_up,
            }
            for entry in entries
        ]
        value["deliveries"] = [delivery_object(delivery) for delivery in store.deliveries.of_edition(edition)]
        output.write_one(value, as_json, _edition_page)
    finally:
        store.close()


def _edition_page(edition: Object) -> str:
    lines = [edition["subject"], f"items stored from {edition['window_from']} to {edition['window_to']}", ""]
    lines += [f"  {entry['section']}: {entry['title']} (item {entry['item']})" for entry in edition["entries"]]
    lines += [
        "",
        *(f"  {row['state']}: {row['recipient']} {row['sent_at'] or row['error']}" for row in edition["deliveries"]),
    ]
    return "\n".join(lines)
