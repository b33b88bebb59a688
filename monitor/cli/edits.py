"""`monitor edits`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli import output
from monitor.contract import Object, diff_list, edit_match_object, when

if TYPE_CHECKING:
    from monitor.reports.edits import Edit

CONTEXT = 60  # characters of unchanged text shown on either side of a change


@click.command()
@click.option("--source", metavar="ID", help="Of this source's items only.")
@click.option("--since", metavar="WHEN", help="Seen since: a span (36h, 7d) or a date or time (UTC).")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many; no limit unless given.")
@output.JSON
@click.pass_obj
def edits(folder: Path, source: str | None, since: str | None, limit: int | None, as_json: bool) -> None:
    """List what sources changed in texts they had published, newest first: a word diff, [-gone-] and {+new+}."""
    from monitor.cli.access import reading
    from monitor.clock import now
    from monitor.reports.edits import edits as found

    store = reading(folder)
    try:
        start = output.parse_since(since, now()) if since else None
        if output.write(map(_object, found(store, source, start, limit)), as_json, _page) == 0 and not as_json:
            click.echo("nothing was edited", err=True)
    finally:
        store.close()


def _object(edit: Edit) -> Object:
    item = edit.item
    return {
        "item": item.id,
        "source": item.source_id,
        "title": item.title,
        "url": item.url,
        "version": edit.version,
        "edited_at": when(edit.at),
        "title_diff": diff_list(edit.title_diff),
        "diff": diff_list(edit.text_diff),
        "rules": list(map(edit_match_object, edit.matches)),
    }


def _page(edit: Object) -> str:
    seen = edit["edited_at"][:16].replace("T", " ")
    lines = [f"{edit['item']:>6}  {seen}  {edit['source']}: {edit['title']} (version {edit['version']})"]
    lines += [f"{'':8}title: {_told(edit['title_diff'])}"] if edit["title_diff"] else []
    lines += [f"{'':8}{_told(edit['diff'])}"] if edit["diff"] else []
    if not edit["title_diff"] and not edit["diff"]:
        lines.append(f"{'':8}(signs and spaces only)")
    lines += [f"{'':8}rule {match['rule']}: {matched(match)}" for match in edit["rules"]]
    return "\n".join(lines)


def matched(match: Object) -> str:
    """What an edit brought and took of what a rule asks for."""
    parts = [
        f"{told}: {', '.join(dict.fromkeys(span[3] for span in match[key]))}"
        for key, told in (("appeared", "appeared"), ("gone", "gone"))
        if match[key]
    ]
    return "; ".join(parts) or "matches by its fields, or no more"


def _told(diff: list[list[str]]) -> str:
    """The changes on one line, of what stayed only the nearest words."""
    pieces = []
    for place, (op, text) in enumerate(diff):
        if op == "=":
            pieces.append(_near(text, is_first=place == 0, is_last=place == len(diff) - 1))
        else:
            pieces.append(output.coloured(f"[-{text}-]" if op == "-" else f"{{+{text}+}}", is_new=op == "+"))
    return " ".join(pieces)


def _near(text: str, *, is_first: bool, is_last: bool) -> str:
    head, tail = (
        text[:CONTEXT].rpartition(" ")[0] or text[:CONTEXT],
        text[-CONTEXT:].partition(" ")[2] or text[-CONTEXT:],
    )
    if is_first:
        return text if len(text) <= CONTEXT else f"… {tail}"
    if is_last:
        return text if len(text) <= CONTEXT else f"{head} …"
    return text if len(text) <= 2 * CONTEXT else f"{head} … {tail}"
