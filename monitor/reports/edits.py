"""What sources changed in texts that they had published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from monitor.model import EditMatch, Item, Piece
from monitor.reports.differences import diff_texts
from monitor.reports.passages import Passages
from monitor.store import Store
from monitor.store.edits import StoredEdit
from monitor.text.reading import read


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of an item: its `version` from then on, and the word diffs of title and text, empty where they read as before.
    `matches` are the rules that watch edits and were set off."""

    item: Item
    version: int
    at: datetime
    title_diff: tuple[Piece, ...]
    text_diff: tuple[Piece, ...]
    matches: tuple[EditMatch, ...]


def edits(
    store: Store, source_id: str | None = None, since: datetime | None = None, limit: int | None = None
) -> Iterator[Edit]:
    """The edits of a source's items, or of all, newest first; none where nothing was edited."""
    for stored in islice(store.edits.list(source_id, since), limit):
        item = store.items.get(stored.item_id)
        if item is not None:
            matches = [match for match in store.edits.matches(item.id) if match.version == stored.version]
            yield Edit(item, stored.version, stored.at, *_diffs(stored), tuple(matches))


def _diffs(stored: StoredEdit) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The diffs of title and text: all words, furniture too, since a changed dateline or credit is an edit."""
    before, after = read(*stored.former), read(*stored.later)
    titles = Passages(stored.former[0], before.title), Passages(stored.later[0], after.title)
    texts = Passages(stored.former[1], before.body), Passages(stored.later[1], after.body)
    return diff_texts(*titles), diff_texts(*texts)
