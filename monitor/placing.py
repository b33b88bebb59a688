"""Where an item belongs: its text looked up among those of the window, compared with the leads of stories, and put
into one.

The deciding is `stories.fold`'s; here texts are fetched, decisions are kept, and what follows from them is seen to.
Everything happens within the caller's transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from weakref import WeakKeyDictionary

from monitor.learning import Holders, Learning
from monitor.model import Copy, Fold, Relation, StoredText
from monitor.store import Store
from monitor.store.shingles import HOLDERS_MOST
from monitor.store.stories import Standing
from monitor.stories import boilerplate
from monitor.stories.chains import Earlier, earlier_versions
from monitor.stories.fold import WHOLE, WINDOW, Folding, Found, fold, lead_of
from monitor.stories.likeness import PARTIAL_FROM, TITLE_ONLY_BELOW, Comparison, Text, relate
from monitor.stories.memory import Known, Memory
from monitor.stories.shingles import RUN, SAMPLED_PART, marks, sample
from monitor.text.reading import Reading, read

LOOKED_AT_MOST = 6  # items found by shingles of which the story is asked for
RARE_HOLDERS = 4  # a shingle that more items hold says less
WEIGHTS = (0.0, *(min(1.0, RARE_HOLDERS / count) for count in range(1, HOLDERS_MOST)))  # of a shingle, by its holders
PLAUSIBLE_FROM = PARTIAL_FROM / 2  # of the shorter text, as the samples have it: they vary
COMPARED_ANYWAY = 2  # leads
SMALL_PART = 0.35  # of an item's text
SURELY_FROM = 0.3  # contained, by the samples, for any further lead
REPLACED_MOST = 30  # copies that lost their lead are looked up anew, so many at once
VERSIONS_LOOKED_AT = 100  # items of a source, newest first, among which an update looks for what it updates


@dataclass(frozen=True, slots=True)
class _Likely:
    """A story whose lead may be like an item, by what stands in it: `contained` as the samples have it, and a copy of
    the lead that may be liker."""

    standing: Standing
    contained: float
    member_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Looked:
    """An item as read, what the index is to hold of it, and what it is asked for."""

    known: Known
    hashes: set[int]
    asked: set[int]


_MEMORIES: WeakKeyDictionary[Store, Memory] = WeakKeyDictionary()  # leads of the day are read again and again


class Placing:
    """Puts items into stories, within one transaction; what a source's boilerplate is it reads once."""

    def __init__(self, store: Store, now: datetime, window: timedelta = WINDOW) -> None:
        self._store, self._now, self._since = store, now, now - window
        self._learning = Learning(store, self._since)
        self._learned_of = self._learning.learned_of
        self._memory = _MEMORIES.setdefault(store, Memory())
        self._expected: dict[int, _Looked] = {}  # by item
        self._new_count = 0
        self._is_replacing = False

    # -- reading -----------------------------------------------------------------------------------------

    def set_apart(self, source_id: str, body: str, reading: Reading) -> tuple[tuple[int, int], ...]:
        """The stretches of a body that are known to stand under everything of its source."""
        learned = self._learned_of(source_id)
        return boilerplate.set_apart(body, reading.compared("body"), learned) if learned else ()

    def _read(self, stored: StoredText, reading: Reading | None = None) -> Known:
        if reading is None:
            known = self._memory.get(stored.copy.item_id, stored.version, self._learned_of)
            if known is not None:
                return Known(stored, known.text)
            reading = read(stored.title, stored.text).set_apart(stored.set_apart)
        known = Known(stored, Text.of(reading, self._learned_of(stored.source_id)))
        self._memory.keep(known)
        return known

    def _lead_of(self, standing: Standing) -> tuple[Copy, Text]:
        """The lead of the story that an item stands in."""
        known = self._memory.get(standing.lead_id, standing.lead_version, self._learned_of)
        if known is None:
            known = self._read(self._store.stories.texts([standing.lead_id])[standing.lead_id])
        copy = known.copy
        if copy.story_id != standing.story_id:  # it was read before it came there
            copy = Copy(copy.item_id, standing.story_id, copy.publisher, copy.kind, copy.when, copy.word_count)
        return copy, known.text

    # -- placing -----------------------------------------------------------------------------------------

    def place(self, item_id: int, reading: Reading | None = None) -> Folding:
        """Find the story of a stored item that is alone in its own, and put it there. `reading` is that of its title
        and text, where they were read already."""
        stories = self._store.stories
        stories.hold_also(item_id, [])
        return self.place_new(stories.texts([item_id])[item_id], reading, stories.shunned(item_id))

    def place_new(
        self, stored: StoredText, reading: Reading | None = None, shunned: Collection[int] = frozenset()
    ) -> Folding:
        """The same for an item that has just been stored, which nobody took out of a story (`shunned`) so far."""
        stories, item_id = self._store.stories, stored.copy.item_id
        item, hashes, holders = self._looked_up(stored, reading)
        sharing = self._learning.learn(item, reading, holders, self._read)
        if sharing:
            item = self._read(stored, reading)
            hashes = _hashes(item.text)
        folding = self._follow(item, shunned) or self._fold(item, holders, shunned)
        if lines := self._lines_of_copies(item, folding, reading):
            sharing, item = lines, self._read(stored, reading)
            hashes = _hashes(item.text)
            folding = self._fold(item, holders, shunned)
        if folding.also:
            also = [(found.lead.story_id, found.comparison.share, found.comparison.reason) for found in folding.also]
            stories.hold_also(item_id, also)
        self._join(item, folding, {one for one in hashes if len(holders.get(one, ())) < HOLDERS_MOST}, holders)
        if not item.text.is_title_only:
            self._part_headlines(item, holders)
        for story_id in folding.rivals:
            self._place_anew(stories.partial_members(story_id))
        for standing in {one.story_id: one for one in stories.standings(sharing, self._since).values()}.values():
            self.measure(standing.story_id)
        return folding

    def _lines_of_copies(self, item: Known, folding: Folding, reading: Reading | None) -> list[int]:
        """The copies of a story that an item is to join by a part, where it and they have nothing but the same lines in common;
        none where that is not so."""
        comparison, story_id = folding.comparison, folding.story_id
        if story_id is None or comparison is None or folding.follows or not 0 < comparison.contained < WHOLE:
            return []
        folds = self._store.stories.folds(story_id)
        copies = [item_id for item_id, why in folds.items() if why.contained < WHOLE and not why.is_by_hand]
        if len(copies) < boilerplate.LEARNED_FROM - 1:  # and the lead
            return []
        return self._learning.learn_from_copies(item, reading, [*copies, folding.lead_id], self._read)

    def expect(self, new: Iterable[tuple[StoredText, Reading]]) -> None:
        """Read items that are to be placed next, and ask the index once for all of them."""
        for stored, reading in new:
            self._expected[stored.copy.item_id] = self._look(stored, reading)
        self._store.shingles.expect(set().union(*(looked.asked for looked in self._expected.values())))

    def _looked_up(self, stored: StoredText, reading: Reading | None) -> tuple[Known, set[int], Holders]:
        """An item as read, what the index is to hold of it, and who holds what the index was asked for."""
        looked = self._expected.pop(stored.copy.item_id, None)
        if looked is None or looked.known.text.boilerplate != self._learned_of(stored.source_id):
            looked = self._look(stored, reading)
        return looked.known, looked.hashes, self._store.shingles.holders(looked.asked)

    def _look(self, stored: StoredText, reading: Reading | None) -> _Looked:
        known = self._read(stored, reading)
        kept, asked = marks(known.text.shingles)
        hashes = _hashes(known.text, kept)
        return _Looked(known, hashes, hashes if known.text.is_title_only else hashes.union(asked))

    def _fold(self, item: Known, holders: Holders, shunned: Collection[int]) -> Folding:
        found: list[Found] = []
        for likely in self._plausible(item, holders):
            if likely.standing.story_id not in shunned and _is_worth_comparing(likely, found):
                found.append(self._compare(item, likely))
        return fold(item.copy, item.text, found)

    def _compare(self, item: Known, likely: _Likely) -> Found:
        (lead, text), member_id = self._lead_of(likely.standing), likely.member_id
        is_update = item.stored.edit is not None and lead.publisher == item.copy.publisher
        comparison = relate(item.text, text, is_update=is_update)
        through = None
        is_first = member_id is not None and lead_of([item.copy, lead]) is item.copy
        if is_first and member_id is not None and comparison.relation is not Relation.REPRINT:
            through = relate(item.text, self._read(self._store.stories.texts([member_id])[member_id]).text)
        return Found(lead, text.title, comparison, is_update, through)

    def _plausible(self, item: Known, holders: Holders) -> list[_Likely]:
        """The leads that are worth comparing with, the likeliest first: those of the stories with which an item shares
        as many of the sampled shingles as a copy would, and those under its headline where a headline is all that one
        of them has."""
        headlines = item.text.title_keys
        likely = _likely_holders(holders, headlines)
        titled = [item_id for number in headlines for item_id in holders.get(number, ())][:LOOKED_AT_MOST]
        if not likely and not titled:
            return []
        standings = self._store.stories.standings([*likely, *titled], self._since)
        leads: dict[int, _Likely] = {}
        for item_id in likely:
            if (standing := standings.get(item_id)) and (lead_id := standing.lead_id) != item.copy.item_id:
                contained = _estimated(likely[item_id], item.text, standing)
                if lead_id not in leads and contained >= PLAUSIBLE_FROM:
                    leads[lead_id] = _Likely(standing, contained)
                # Of what its lead has, the index holds nothing for a copy: what it shares comes on top of that.
                if item_id != lead_id and lead_id in leads and leads[lead_id].member_id is None:
                    leads[lead_id] = _Likely(standing, contained + leads[lead_id].contained, item_id)
        for item_id in titled:
            standing = standings.get(item_id)
            if standing and standing.lead_id != item.copy.item_id and _tells_by_title(item.text, standing):
                leads.setdefault(standing.lead_id, _Likely(standing, 1.0))
        return list(leads.values())

    def _follow(self, item: Known, shunned: Collection[int]) -> Folding | None:
        """Where a marked report is a version of an earlier one of its source, the story of that."""
        edit, copy, stories = item.stored.edit, item.copy, self._store.stories
        if edit is None:
            return None
        titles = stories.titles_before(copy.item_id, item.stored.source_id, self._since, VERSIONS_LOOKED_AT)
        before = [Earlier(item_id, read(title, "").compared("title").texts) for item_id, title in titles]
        ids = earlier_versions(edit, item.text.title, item.text.body, before)
        if not ids:
            return None
        # Of several under one headline the one whose text it holds; where it holds none, the likest headline.
        texts = stories.texts(ids)
        held = {one: relate(item.text, self._read(texts[one]).text, is_update=True).contained for one in ids}
        found = max(ids, key=lambda one: held[one])
        standing = stories.standings([found], self._since)[found]
        if standing.story_id in shunned:
            return None
        lead, text = self._lead_of(standing)
        comparison = _as_version(relate(item.text, text, is_update=True))
        reason = f"{edit} of item {found}: {comparison.reason}"
        return Folding(standing.story_id, lead_of([lead, copy]).item_id, reason, comparison, follows=found)

    def _join(self, item: Known, folding: Folding, hashes: Collection[int], holders: Holders) -> None:
        stories, story_id, item_id = self._store.stories, folding.story_id, item.copy.item_id
        if story_id is None or folding.comparison is None:
            self._index(item_id, hashes)
            return
        stories.move(item_id, story_id, self._now)
        relation = folding.comparison.relation or Relation.PARTIAL
        why = Fold(folding.comparison.contained, folding.reason, folding.follows)
        stories.relate(item_id, relation, folding.comparison.share, why)
        if folding.lead_id != item_id:
            # What its lead has stands in the index already.
            self._index(item_id, [number for number in hashes if folding.lead_id not in holders.get(number, ())])
            return
        for absorbed in folding.absorbed:
            self._absorb(absorbed, story_id, item_id)
        if not self._take_over(item_id, story_id, folding):
            self.measure(story_id)
            return
        self._index(item_id, hashes)

    def _take_over(self, item_id: int, story_id: int, folding: Folding) -> bool:
        """Let an item lead a story that has but its former lead besides, with which it was compared; whether it was so."""
        stories, found = self._store.stories, folding.comparison
        others = [member for member in stories.members(story_id) if member != item_id]
        if found is None or found.relation is None or folding.follows is not None or len(others) != 1:
            return False
        stories.lead(story_id, item_id)
        share = None if found.share is None else round(found.of_copy, 3)
        stories.relate(others[0], found.relation, share, Fold(found.contained, f"{found.reason} with item {item_id}"))
        return True

    def _part_headlines(self, item: Known, holders: Holders) -> None:
        """Where an item's headline stands over another text too, those that were put there by it alone are looked up
        anew, but for what was written before this."""
        stories = self._store.stories
        titled = [item_id for number in item.text.title_keys for item_id in holders.get(number, ())]
        if not titled or self._is_replacing:
            return
        here = stories.standings([item.copy.item_id], self._since)
        for standing in stories.standings(titled[:LOOKED_AT_MOST], self._since).values():
            if standing.story_id not in {one.story_id for one in here.values()}:
                texts = stories.texts(stories.members_by_headline(standing.story_id)).values()
                self._place_anew([one.copy.item_id for one in texts if one.copy.when >= item.copy.when])

    def _place_anew(self, ids: Collection[int]) -> None:
        """Look for another place for items, each alone first. Those that lose their lead by this stay alone, as do those beyond
        a bound: it has to end somewhere."""
        stories = self._store.stories
        for item_id in ids:
            stories.move(item_id, None, self._now)
        looked_up = [] if self._is_replacing else list(ids)[:REPLACED_MOST]
        for stored in stories.texts(set(ids).difference(looked_up)).values():
            self._index(stored.copy.item_id, _hashes(self._read(stored).text))
        if looked_up:
            self._is_replacing = True
            try:
                for item_id in looked_up:
                    # Another of them may have come to it meanwhile: then it stays with that.
                    if stories.members(stories.story_of(item_id)) == [item_id]:
                        self.place(item_id)
            finally:
                self._is_replacing = False

    def _absorb(self, absorbed: int, story_id: int, item_id: int) -> None:
        stories = self._store.stories
        members = stories.members(absorbed)
        if any(story_id in stories.shunned(member) for member in members):
            return
        for member in members:
            stories.move(member, story_id, self._now)

    def _index(self, item_id: int, hashes: Collection[int]) -> None:
        self._store.shingles.add(item_id, hashes)
        self._new_count += len(hashes)

    def finish(self) -> None:
        """Let go of what is older than the window, in step with what came."""
        self._store.shingles.sweep(self._since, self._new_count)
        self._new_count = 0

    # -- measuring again ---------------------------------------------------------------------------------

    def edited(self, item_id: int, reading: Reading | None = None) -> None:
        """Measure an item's place again after its text changed: one that kept too little of its lead looks for another
        place; where a lead changed, all its copies are measured."""
        stories = self._store.stories
        stored = stories.texts([item_id])[item_id]
        members = stories.members(stored.copy.story_id)
        standing = stories.standings([item_id], datetime.min.replace(tzinfo=self._now.tzinfo)).get(item_id)
        item = self._read(stored, reading)
        if len(members) == 1:
            self.place(item_id, reading)
            return
        self._index(item_id, _hashes(item.text))
        if standing is None or standing.lead_id == item_id:
            self.measure(stored.copy.story_id)
            return
        lead = self._read(stories.texts([standing.lead_id])[standing.lead_id])
        fold = stories.folds(stored.copy.story_id).get(item_id)
        if not self._relate(item, lead, fold):
            stories.move(item_id, None, self._now)
            self.place(item_id, reading)

    def measure(self, story_id: int) -> None:
        """Let the originator lead a story and measure every copy against it; those with too little of it look for
        another place."""
        stories = self._store.stories
        known = [self._read(stored) for stored in stories.texts(stories.members(story_id)).values()]
        if not known:
            return
        first = lead_of([one.copy for one in known])
        lead = next(one for one in known if one.copy == first)
        stories.lead(story_id, first.item_id)
        self._index(first.item_id, _hashes(lead.text))
        folds = stories.folds(story_id)
        lost = [one for one in known if one is not lead and not self._relate(one, lead, folds.get(one.copy.item_id))]
        self._place_anew([one.copy.item_id for one in lost])

    def _relate(self, copy: Known, lead: Known, fold: Fold | None) -> bool:
        """Record how a copy relates to its lead; whether it may stay."""
        follows = None if fold is None else fold.follows
        comparison = relate(copy.text, lead.text, is_update=follows is not None)
        if comparison.relation is None:
            if follows is None and not copy.stored.is_by_hand:
                return False
            comparison = _as_version(comparison)
        reason = f"{comparison.reason} with item {lead.copy.item_id}"
        if follows is not None:
            reason = f"{copy.stored.edit or 'version'} of item {follows}: {comparison.reason}"
        elif copy.stored.is_by_hand:
            reason = f"put here by hand; {reason}"
        why = Fold(comparison.contained, reason, follows)
        self._store.stories.relate(copy.copy.item_id, comparison.relation or Relation.PARTIAL, comparison.share, why)
        return True


