"""`monitor digest review`: editions that wait for a person."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli import Subcommands, output
from monitor.cli.access import perform, reading
from monitor.contract import Object


@click.group(cls=Subcommands)
def review() -> None:
    """See editions that are held for review, change them, or let them go before their minute."""


@review.command("list")
@output.JSON
@click.pass_obj
def list_(folder: Path, as_json: bool) -> None:
    """List the held editions with their stories, the next one due first."""
    from monitor.actions.reviewing import review_object
    from monitor.notices.content import kept_content

    store = reading(folder)
    try:
        held = store.editions.held()
        objects = (review_object(edition, kept_content(store.editions.content(edition.id))) for edition in held)
        if output.write(objects, as_json, _page) == 0 and not as_json:
            click.echo("no edition is held for review", err=True)
    finally:
        store.close()


def _page(edition: Object) -> str:
    lines = [f"{edition['id']:>5}  {edition['subject']}", f"       leaves at {_minute(edition['due_at'])}"]
    lines[-1] += f", open until {_minute(edition['closes_at'])}" + (", changed" if edition["reviewed"] else "")
    lines += [f"       Note: {edition['note']}"] if edition["note"] else []
    section = None
    for told in edition["entries"]:
        if told["section"] != section:
            section = told["section"]
            lines += ["", f"       {section}"]
        again = " (further pick-up)" if told["follow_up"] else ""
        lines.append(f"       {told['place']:>3}. {told['title']}{again}  [story {told['story']}]")
        lines += [f"            Note: {told['note']}"] if told["note"] else []
    return "\n".join(lines)


def _minute(moment: str) -> str:
    return f"{moment[:16].replace('T', ' ')} UTC"


@review.command()
@click.argument("edition", type=int)
@click.argument("story", type=int)
@output.JSON
@click.pass_obj
def drop(folder: Path, edition: int, story: int, as_json: bool) -> None:
    """Take STORY out of EDITION (their numbers)."""
    _change(folder, "drop-story", {"edition_id": edition, "story_id": story}, as_json)


@review.command()
@click.argument("edition", type=int)
@click.argument("story", type=int)
@click.argument("place", type=click.IntRange(min=1))
@click.option("--section", metavar="TITLE", default="", help="Move it into this section.")
@output.JSON
@click.pass_obj
def move(folder: Path, edition: int, story: int, place: int, section: str, as_json: bool) -> None:
    """Move STORY of EDITION to PLACE in its section, 1 for the first."""
    arguments = {"edition_id": edition, "story_id": story, "place": place, "section": section}
    _change(folder, "move-story", arguments, as_json)


@review.command()
@click.argument("edition", type=int)
@click.argument("text")
@click.option("--story", type=int, help="Under this story; else at the top of the edition.")
@output.JSON
@click.pass_obj
def note(folder: Path, edition: int, text: str, story: int | None, as_json: bool) -> None:
    """Put the note TEXT on EDITION or one of its stories; an empty TEXT takes it away."""
    _change(folder, "note-edition", {"edition_id": edition, "text": text, "story_id": story}, as_json)


@review.command()
@click.argument("edition", type=int)
@output.JSON
@click.pass_obj
def release(folder: Path, edition: int, as_json: bool) -> None:
    """Let EDITION leave now, as it stands."""

    def line(delivery: Object) -> str:
        return f"{delivery['state']}: {delivery['subject']} to {delivery['recipient']}"

    perform(folder, "release-edition", {"edition_id": edition}, lambda value: output.write_one(value, as_json, line))


def _change(folder: Path, action: str, arguments: dict[str, object], as_json: bool) -> None:
    perform(folder, action, arguments, lambda value: output.write_one(value, as_json, _page))
