"""`monitor sources`."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli import output
from monitor.cli.access import perform, reading
from monitor.contract import Object, poll_object, source_object


@click.group()
def sources() -> None:
    """Sources: what is polled, how each is doing, and why."""


@sources.command("list")
@click.option("--state", metavar="STATE", help="Only sources in this state (ok, failing, not-a-feed, …).")
@output.JSON
@click.pass_obj
def list_(folder: Path, state: str | None, as_json: bool) -> None:
    """List the configured sources with their states."""
    store = reading(folder)
    try:
        statuses = (status for status in store.sources.statuses() if state is None or status.state == state)
        output.write(map(source_object, statuses), as_json, _line)
    finally:
        store.close()


def _line(source: Object) -> str:
    state = source["state"] if source["enabled"] else "disabled"
    reason = f"  {source['reason']}" if source["reason"] else ""
    return f"{state:<10}  {source['id']:<28} {source['items']:>6} items{reason}"


@sources.command()
@click.argument("source_id", metavar="ID")
@output.JSON
@click.pass_obj
def show(folder: Path, source_id: str, as_json: bool) -> None:
    """Show a source: its state and reason, when it is polled next, and its last polls."""
    from monitor.actions.parts import UnknownError

    store = reading(folder)
    try:
        status = store.sources.status(source_id)
        if status is None:
            raise UnknownError(f"there is no source {source_id!r} in the store; `monitor sources list` shows them")
        value = source_object(status)
        value["polls"] = [poll_object(poll) for poll in store.sources.polls(source_id)]
        output.write_one(value, as_json, _page)
    finally:
        store.close()


def _page(source: Object) -> str:
    facts = {
        "name": source["name"],
        "address": source["url"],
        "moved to": source["moved_to"],
        "state": source["state"] + (f": {source['reason']}" if source["reason"] else ""),
        "last success": source["last_success_at"] or "never",
        "next poll": source["next_fetch_at"],
        "items": source["items"],
    }
    lines = [f"{name + ':':<14}{text}" for name, text in facts.items() if text is not None]
    for poll in source["polls"]:
        what = poll["message"] or f"{poll['gate']}, {poll['cut']} cut, {poll['parsed']} parsed, {poll['new']} new"
        lines.append(f"  {poll['at'][:19].replace('T', ' ')}  {what}")
    return "\n".join(lines)


@sources.command()
@click.argument("source_id", metavar="ID")
@output.JSON
@click.pass_obj
def pause(folder: Path, source_id: str, as_json: bool) -> None:
    """Stop polling a source until it is resumed; its items stay."""
    _set_paused(folder, source_id, as_json, paused=True)


@sources.command()
@click.argument("source_id", metavar="ID")
@output.JSON
@click.pass_obj
def resume(folder: Path, source_id: str, as_json: bool) -> None:
    """Poll a paused source again, now."""
    _set_paused(folder, source_id, as_json, paused=False)


def _set_paused(folder: Path, source_id: str, as_json: bool, *, paused: bool) -> None:
    arguments = {"source_id": source_id, "paused": paused}
    perform(folder, "pause-source", arguments, lambda value: output.write_one(value, as_json, _line))
