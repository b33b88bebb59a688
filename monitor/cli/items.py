"""`monitor items`, `monitor show` and `monitor search`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli import output
from monitor.cli.edits import matched
from monitor.contract import Object, edit_match_object, item_object, match_object, span_list, version_object

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.search.find import Found
    from monitor.store import Store
    from monitor.store.items import Selection

COLUMNS = (
    "id",
    "source",
    "publisher",
    "title",
    "url",
    "author",
    "language",
    "published_at",
    "first_seen_at",
    "version",
    "tags",
    "story",
    "relation",
    "share",
    "text",
)


def _listing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every list of items takes."""
    for option in (
        click.option("--limit", type=click.IntRange(min=0), help="At most so many; no limit unless given."),
        click.option("--since", metavar="WHEN", help="First seen since: a span (36h, 7d) or a date or time (UTC)."),
        click.option("--tag", metavar="T", help="Only items with this tag."),
        click.option("--source", metavar="ID", help="Only items that this source carried."),
        click.option("--csv", "as_csv", is_flag=True, help="CSV with a heading."),
        click.option(
            "--format", "kind", type=click.Choice(["html", "md"]), help="A page to read or print, or Markdown."
        ),
        output.JSON,
    ):
        command = option(command)
    return command


def _selection(source: str | None, tag: str | None, since: str | None, limit: int | None) -> Selection:
    from monitor.store.items import Selection

    return Selection(source, tag, _instant(since), limit)


def _instant(since: str | None) -> datetime | None:
    if not since:
        return None
    from monitor.clock import now

    return output.parse_since(since, now())


@click.command()
@_listing
@click.pass_obj
def items(folder: Path, /, as_json: bool, as_csv: bool, kind: str | None, **wanted: Any) -> None:
    """List stored items, newest first by first sight."""
    from monitor.cli.access import reading

    selection = _selection(**wanted)
    store = reading(folder)
    try:
        _check_known(store, selection)
        selected = store.items.select(selection)
        if kind is None:
            _print(map(item_object, selected), as_json, as_csv)
            return
        from monitor.search.find import Found

        _export(folder, store, "Items", (Found(item, ()) for item in selected), kind)
    finally:
        store.close()


