"""Finding items: the store proposes what may answer, the query itself decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from monitor.model import Item, Matchable, SourceFacts, Span, Wire
from monitor.rules import Query, QueryWarning, compile_query, lint, lint_plan, prepare
from monitor.rules.match import All, Plan, values_of
from monitor.search.matchable import matchable
from monitor.search.narrow import Known, has_words, looks_at_rows, looks_at_voices, narrow
from monitor.store import Store
from monitor.store.finding import Condition, every
from monitor.store.items import Selection
from monitor.text.folding import fold_text
from monitor.text.furniture import Furniture

FIRST_BATCH, MOST_IN_A_BATCH = 25, 400  # the first answers come soon, the many that may follow cheaply
ROWS = 2_000  # read at a time where no texts are
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


def warnings(store: Store, query: Query) -> list[QueryWarning]:
    """What is no error in a query, but probably no intention either, by place: operators that are words, and sources, publishers
    and tags that no item has."""
    facts = store.sources.facts().values() if {"source", "publisher"}.intersection(values_of(query.plan)) else ()
    known = {
        "source": {fold_text(one.id) for one in facts},
        "publisher": {fold_text(one.publisher) for one in facts},
        "tag": set(map(fold_text, store.items.known_tags())),
    }
    found = [*lint(query.text), *lint_plan(query.plan, known)]
    return sorted(found, key=lambda warning: warning.position)


@dataclass
class Search:
    """A query over a store, at one instant."""

    store: Store
    query: Query
    now: datetime
    facts: Mapping[str, SourceFacts] = field(default_factory=dict)  # read where they are not given

    def __post_init__(self) -> None:
        self.facts = self.facts or self.store.sources.facts()

    def proposed(self, conditions: Iterable[Condition] = (), *, is_ranked: bool = False) -> Iterator[int]:
        """The ids of the items that meet the conditions and may match, as far as can be said without their texts."""
        narrowed = narrow(self.query.plan, Known(self.facts, self.store.items.known_tags, self.now))
        ids = self.store.items.find(every([narrowed, *conditions]), is_ranked=is_ranked)
        return ids if has_words(narrowed) else self._by_rows(ids)

    def found(self, conditions: Iterable[Condition] = (), *, is_ranked: bool = False) -> Iterator[Found]:
        """The items that meet the conditions and match."""
        ids = self.proposed(conditions, is_ranked=is_ranked)
        size = FIRST_BATCH
        while batch := list(islice(ids, size)):
            items = self.store.items.by_ids(batch)
            for item_id in batch:
                spans = self._spans(items[item_id])
                if spans is not None:
                    yield Found(items[item_id], spans)
            size = min(2 * size, MOST_IN_A_BATCH)

    def ids_beside_texts(self, conditions: Iterable[Condition] = ()) -> Iterator[int]:
        """The ids of the items that meet the conditions and match, newest first, of a query that no text decides
        (`narrow.looks_beside_texts`)."""
        narrowed = narrow(self.query.plan, Known(self.facts, self.store.items.known_tags, self.now))
        ids = self.store.items.find(every([narrowed, *conditions]))
        if looks_at_voices(self.query.plan):
            yield from self._by_voices(self.query.plan, ids)
        else:
            yield from self._by_outlines(self.query.plan, ids, has_tags=not looks_at_rows(self.query.plan))

    def _spans(self, item: Item) -> tuple[Span, ...] | None:
        return self.query.matches(prepare(matchable(item, self.facts[item.source_id])), self.now)

    def _by_rows(self, ids: Iterator[int]) -> Iterator[int]:
        """Those of the ids that no field but the texts excludes: where no words narrow the items down, to read a million texts
        would take minutes."""
        parts = self.query.plan.parts if isinstance(self.query.plan, All) else (self.query.plan,)
        by_voice = tuple(part for part in parts if looks_at_voices(part))
        by_row = tuple(part for part in parts if looks_at_rows(part) and part not in by_voice)
        if by_voice:
            ids = self._by_voices(All(by_voice), ids)
        return self._by_outlines(All(by_row), ids) if by_row else ids

    def _by_voices(self, plan: Plan, ids: Iterator[int]) -> Iterator[int]:
        """By what few values there are of: each combination is judged once."""
        judged: dict[tuple[str, str, str], bool] = {}
        while batch := list(islice(ids, ROWS)):
            for item_id, *values in self.store.items.voices(batch):
                source_id, publisher, language = voice = tuple(values)
                if voice not in judged:
                    facts = self.facts[source_id]
                    text = Matchable(
                        *("", ""),
                        source=source_id,
                        publisher=publisher,
                        kind=facts.kind,
                        lang=language or facts.language,
                        country=facts.country,
                    )
                    judged[voice] = plan.find(prepare(text), self.now) is not None
                if judged[voice]:
                    yield item_id

    def _by_outlines(self, plan: Plan, ids: Iterator[int], *, has_tags: bool = False) -> Iterator[int]:
        while batch := list(islice(ids, ROWS)):
            for outline in self.store.items.outlines(batch, has_tags=has_tags):
                text = matchable(outline, self.facts[outline.source_id], NO_FURNITURE)
                if plan.find(prepare(text), self.now) is not None:
                    yield outline.id
