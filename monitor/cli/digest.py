"""`monitor digest`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from monitor.cli import Subcommands, output
from monitor.cli.access import perform, reading
from monitor.cli.editions import show
from monitor.cli.reviewing import review
from monitor.contract import Object, edition_object, when


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
            "language": configured.language,
            "review": configured.review is not None,
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
    held = "  (held for review)" if edition["state"] == "held" else ""
    return f"{edition['id']:>5}  {edition['due_at'][:16].replace('T', ' ')}  {edition['subject']}{held}"


@digest.command()
@click.argument("digest_id", metavar="ID")
@click.argument("address")
@output.JSON
@click.pass_obj
def unsubscribe(folder: Path, digest_id: str, address: str, as_json: bool) -> None:
    """Send digest ID to ADDRESS no more, whatever `to` says."""
    arguments = {"digest_id": digest_id, "address": address}
    perform(folder, "leave-digest", arguments, lambda value: output.write_one(value, as_json, _subscriber))


@digest.command()
@click.argument("digest_id", metavar="ID")
@click.argument("address")
@output.JSON
@click.pass_obj
def resubscribe(folder: Path, digest_id: str, address: str, as_json: bool) -> None:
    """Send digest ID to ADDRESS again, which had ended it."""
    arguments = {"digest_id": digest_id, "address": address}
    perform(folder, "join-digest", arguments, lambda value: output.write_one(value, as_json, _subscriber))


def _subscriber(value: Object) -> str:
    return f"{value['digest']} is sent to {value['recipient']} {'no more' if value['unsubscribed'] else 'again'}"


@digest.command()
@click.argument("name", required=False)
def example(name: str | None) -> None:
    """Write a shipped template or catalogue of words, to be changed and put into the configuration; without NAME list them."""
    from monitor.messages import SHIPPED, shipped_text
    from monitor.notices.templating import SHIPPED_TEMPLATES, shipped_template

    catalogues = [f"{language}.toml" for language in SHIPPED]
    if name is None:
        click.echo(
            "\n".join([*(f"templates/{one}" for one in SHIPPED_TEMPLATES), *(f"messages/{one}" for one in catalogues)])
        )
        return
    bare = name.rpartition("/")[2]
    if bare in SHIPPED_TEMPLATES:
        click.echo(shipped_template(bare), nl=False)
    elif bare in catalogues:
        click.echo(shipped_text(bare.removesuffix(".toml")), nl=False)
    else:
        raise click.UsageError(f"there is no {name!r}; `monitor digest example` lists what there is")


digest.add_command(show)
digest.add_command(review)
