"""What a rule would have caught of what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, takewhile

from monitor.model import Item
from monitor.rules import Prepared
from monitor.rules.lint import Leaf, QueryWarning, leaves, lint_frequency
from monitor.rules.match import Case, Plan
from monitor.rules.ruleset import CompiledRule
from monitor.search.narrow import Known, narrow, narrow_rule
from monitor.search.tryout import text_of_item
from monitor.store import Store
from monitor.store.finding import ANYTHING, SeenSince, every

LINTED = timedelta(days=30)
BATCH = 400
SHOWN_MOST = 20  # ids and terms; the counts are whole


@dataclass(frozen=True, slots=True)
class Day:
    """A day (UTC, by first sight), the items caught, and how many stories they make."""

    on: date
    items: int
    stories: int


@dataclass(frozen=True, slots=True)
class TermCount:
    """A word or phrase of the rule, and in how many of the caught items it stands."""

    text: str
    items: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a rule caught among `looked_at` items: `days` from the first to the last of the time asked for, the empty ones too.

    `added` and `lost` count the items that match now and bear no match of the rule, and the other way round; the newest of them
    are named. `terms` stand with the noisiest first. `warnings` are those of too frequent words.
    """

    looked_at: int
    items: int
    stories: int
    days: tuple[Day, ...]
    added: int
    lost: int
    added_ids: tuple[int, ...]
    lost_ids: tuple[int, ...]
    terms: tuple[TermCount, ...]
    warnings: tuple[QueryWarning, ...]


def backtest(store: Store, compiled: CompiledRule, since: datetime, now: datetime) -> Backtest:
    """Try a rule on the items first seen since `since`, as if they came now; the difference is to the matches stored with
    them under the rule's id. Raises `StoreError`."""
    trial = _Trial(store, compiled, since, now)
    caught = trial.run()
    bore = list(takewhile(trial.is_in_time, store.items.matched_by(compiled.rule.id, store.items.last_id())))
    had, has = set(bore), set(caught)
    added = [item_id for item_id in caught if item_id not in had]
    lost = [item_id for item_id in bore if item_id not in has]
    return Backtest(
        looked_at=store.items.count_found(SeenSince(since)),
        items=len(caught),
        stories=len(trial.stories),
        days=tuple(trial.days()),
        added=len(added),
        lost=len(lost),
        added_ids=tuple(added[:SHOWN_MOST]),
        lost_ids=tuple(lost[:SHOWN_MOST]),
        terms=tuple(TermCount(text, count) for text, count in trial.terms.most_common(SHOWN_MOST)),
        warnings=tuple(frequent_words(store, compiled, now)),
    )


def frequent_words(store: Store, compiled: CompiledRule, now: datetime) -> list[QueryWarning]:
    """Warnings of the rule's words that stand in more than a twentieth of the items of the last 30 days, by the word index: what
    stands in datelines and labels counts too."""
    count = store.items.count_found(SeenSince(now - LINTED))
    warnings = []
    for text, plan in _texts(compiled):
        counts = [(leaf, _count(store, leaf, now - LINTED)) for leaf in leaves(plan)]
        warnings += lint_frequency(text, counts, count)
    return warnings


def _count(store: Store, leaf: Leaf, since: datetime) -> int:
    """In how many items a word may stand; 0 for one that the index does not hold."""
    condition = narrow(leaf.plan, Known({}, None, since))
    return 0 if condition == ANYTHING else store.items.count_found(every([condition, SeenSince(since)]))


def _texts(compiled: CompiledRule) -> Iterator[tuple[str, Plan]]:
    """The rule's query and its weighted terms, with what they were written as."""
    if compiled.rule.query:
        yield compiled.rule.query, compiled.any_of[0]
    for (text, weight), term in zip(compiled.rule.terms, compiled.weighted, strict=True):
        if weight > 0:
            yield text, term.plan


def leaf_text(text: str, leaf: Leaf) -> str:
    """A word or phrase as it was written in `text`; of a list, and where there is no text, as it is compared."""
    written = text[leaf.start : leaf.end]
    if written and not written.startswith("@"):
        return written
    term = leaf.plan.term if isinstance(leaf.plan, Case) else leaf.plan
    return " ".join(part.text + ("*" if part.is_stem else "") for part in term.parts)


class _Trial:
    """One run of a rule over what is stored."""

    def __init__(self, store: Store, compiled: CompiledRule, since: datetime, now: datetime) -> None:
        self.store, self.compiled, self.since, self.now = store, compiled, since, now
        self._first_id = store.items.first_id_since(since)
        self.stories: set[int] = set()
        self.terms: Counter[str] = Counter()
        self._items_by_day: Counter[date] = Counter()
        self._stories_by_day: dict[date, set[int]] = {}
        self._leaves = [
            (leaf_text(text, leaf), leaf)
            for text, plan in (
                *_texts(compiled),
                *(("", plan) for plan in compiled.any_of[bool(compiled.rule.query) :]),
            )
            for leaf in leaves(plan)
        ]

    def run(self) -> list[int]:
        """The ids of the caught items, newest first."""
        facts = self.store.sources.facts()
        condition = every([narrow_rule(self.compiled, Known(facts, None, self.now)), SeenSince(self.since)])
        ids, caught = self.store.items.find(condition), []
        while batch := list(islice(ids, BATCH)):
            items = self.store.items.by_ids(batch)
            for item_id in batch:
                item = items[item_id]
                of = facts[item.source_id]
                text = text_of_item(item, of)
                match = self.compiled.match(text)
                if match is not None:
                    caught.append(item_id)
                    self._note(item, text)
        return caught

    def _note(self, item: Item, text: Prepared) -> None:
        on = item.first_seen_at.date()
        self.stories.add(item.story_id)
        self._items_by_day[on] += 1
        self._stories_by_day.setdefault(on, set()).add(item.story_id)
        self.terms.update({shown for shown, leaf in self._leaves if leaf.plan.find(text, None)})

    def is_in_time(self, item_id: int) -> bool:
        return item_id >= self._first_id

    def days(self) -> Iterator[Day]:
        on = self.since.date()
        while on <= self.now.date():
            yield Day(on, self._items_by_day[on], len(self._stories_by_day.get(on, ())))
            on += timedelta(days=1)
