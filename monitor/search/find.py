"""Finding items: the store proposes what may answer, the query itself decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from monitor.model import Item, SourceFacts, Span, Wire
from monitor.rules import Query, compile_query, prepare
from monitor.rules.match import All, Plan
from monitor.search.matchable import matchable
from monitor.search.narrow import Known, has_words, looks_at_texts, narrow
from monitor.store import Store
from monitor.store.finding import Condition, Every
from monitor.store.items import Selection
from monitor.text.furniture import Furniture

FIRST_BATCH, MOST_IN_A_BATCH = 25, 400  # the first answers come soon, the many that may follow cheaply
OUTLINES = 2_000
NO_FURNITURE = Furniture(Wire(), (), "", "")


@dataclass(frozen=True, slots=True)
class Found:
    """An item that answers, with the reasons: hits in its texts, none where only its other fields made it answer."""

    item: Item
    spans: tuple[Span, ...]


def find(
    store: Store,
    query: str,
    lists: Mapping[str, Sequence[str]],
    selection: Selection,
    now: datetime,
    *,
    is_ranked: bool = False,
) -> Iterator[Found]:
    """The selected items that match `query`, newest first by first sight; `is_ranked`: those in which its words stand most
    first (a query without words has no such order and stays newest first). They come as they are found.

    Raises `RuleError` for a query that cannot be read (before the first item), and `StoreError`.
    """
    compiled = compile_query(query, lists, purpose="search")
    if selection.limit == 0:
        return iter(())
    search = Search(store, compiled, now)
    return islice(search.found(selection.conditions(), is_ranked=is_ranked), selection.limit)


@dataclass
class Search:
    """A query over a store, at one instant."""

    store: Store
    query: Query
    now: datetime
    facts: Mapping[str, SourceFacts] = field(init=False)

    def __post_init__(self) -> None:
        self.facts = self.store.sources.facts()

    def found(self, conditions: Iterable[Condition] = (), *, is_ranked: bool = False) -> Iterator[Found]:
        """The items that meet the conditions and match."""
        narrowed = narrow(self.query.plan, Known(self.facts, self.store.items.known_tags, self.now))
        ids = self.store.items.find(Every((narrowed, *conditions)), is_ranked=is_ranked)
        if not has_words(narrowed):
            ids = self._by_outlines(ids)
        size = FIRST_BATCH
        while batch := list(islice(ids, size)):
            items = self.store.items.by_ids(batch)
            for item_id in batch:
                spans = self._spans(items[item_id])
                if spans is not None:
                    yield Found(items[item_id], spans)
            size = min(2 * size, MOST_IN_A_BATCH)

    def _spans(self, item: Item) -> tuple[Span, ...] | None:
        return self.query.matches(prepare(matchable(item, self.facts[item.source_id])), self.now)

    def _by_outlines(self, ids: Iterator[int]) -> Iterator[int]:
        """Those of the ids that no field but the texts excludes: where no words narrow the items down, to read a million texts
        would take minutes."""
        plan = self.query.plan
        parts = [part for part in (plan.parts if isinstance(plan, All) else (plan,)) if not looks_at_texts(part)]
        if not parts:
            yield from ids
            return
        wanted = All(tuple(parts))
        while batch := list(islice(ids, OUTLINES)):
            for outline in self.store.items.outlines(batch):
                if self._holds(wanted, outline):
                    yield outline.id

    def _holds(self, plan: Plan, outline: Item) -> bool:
        text = matchable(outline, self.facts[outline.source_id], NO_FURNITURE)
        return plan.find(prepare(text), self.now) is not None
