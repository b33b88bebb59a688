"""Many queries asked of the same items at once: each text is read and taken apart once, however many queries propose it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from monitor.model import SourceFacts
from monitor.rules import Query, prepare
from monitor.search.find import Search
from monitor.search.matchable import matchable
from monitor.search.narrow import looks_beside_texts
from monitor.store import Store
from monitor.store.finding import Condition

BATCH = 400


def judge(
    store: Store,
    queries: Iterable[Query],
    conditions: Sequence[Condition],
    facts: Mapping[str, SourceFacts],
    now: datetime,
) -> dict[str, set[int]]:
    """The ids of the items that meet the conditions and match, by the queries' texts. Raises `StoreError`."""
    found: dict[str, set[int]] = {}
    proposed: dict[int, list[Query]] = {}
    for query in {query.text: query for query in queries}.values():
        search = Search(store, query, now, facts)
        if looks_beside_texts(query.plan):
            found[query.text] = set(search.ids_beside_texts(conditions))
            continue
        found[query.text] = set()
        for item_id in search.proposed(conditions):
            proposed.setdefault(item_id, []).append(query)
    ids = sorted(proposed)
    for start in range(0, len(ids), BATCH):
        for item in store.items.by_ids(ids[start : start + BATCH]).values():
            text = prepare(matchable(item, facts[item.source_id]))
            for query in proposed[item.id]:
                if query.matches(text, now) is not None:
                    found[query.text].add(item.id)
    return found