def _hashes(text: Text, kept: Sequence[int] | None = None) -> set[int]:
    """What the index holds of a text: sampled shingles (`kept`, where they are known), the first and the last one (where
    boilerplate stands), its headline."""
    if text.is_title_only:
        return {*text.edges, *text.title_keys}
    return {*(sample(text.shingles) if kept is None else kept), *text.edges, *text.title_keys}


def _likely_holders(holders: Holders, headlines: Collection[int]) -> dict[int, float]:
    """The items that hold most of what a text was asked for, and how many shingles that stands for: those that many
    items hold count little, those that very many hold nothing. The likeliest first."""
    weights: dict[int, float] = defaultdict(float)
    for number, ids in holders.items():
        if len(ids) < HOLDERS_MOST and number not in headlines:
            weight = WEIGHTS[len(ids)]
            for item_id in ids:
                weights[item_id] += weight
    likely = [one for one in weights.items() if one[1] >= 1]
    return dict(sorted(likely, key=itemgetter(1), reverse=True)[:LOOKED_AT_MOST])


def _estimated(shared: float, text: Text, standing: Standing) -> float:
    """How much of the shorter text so many sampled shingles stand for, turns of phrase that many use counting little;
    0 where one is too short to be told by them."""
    shorter = min(len(text.shingles), standing.lead_words - RUN + 1)
    return shared / (shorter * SAMPLED_PART) if shorter >= TITLE_ONLY_BELOW else 0.0


def _is_worth_comparing(likely: _Likely, found: Sequence[Found]) -> bool:
    """Whether a text could change what the comparisons so far say, which began with the likeliest."""
    if likely.contained >= SURELY_FROM or not found:
        return True
    if any(one.comparison.relation is Relation.REPRINT for one in found):
        return False
    # A text that has but little of each of two stories may have as little of more, and be a collection.
    parts = [one for one in found if one.comparison.relation is not None and one.comparison.of_copy < SMALL_PART]
    return len(parts) > 0 or (likely.contained >= PARTIAL_FROM and len(found) < COMPARED_ANYWAY)


def _tells_by_title(text: Text, standing: Standing) -> bool:
    return text.is_title_only or standing.lead_words < TITLE_ONLY_BELOW + RUN - 1


def _as_version(comparison: Comparison) -> Comparison:
    """A comparison of what is in the story whatever the texts say."""
    return comparison if comparison.relation else replace(comparison, relation=Relation.PARTIAL)
