"""`monitor status`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from monitor.cli import output
from monitor.cli.access import reading
from monitor.contract import Object, source_object, when


@click.command()
@output.JSON
@click.pass_obj
def status(folder: Path, as_json: bool) -> None:
    """How things stand: sources by state, items, queue, next editions, and the sources that ail."""
    from monitor.clock import now
    from monitor.settings import load_settings
    from monitor.upkeep.standing import standing

    digests = load_settings(folder, os.environ, parts={"digests"}).digests
    store = reading(folder)
    try:
        found = standing(store, digests, now())
    finally:
        store.close()
    value: Object = {
        "sources": {state.value: count for state, count in found.sources.items()},
        "items": found.item_count,
        "stories": found.story_count,
        "last_polled_at": when(found.last_polled_at),
        "deliveries": {state.value: count for state, count in found.deliveries.items()},
        "next_editions": [
            {"digest": e.digest_id, "title": e.title, "due_at": when(e.due_at)} for e in found.next_editions
        ],
        "ailing": [source_object(source) for source in found.ailing],
    }
    output.write_one(value, as_json, _page)


def _page(value: Object) -> str:
    counted = ", ".join(f"{count} {state}" for state, count in sorted(value["sources"].items())) or "none"
    queue = ", ".join(f"{count} {state}" for state, count in sorted(value["deliveries"].items())) or "empty"
    lines = [
        f"sources:      {counted}",
        f"items:        {value['items']} in {value['stories']} stories",
        f"last poll:    {value['last_polled_at'] or 'never'}",
        f"deliveries:   {queue}",
        *(f"next edition: {edition['due_at']}  {edition['title']}" for edition in value["next_editions"]),
        *(f"ailing:       {source['id']}: {source['state']}: {source['reason']}" for source in value["ailing"]),
    ]
    return "\n".join(lines)
