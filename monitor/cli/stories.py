"""`monitor stories`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from monitor.cli import Subcommands, output
from monitor.cli.access import perform, reading
from monitor.contract import Object, copy_object, story_object

if TYPE_CHECKING:
    from monitor.store import Store


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
    """Show STORY (its number) with its copies, the lead first, then by time: who carried the text, and how much of it."""
    from monitor.actions.parts import UnknownError

    store = reading(folder)
    try:
        found = store.stories.get(story)
        if found is None:
            raise UnknownError(f"there is no story {story}; `monitor stories list` shows them")
        items = store.items.by_ids(found.items)
        folds, lead = store.stories.folds(story), items[found.lead_id]
        value = story_object(found)
        copies = [copy_object(items[item_id], lead, folds.get(item_id)) for item_id in found.items]
        value["copies"] = sorted(copies, key=lambda copy: (copy["delay_s"] is not None, copy["delay_s"] or 0.0))
        value["parts_in"] = [
            {"item": item_id, "share": share, "reason": reason}
            for item_id, share, reason in store.stories.holders_of(story)
        ]
        value["also_on_this"] = _also_on_this(store, story)
        output.write_one(value, as_json, _page)
    finally:
        store.close()


def _also_on_this(store: Store, story_id: int) -> list[Object]:
    """The stories of the same event in other words: number, title of the lead, and what agrees."""
    links = store.events.related_to(story_id)
    stories = store.stories.by_ids(other for other, _ in links)
    leads = store.items.by_ids(other.lead_id for other in stories.values())
    return [{"story": other, "title": leads[stories[other].lead_id].title, "reason": reason} for other, reason in links]


def _page(story: Object) -> str:
    copies = _counted(len(story["items"]), "copy", "copies")
    lines = [f"Story {story['id']}: {copies} by {_counted(story['publishers'], 'publisher', 'publishers')}", ""]
    for copy in story["copies"]:
        lines += _copy_lines(copy)
    if story["parts_in"]:
        lines += ["", "Other stories' items that hold text of this one:"]
        lines += [f"{one['item']:>6}  {_share(one['share'])}  {one['reason']}" for one in story["parts_in"]]
    if story["also_on_this"]:
        lines += ["", "Also on this, in other words:"]
        lines += [f"{one['story']:>6}  {one['title']}  ({one['reason']})" for one in story["also_on_this"]]
    return "\n".join(lines)


def _copy_lines(copy: Object) -> list[str]:
    seen = copy["first_seen_at"][:16].replace("T", " ")
    lines = [f"{copy['id']:>6}  {seen}  {copy['relation']}{_share(copy['share'])}  {copy['source']}: {copy['title']}"]
    printed = [copy["wire"][part] for part in ("label", "place", "dated", "agency", "edit") if copy["wire"][part]]
    told = [_delay(copy["delay_s"]), copy["reason"], f"printed as {', '.join(printed)}" if printed else ""]
    if any(told):
        lines.append(f"{'':8}{'; '.join(filter(None, told))}")
    return lines


def _share(share: float | None) -> str:
    return "" if share is None else f" {share:.0%}"


def _delay(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes = round(abs(seconds) / 60)
    span = (
        f"{minutes // 1440} d {minutes % 1440 // 60} h"
        if minutes >= 1440
        else f"{minutes // 60} h {minutes % 60:02} min"
    )
    return f"{span} {'after' if seconds >= 0 else 'before'} the lead"


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


@stories.command()
@click.argument("story", type=int)
@click.argument("items", type=int, nargs=-1, required=True, metavar="ITEM…")
@output.JSON
@click.pass_obj
def split(folder: Path, story: int, items: tuple[int, ...], as_json: bool) -> None:
    """Take ITEMs that do not belong to STORY out of it, into a story of their own.

    It is remembered: they and what stays are not brought together again.
    """
    perform(
        folder,
        "split-story",
        {"story_id": story, "items": list(items)},
        lambda one: output.write_one(one, as_json, _arranged),
    )


@stories.command()
@click.argument("stories", type=int, nargs=-1, required=True, metavar="STORY STORY…")
@output.JSON
@click.pass_obj
def merge(folder: Path, stories: tuple[int, ...], as_json: bool) -> None:
    """Bring all items of several stories into the first one named.

    It is remembered: no edit and no later copy takes them apart again.
    """
    perform(
        folder, "merge-stories", {"story_ids": list(stories)}, lambda one: output.write_one(one, as_json, _arranged)
    )


def _arranged(story: Object) -> str:
    return f"story {story['id']}: {', '.join(f'item {item}' for item in story['items'])}, led by item {story['lead']}"


@stories.command()
@click.argument("story", type=int)
@click.option("--url", metavar="U", help="Where it can be read; without a text or note its page is fetched.")
@click.option("--text-file", type=click.File("rb"), metavar="F", help="Its text, in UTF-8; - for standard input.")
@click.option("--note", metavar="N", help="What there is to say of it, where there is no text.")
@click.option("--title", default="", metavar="T", help="Else the page's, or the text's first line.")
@output.JSON
@click.pass_obj
def clip(folder: Path, /, story: int, as_json: bool, **given: Any) -> None:
    """Add to STORY what no source brings: a page (--url), a text (--text-file) or a note (--note).

    Of a page the text, title and date are taken; what cannot be fetched is added by its text or a note, with its --url.

    An article that is stored already is itself put into the story.
    """
    url, text_file, note = given["url"], given["text_file"], given["note"]
    if text_file is not None and note is not None:
        raise click.UsageError("give a text or a note, not both")
    text = text_file.read().decode("utf-8", "replace") if text_file is not None else note or ""
    if not url and not text.strip():
        raise click.UsageError("give --url, --text-file or --note")
    if url is not None and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
        raise click.UsageError(f"{url!r} is no address of the web; write https://…")
    arguments = {"story_id": story, "title": given["title"], "text": text, "url": url}
    perform(folder, "clip-story", arguments, lambda value: output.write_one(value, as_json, _clipped))


def _clipped(item: Object) -> str:
    return f"{'added' if item['is_new'] else 'there already'}: item {item['id']}, {item['title']}; in story {item['story']}"
