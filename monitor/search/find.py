"""Finding items: the word index narrows them down, the query itself decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from monitor.model import Item
from monitor.rules import Query, compile_query, fts_terms, prepare
from monitor.search.matchable import matchable
from monitor.store import Store
from monitor.store.items import Selection

BATCH = 200


def find(
    store: Store, query: str, lists: Mapping[str, Sequence[str]], selection: Selection, now: datetime
) -> Iterator[Item]:
    """The selected items that match `query`, newest first by first sight.

    Raises `RuleError` for a query that cannot be read (before the first item), and `StoreError`.
    """
    compiled = compile_query(query, lists, purpose="search")
    found = _matching(store, compiled, replace(selection, limit=None), now)
    return islice(found, selection.limit)


def _matching(store: Store, query: Query, selection: Selection, now: datetime) -> Iterator[Item]:
    """Ids follow first sight, so the index's newest id comes first; a batch is read and judged at a time."""
    ids = store.items.search(fts_terms(query), selection)
    facts = store.sources.facts()
    while batch := list(islice(ids, BATCH)):
        items = store.items.by_ids(batch)
        for item_id in batch:
            item = items[item_id]
            if query.matches(prepare(matchable(item, facts[item.source_id])), now) is not None:
                yield item
