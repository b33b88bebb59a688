"""Tagging what is stored by rules that came later: batch by batch, newest first, going on wherever it was broken off.

How far each rule has come is kept in the store, and moves in the transaction that writes a batch. A batch is judged and written
in one go, so that no poll comes between, and is small, so that polls and pages come soon after.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import merge
from itertools import islice

from monitor.actions.parts import Parts, UnknownError
from monitor.configuration import Configuration
from monitor.contract import Object
from monitor.errors import ConfigError, Problem
from monitor.model import Item, Match, SourceFacts
from monitor.rules import RuleSet
from monitor.rules.versions import fingerprint
from monitor.search.narrow import Known, narrow_rule
from monitor.search.tryout import text_of_item
from monitor.store import Store, open_store
from monitor.store.finding import ANYTHING, Condition, UpTo, either, every
from monitor.store.items import SPANS_KEPT
from monitor.store.rules import Pending

BATCH = 25  # items judged and written at once: some tens of milliseconds at most
AHEAD = 5_000  # ids looked up at a time
ASKED_FOR_MOST = 50  # rules whose words are asked of the index; with more, every item is read
TOLD_EVERY = 0.01  # of the way


def note_rules(store: Store, configuration: Configuration, now: datetime) -> None:
    """Record which rules are in force from now on, so that what is stored already can be tagged by those that are new."""
    settings = configuration.settings
    marks = {rule.id: fingerprint(rule, settings.lists) for rule in settings.rules}
    with store.transaction():
        store.rules.note(marks, now)


async def apply_rules(parts: Parts, ids: Sequence[str] = ()) -> AsyncGenerator[Object, None]:
    """Tag the backlog by the rules that were added, changed or taken out since; those named in `ids` in any case, from the start
    where they were through. A daemon takes the files over first. Objects as of `apply_pending`.

    Raises `UnknownError` for a rule that is not configured, and `ConfigError` where the files cannot be taken over.
    """
    if parts.reload is not None and (problems := await parts.reload()):
        raise ConfigError([Problem("configuration", 0, "", problem) for problem in problems])
    known = {rule.id for rule in parts.configuration.settings.rules}
    if unknown := [rule_id for rule_id in ids if rule_id not in known]:
        raise UnknownError(f"there is no rule {unknown[0]!r} in rules.toml; `monitor rules list` shows them")
    under_way = {pending.rule_id for pending in parts.store.rules.pending()}
    if anew := [rule_id for rule_id in ids if rule_id not in under_way]:
        with parts.store.transaction():
            parts.store.rules.begin_anew(anew)
    async for value in apply_pending(parts, ids):
        yield value


async def apply_pending(
    parts: Parts, ids: Sequence[str] = (), is_over: Callable[[], bool] = lambda: False
) -> AsyncGenerator[Object, None]:
    """Tag the backlog by the pending rules, or by those of `ids`, until none is left or `is_over` says so.

    An object now and then, and one at the end: `state` is under way, done or broken off; `rules` (ids); `share` of the way; and,
    so far, `looked_at`, `added` and `lost`: items judged, matches made and taken away.
    """
    progress, stretch = _Progress(), _Stretch()
    async with parts.applying:
        while (group := _behind(parts.store, ids)) and not is_over():
            if not stretch.serves(group):
                stretch = await asyncio.to_thread(_look_ahead, parts, group)
                continue  # the rules may be others by now
            _apply_batch(parts, group, stretch, progress)
            if progress.is_worth_telling():
                yield progress.told("under way")
            await asyncio.sleep(0)
        is_done = not _behind(parts.store, ids)
    yield progress.told("done" if is_done else "broken off")


def _behind(store: Store, ids: Sequence[str]) -> list[Pending]:
    """Those of the pending rules, or of `ids` among them, that have come least far: they go on together."""
    pending = [rule for rule in store.rules.pending() if not ids or rule.rule_id in ids]
    highest = max((rule.left_upto for rule in pending), default=0)
    return [rule for rule in pending if rule.left_upto == highest]


@dataclass(slots=True)
class _Progress:
    """What was done so far, over all rules that took part."""

    rules: set[str] = field(default_factory=set)
    share: float = 0.0
    looked_at: int = 0
    added: int = 0
    lost: int = 0
    told_share: float = 0.0

    def is_worth_telling(self) -> bool:
        return abs(self.share - self.told_share) >= TOLD_EVERY

    def told(self, state: str) -> Object:
        self.told_share = self.share
        share = 1.0 if state == "done" else round(self.share, 3)
        return {"state": state, "rules": sorted(self.rules), "share": share} | {
            name: getattr(self, name) for name in ("looked_at", "added", "lost")
        }


@dataclass(slots=True)
class _Stretch:
    """Items that some rules may tag, or have tagged: `ids`, newest first, are all down to the item `reaches`."""

    rules: list[Pending] = field(default_factory=list)  # as they stood before the next batch
    judges: RuleSet = field(default_factory=RuleSet)
    facts: Mapping[str, SourceFacts] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)
    reaches: int = 0

    def serves(self, group: list[Pending]) -> bool:
        return self.rules == group

    def next_batch(self) -> tuple[list[int], int]:
        """The next ids, and up to which item is left after them."""
        batch, self.ids = self.ids[:BATCH], self.ids[BATCH:]
        left_upto = batch[-1] - 1 if self.ids else self.reaches - 1
        self.rules = [replace(rule, left_upto=left_upto) for rule in self.rules] if self.ids else []
        return batch, left_upto


def _look_ahead(parts: Parts, group: list[Pending]) -> _Stretch:
    """The next stretch for a group of rules, read beside the loop, on a connection of its own."""
    names = {rule.rule_id for rule in group}
    judges = RuleSet(compiled for compiled in parts.configuration.rules.rules if compiled.rule.id in names)
    store = open_store(parts.store.connection.path, read_only=True)
    try:
        facts = store.sources.facts()
        # Where rules further on wait, the others stop and take them along.
        waiting = [rule.left_upto for rule in store.rules.pending() if rule.left_upto < group[0].left_upto]
        found = list(islice(_candidates(store, group, judges, Known(facts, None, parts.clock())), AHEAD))
    finally:
        store.close()
    floor = max(waiting, default=0)
    ids = [item_id for item_id in found if item_id > floor]
    reaches = ids[-1] if len(ids) == AHEAD else floor + 1
    return _Stretch(group, judges, facts, ids, reaches)


def _candidates(store: Store, group: list[Pending], judges: RuleSet, known: Known) -> Iterator[int]:
    """Ids of the items that a rule of the group may tag, or has tagged before; newest first, none twice."""
    upto = group[0].left_upto
    condition: Condition = ANYTHING
    if len(group) <= ASKED_FOR_MOST:
        condition = either(narrow_rule(compiled, known) for compiled in judges.rules)
    streams = [store.items.find(every([condition, UpTo(upto)]))]
    streams += [store.items.matched_by(rule.rule_id, upto) for rule in group]
    last = 0
    for item_id in merge(*streams, reverse=True):
        if item_id != last:
            yield item_id
        last = item_id


def _apply_batch(parts: Parts, group: list[Pending], stretch: _Stretch, progress: _Progress) -> None:
    store = parts.store
    batch, left_upto = stretch.next_batch()
    items, before = store.items.by_ids(batch), store.items.matches_of(batch)
    names = {rule.rule_id for rule in group}
    with store.transaction():
        store.rules.advance(group, left_upto)
        for item_id in batch:
            item, facts = items[item_id], stretch.facts[items[item_id].source_id]
            kept = [match for match in before[item_id] if match.rule_id not in names]
            made = _judged(item, facts, stretch.judges)
            tags = {tag for match in (*kept, *made) for tag in parts.configuration.rules.tags_of(match.rule_id)}
            tags.update(facts.item_tags)
            matches = sorted([*kept, *made], key=lambda match: match.rule_id)
            if matches != before[item_id] or tags != set(item.tags):
                store.items.retag(item_id, tags, matches, late=names)
            had, has = ({match.rule_id for match in found} for found in (before[item_id], matches))
            progress.added += len(has - had)
            progress.lost += len(had - has)
    progress.looked_at += len(batch)
    progress.rules |= names
    progress.share = 1 - left_upto / max(rule.upto_item for rule in group)


def _judged(item: Item, facts: SourceFacts, rules: RuleSet) -> list[Match]:
    """The matches as they would be had the item come now; rules see the tags of its source alone."""
    matches = rules.match(text_of_item(item, facts))
    return [replace(match, spans=match.spans[:SPANS_KEPT]) for match in matches]