class _QueryCommand(click.Command):
    """A command whose query may begin with a minus: what is none of its options is the query."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = {name: option for option in self.get_params(ctx) for name in option.opts if name.startswith("-")}
        takes_value = False
        for place, arg in enumerate(args):
            if arg == "--":
                break
            is_option = arg.partition("=")[0] in options or (arg.startswith("--") and " " not in arg)
            if arg.startswith("-") and not is_option and not takes_value:
                args = [*args[:place], *args[place + 1 :], "--", arg]
                break
            takes_value = not takes_value and arg in options and not getattr(options[arg], "is_flag", True)
        return super().parse_args(ctx, args)


@click.command(cls=_QueryCommand)
@click.argument("query")
@click.option(
    "--ranked", is_flag=True, help="Best first: those in which the query's words stand most; else newest first."
)
@_listing
@click.pass_obj
def search(
    folder: Path, /, query: str, ranked: bool, as_json: bool, as_csv: bool, kind: str | None, **wanted: Any
) -> None:
    """Find items by QUERY, in the language of the rules, newest first.

    For example: monitor search 'title:(karabakh NEAR/5 talks) AND within:7d'
    """
    from monitor.cli.access import reading
    from monitor.clock import now
    from monitor.errors import RuleError
    from monitor.rules import compile_query
    from monitor.search.find import find, warnings
    from monitor.settings import load_settings

    selection = _selection(**wanted)
    lists = load_settings(folder, os.environ, parts={"rules"}).lists if "@" in query else {}
    store = reading(folder)
    try:
        for warning in warnings(store, compile_query(query, lists, purpose="search")):
            output.warn_of_query(query, warning)
        _check_known(store, selection)
        found = find(store, query, lists, selection, now(), is_ranked=ranked)
        if kind is None:
            _print(map(_found_object, found), as_json, as_csv)
        else:
            _export(folder, store, query, found, kind)
    except RuleError as error:
        output.refuse_query(error, as_json=as_json)
    finally:
        store.close()


def _export(folder: Path, store: Store, title: str, found: Iterable[Found], kind: str) -> None:
    """The items as a page or as Markdown, with no more of each text than its source allows."""
    from monitor.clock import now
    from monitor.notices.exports import listing_html, markdown
    from monitor.reports.listing import listing
    from monitor.settings import load_settings

    sources = load_settings(folder, os.environ, parts={"sources"}).sources
    excerpts = {source.id: source.excerpt for source in sources if source.excerpt is not None}
    content = listing(title, found, store.sources.facts(), excerpts, now())
    text = listing_html(content) if kind == "html" else markdown(content, is_edition=False)
    click.echo(output.plain_lines(text), nl=False)


def _check_known(store: Store, selection: Selection) -> None:
    """Say where no item can be found because nothing has such a source or tag."""
    if selection.source_id is not None and not store.sources.facts_of([selection.source_id]):
        click.echo(f"there is no source {selection.source_id!r}; `monitor sources list` shows them", err=True)
    if selection.tag is not None and selection.tag not in store.items.known_tags():
        click.echo(f"no item has the tag {selection.tag!r}", err=True)


def _found_object(found: Found) -> Object:
    """An item with the hits in its texts, and the stretches of text around them: `marks` count code points of `text`."""
    from monitor.search.snippets import snippets

    item = found.item
    return item_object(item) | {
        "spans": span_list(found.spans),
        "snippets": [
            {"field": snippet.field, "text": snippet.text, "marks": [list(mark) for mark in snippet.marks]}
            for snippet in snippets(item.title, item.text, found.spans)
        ],
    }


def _print(objects: Iterator[Object], as_json: bool, as_csv: bool) -> None:
    if as_csv:
        output.write_csv(objects, COLUMNS)
    elif output.write(objects, as_json, _line) == 0 and not as_json:
        click.echo("nothing found", err=True)


def _line(item: Object) -> str:
    """An item on one line, with those below that show why it was found; its hits are marked."""
    tags = f"  [{' '.join(item['tags'])}]" if item["tags"] else ""
    found = item.get("snippets", [])
    marks: list[list[int]] = next((snippet["marks"] for snippet in found if snippet["field"] == "title"), [])
    title = output.marked(item["title"], marks)
    head = f"{item['id']:>6}  {item['first_seen_at'][:16].replace('T', ' ')}  {item['source']}: {title}{tags}"
    below = [output.marked(snippet["text"], snippet["marks"]) for snippet in found if snippet["field"] != "title"]
    return "\n".join([head, *(f"{'':8}{text}" for text in below)])


@click.command()
@click.argument("item", type=int)
@output.JSON
@click.pass_obj
def show(folder: Path, item: int, as_json: bool) -> None:
    """Show ITEM (its number) whole: text, tags, why its rules matched, earlier versions."""
    from monitor.actions.parts import UnknownError
    from monitor.cli.access import reading

    store = reading(folder)
    try:
        found = store.items.get(item)
        if found is None:
            raise UnknownError(f"there is no item {item}; `monitor items` lists them")
        value = item_object(found)
        value["matches"] = list(map(match_object, store.items.matches(item)))
        value["versions"] = list(map(version_object, store.items.versions(item)))
        value["edits"] = list(map(edit_match_object, store.edits.matches(item)))
        output.write_one(value, as_json, _page)
    finally:
        store.close()


def _page(item: Object) -> str:
    """An item as a page of text: what it is, what it says, why it was tagged."""
    wire = ", ".join(f"{name} {text!r}" for name, text in item["wire"].items() if text)
    share = "" if item["share"] is None else f", {item['share']:.0%} of the lead's text"
    facts = {
        "address": item["url"],
        "carried by": ", ".join(item["sources"]),
        "published": item["published_at"]
        or (f"unknown ({item['published_claim']})" if item["published_claim"] else "unknown"),
        "first seen": item["first_seen_at"],
        "story": f"{item['story']} ({item['relation']}{share})",
        "tags": ", ".join(item["tags"]),
        "furniture": wire,
        "version": f"{item['version']} (earlier: {len(item['versions'])})" if item["versions"] else "",
    }
    lines = [item["title"], ""]
    lines += [f"{name + ':':<12} {text}" for name, text in facts.items() if text]
    lines += [f"{'rule ' + m['rule'] + ':'} {_hits(m['spans'])}" for m in item["matches"]]
    lines += [f"rule {m['rule']}, by the edit to version {m['version']}: {matched(m)}" for m in item["edits"]]
    return "\n".join([*lines, "", item["text"]])


def _hits(spans: list[list[Any]]) -> str:
    return "; ".join(f"{text!r} in {field} at {start}" for field, start, _end, text in spans) or "by its fields"
