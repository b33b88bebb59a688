"""`monitor stories`."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli import Subcommands, output
from monitor.cli.access import reading
from monitor.contract import Object, item_object, story_object


@click.group(cls=Subcommands)
def stories() -> None:
    """Stories: items folded together, since they carry one text."""


@stories.command("list")
@click.option("--since", metavar="WHEN", help="With a copy seen since: a span (36h, 7d) or a date or time (UTC).")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many; no limit unless given.")
@output.JSON
@click.pass_obj
def list_(folder: Path, since: str | None, limit: int | None, as_json: bool) -> None:
    """List stories, the one with the latest copy first."""
    from monitor.clock import now

    store = reading(folder)
    try:
        start = output.parse_since(since, now()) if since else None
        for story in store.stories.recent(start, limit):
            lead = store.items.get(story.lead_id)
            value = story_object(story) | {"title": lead.title if lead else ""}
            output.write_one(value, as_json, _line)
    finally:
        store.close()


def _line(story: Object) -> str:
    copies = f"{len(story['items'])} copies, {story['publishers']} publishers" if len(story["items"]) > 1 else "1 copy"
    return f"{story['id']:>6}  {story['last_seen_at'][:16].replace('T', ' ')}  {copies}  {story['title']}"


@stories.command()
@click.argument("story", type=int)
@output.JSON
@click.pass_obj
def show(folder: Path, story: int, as_json: bool) -> None:
    """Show STORY (its number) with its copies: who carried the text, and how much of it."""
    from monitor.actions.parts import UnknownError

    store = reading(folder)
    try:
        found = store.stories.get(story)
        if found is None:
            raise UnknownError(f"there is no story {story}; `monitor stories list` shows them")
        value = story_object(found)
        copies = store.items.by_ids(found.items)
        value["copies"] = [item_object(copies[item_id]) for item_id in found.items]
        output.write_one(value, as_json, _page)
    finally:
        store.close()


def _page(story: Object) -> str:
    lines = [f"Story {story['id']}: {len(story['items'])} copies by {story['publishers']} publishers", ""]
    for copy in story["copies"]:
        share = "" if copy["share"] is None else f" {copy['share']:.0%}"
        seen = copy["first_seen_at"][:16].replace("T", " ")
        lines.append(f"{copy['id']:>6}  {seen}  {copy['relation']}{share}  {copy['source']}: {copy['title']}")
    return "\n".join(lines)
