"""`monitor digest show`: an edition from the record, in any format."""

from __future__ import annotations

import email
import email.policy
import os
import sys
from pathlib import Path

import click

from monitor.cli import output
from monitor.cli.access import reading
from monitor.contract import Object, delivery_object, edition_object
from monitor.store import Store
from monitor.store.editions import Edition

FORMATS = ("text", "html", "md", "csv", "eml")


@click.command()
@click.argument("edition", type=int)
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help="The edition itself: text and eml as sent, html whole and ready to print, md, csv.",
)
@output.JSON
@click.pass_obj
def show(folder: Path, edition: int, kind: str | None, as_json: bool) -> None:
    """Show EDITION (its number): its stories, and who was sent it; or, by --format, what it said."""
    from monitor.actions.parts import UnknownError

    store = reading(folder)
    try:
        found = store.editions.get(edition)
        if found is None:
            raise UnknownError(f"there is no edition {edition}; `monitor digest history` lists them")
        if kind is None:
            output.write_one(_record(store, found), as_json, _page)
        elif kind in ("text", "eml") and (sent := _sent(store, edition)) is not None:
            _write_sent(sent, kind)
        else:
            _write_kept(folder, store, found, kind)
    finally:
        store.close()


def _record(store: Store, edition: Edition) -> Object:
    value = edition_object(edition)
    entries = store.editions.entries(edition.id)
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
    value["deliveries"] = [delivery_object(delivery) for delivery in store.deliveries.of_edition(edition.id)]
    return value


def _page(edition: Object) -> str:
    held = f", held until {edition['due_at']}" if edition["state"] == "held" else ""
    lines = [edition["subject"], f"items stored from {edition['window_from']} to {edition['window_to']}{held}", ""]
    lines += [f"  {entry['section']}: {entry['title']} (item {entry['item']})" for entry in edition["entries"]]
    lines += [
        "",
        *(f"  {row['state']}: {row['recipient']} {row['sent_at'] or row['error']}" for row in edition["deliveries"]),
    ]
    return "\n".join(lines)


def _sent(store: Store, edition_id: int) -> bytes | None:
    """The edition's mail as its first recipient was to get it; None where it has none."""
    deliveries = store.deliveries.of_edition(edition_id)
    return store.deliveries.body(deliveries[0].id) if deliveries else None


def _write_sent(body: bytes, kind: str) -> None:
    if kind == "eml":
        sys.stdout.buffer.write(body)
        return
    text = email.message_from_bytes(body, policy=email.policy.default).get_body(("plain",))
    click.echo(output.plain_lines(text.get_content() if text is not None else ""), nl=False)


def _write_kept(folder: Path, store: Store, edition: Edition, kind: str) -> None:
    """What the record says the edition told, worded anew."""
    from monitor.actions.parts import UnknownError
    from monitor.notices import exports
    from monitor.notices.content import kept_content
    from monitor.notices.digest_mail import render_text, render_whole_html
    from monitor.notices.templating import style_of
    from monitor.settings import load_settings

    text = store.editions.content(edition.id)
    if not text or kind == "eml":
        why = "was mailed to nobody" if text else "was made by an earlier version, which kept its mails alone"
        raise UnknownError(
            f"edition {edition.id} {why}; of such there is {'text, html, md and csv' if text else 'text and eml'}"
        )
    content = kept_content(text)
    if kind == "csv":
        output.write_csv(exports.rows(content), exports.COLUMNS)
        return
    settings = load_settings(folder, os.environ, parts={"digests"})
    style = style_of(content.language, settings.messages, settings.templates)
    write = {"html": render_whole_html, "md": exports.markdown, "text": render_text}[kind]
    click.echo(output.plain_lines(write(content, style)), nl=False)
