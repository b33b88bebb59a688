"""What an edition says, read from the store: which stories its sections ask for, and each of those as an entry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.digests.corrections import is_correction
from monitor.digests.plan import Plan
from monitor.digests.schedule import period
from monitor.digests.select import ALL, OLD_AFTER, Chosen, Ranking, assign, choose
from monitor.model import Item, Kind, SourceFacts, Story
from monitor.notices.content import Ailing, Carried, Correction, Entry, FollowUp, Mark, SameEvent, Section, Tally
from monitor.notices.summary import summary_of
from monitor.rules import Query, prepare
from monitor.search.judging import judge
from monitor.search.matchable import matchable
from monitor.store import Store
from monitor.store.editions import Mailed
from monitor.store.finding import Among, Beyond, UpTo
from monitor.store.windows import Fresh

HITS_MOST, HIT_LENGTH = 40, 80
SAME_EVENT_NAMED = 3
CORRECTED_WITHIN = timedelta(days=31)
WEEK = timedelta(days=7)
CARRIED_SHOWN, CARRIED_LEAST = 10, 2  # stories of the past week; publishers that make one worth its place
LATE_AFTER = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Window:
    """Which items an edition covers: stored after the item `after` up to `upto`; `since` is the printed beginning,
    `beside` the id of a held edition whose place this one takes (0: none)."""

    since: datetime
    after: int
    upto: int
    beside: int = 0


class Shared:
    """What the digests of one window have in common, read once for all: which items their sections ask for (new ones, and earlier
    copies of those), the new articles, and what their stories rank by."""

    def __init__(self, store: Store, plans: Iterable[Plan], window: Window, now: datetime) -> None:
        self.facts = store.sources.facts()
        self.fresh = store.windows.fresh(window.after, window.upto, now - OLD_AFTER)
        queries = [query for plan in plans for query in plan.queries if query is not None]
        self._taken = judge(store, queries, [Beyond(window.after), UpTo(window.upto)], self.facts, now)
        earlier = tuple(store.windows.earlier_copies(window.after, window.upto)) if queries else ()
        self._earlier = judge(store, queries, [Among(earlier)], self.facts, now) if earlier else {}

        self._weights: dict[int, tuple[int, int]] = {}

    def stories_for(self, store: Store, query: Query) -> set[int]:
        """The stories of which a query takes a copy, new or from before the window."""
        return store.windows.stories_of(self._taken[query.text] | self._earlier.get(query.text, set()))

    def weights(self, store: Store) -> dict[int, tuple[int, int]]:
        """What all stories with new articles rank by."""
        self._weights = self._weights or store.windows.weights(self.fresh.by_story)
        return self._weights


class Sharing:
    """Digests whose editions are made at one time: those that go on from the same item read what they share once. All windows
    end with the item that was the newest when the first of them was asked for."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self._plans, self._upto, self._shared = tuple(plans), 0, dict[int, Shared]()

    def of(self, store: Store, plan: Plan, window: Window, now: datetime) -> Shared:
        """What a digest's edition shares with the others."""
        if window.after not in self._shared:
            others = [one for one in self._plans if one is not plan]
            same = [one for one in others if self.window(store, one, now).after == window.after]
            self._shared[window.after] = Shared(store, [plan, *same], window, now)
        return self._shared[window.after]

    def window(self, store: Store, plan: Plan, now: datetime, replacing: int = 0) -> Window:
        """What a digest's edition covers; `replacing` is the id of a held one whose place it takes (0: none)."""
        self._upto = self._upto or store.items.last_id()
        last = store.editions.last(plan.digest.id, beside=replacing)
        if last is not None:
            return Window(last.window_to, last.upto_item, max(self._upto, last.upto_item), replacing)
        loaded_at = store.editions.first_loaded_at(plan.digest.id) or now
        since = loaded_at - period(plan.digest, loaded_at)
        return Window(since, store.items.last_id_before(since), self._upto, replacing)


class Gathering:
    """One edition's reading of the store at `now`. Every method raises `StoreError` where the database fails."""

    def __init__(self, store: Store, plan: Plan, window: Window, shared: Shared, now: datetime) -> None:
        self.store, self.plan, self.window, self.shared, self.now = store, plan, window, shared, now
        self.facts = shared.facts

    def sections(self) -> tuple[tuple[Section, ...], Tally, tuple[Correction, ...]]:
        """The sections in their order (empty ones too), where the window's articles went, and the corrections of what was told
        before."""
        wanted, fresh = self.plan.digest.sections or (ALL,), self.shared.fresh
        taken = assign(wanted, fresh.by_story, self._asked_for)
        ranking = self._ranking(taken)
        chosen = [choose(section, stories, ranking) for section, stories in zip(wanted, taken, strict=True)]
        told = self._told(chosen, ranking.joined)
        sections = tuple(
            Section(
                section.title,
                tuple(self._entry(told, story_id, number) for story_id in of.entries),
                tuple(self._follow_up(told, story_id) for story_id in of.follow_ups),
                of.cut_count,
            )
            for number, (section, of) in enumerate(zip(wanted, chosen, strict=True))
        )
        return sections, _tally(fresh, taken, chosen), self._corrections()

    # -- which stories -----------------------------------------------------------------------------------

    def _asked_for(self, section: int, fresh: Mapping[int, int]) -> set[int]:
        query = self.plan.queries[section]
        return set(fresh) if query is None else self.shared.stories_for(self.store, query)

    def _ranking(self, taken: Sequence[Collection[int]]) -> Ranking:
        """What the taken stories rank by."""
        ids = [story_id for stories in taken for story_id in stories]
        is_most = 2 * len(ids) > len(
            self.shared.fresh.by_story
        )  # then the others cost no more than asking for these alone
        return Ranking(
            self.shared.weights(self.store) if is_most else self.store.windows.weights(ids),
            self.shared.fresh.by_story,
            self.store.windows.urgency(self.window.after, self.window.upto, self.plan.urgencies),
            self._joined(self.store.editions.mailed_stories(self.plan.digest.id, ids, self.window.beside)),
        )

    def _joined(self, mailed: Mapping[int, frozenset[str]]) -> dict[int, tuple[str, ...]]:
        """The publishers that carry stories mailed before and were not named then, first to carry it first."""
        found: dict[int, tuple[str, ...]] = {}
        copies = _Copies(self.store, mailed, self.window.upto)
        for story_id, named in mailed.items():
            publishers = dict.fromkeys(copy.publisher for copy in copies.of(story_id))
            found[story_id] = tuple(publisher for publisher in publishers if publisher not in named)
        return found

    # -- as entries --------------------------------------------------------------------------------------

    def _told(self, chosen: Sequence[Chosen], joined: Mapping[int, tuple[str, ...]]) -> _Told:
        """All that is read of the stories chosen, at once."""
        ids = [story_id for of in chosen for story_id in (*of.entries, *of.follow_ups)]
        copies = _Copies(self.store, ids, self.window.upto)
        shown = {story_id: self._shown(copies, story_id) for story_id in ids}
        items = self.store.items.by_ids(shown.values())
        of_stories = {story_id: items[item_id] for story_id, item_id in shown.items()}
        return _Told(copies, of_stories, self._marks(), joined)

    def _shown(self, copies: _Copies, story_id: int) -> int:
        """The lead; where that is too old or was stored too late, the first copy that is neither."""
        lead, *others = sorted(copies.of(story_id), key=lambda copy: copy.id != copies.stories[story_id].lead_id)
        return next((copy.id for copy in (lead, *others) if not self._is_old(copy)), lead.id)

    def _is_old(self, item: Item) -> bool:
        return item.published_at is not None and item.published_at < self.now - OLD_AFTER

    def _marks(self) -> dict[int, int]:
        """The latest correction or withdrawal among the new articles, by story."""
        marked = self.store.windows.marked(self.window.after, self.window.upto)
        return {story_id: item_id for item_id, story_id, edit in marked if is_correction(edit)}

    def _entry(self, told: _Told, story_id: int, section: int) -> Entry:
        item, outlets = told.shown[story_id], told.outlets(story_id)
        source, marked = self._facts_of(item), told.marks.get(story_id)
        return Entry(
            story_id=story_id,
            item_id=item.id,
            version=item.version,
            title=item.title,
            summary=summary_of(item, self.plan.excerpts.get(item.source_id)),
            outlet=source.name,
            place=item.wire.place or "",
            at=item.published_at or item.first_seen_at,
            is_seen=item.published_at is None,
            url=item.url,
            language=item.language or source.language,
            also=tuple(self._facts_of(copy).name for key, copy in outlets.items() if key != item.publisher),
            publishers=tuple(sorted(outlets)),
            hits=self._hits(item, section),
            same_event=self._same_event(told, story_id),
            mark=None if marked is None else self._mark(told.copies.by_id[marked]),
        )

    def _follow_up(self, told: _Told, story_id: int) -> FollowUp:
        item, outlets = told.shown[story_id], told.outlets(story_id)
        return FollowUp(
            story_id=story_id,
            item_id=item.id,
            version=item.version,
            title=item.title,
            url=item.url,
            language=item.language or self._facts_of(item).language,
            joined=tuple(self._facts_of(outlets[key]).name for key in told.joined[story_id] if key in outlets),
            publishers=tuple(sorted(outlets)),
        )

    def _hits(self, item: Item, section: int) -> tuple[str, ...]:
        """The words of the item by which rules and the section found it, each once, as they stand there."""
        found = [span.text for match in self.store.items.matches(item.id) for span in match.spans]
        query = self.plan.queries[section] if self.plan.queries else None
        if query is not None:
            found += [
                span.text for span in query.matches(prepare(matchable(item, self._facts_of(item))), self.now) or ()
            ]
        fitting = dict.fromkeys(text for text in found if len(text) <= HIT_LENGTH)
        return tuple(fitting)[:HITS_MOST]

    def _same_event(self, told: _Told, story_id: int) -> tuple[SameEvent, ...]:
        """Other stories of the same event, those of this edition first."""
        related = [other for other, _ in self.store.events.related_to(story_id)]
        named = sorted(related, key=lambda other: other not in told.shown)[:SAME_EVENT_NAMED]
        stories = self.store.stories.by_ids(named)
        leads = self.store.items.by_ids(story.lead_id for story in stories.values())
        found = []
        for other in named:
            lead = told.shown.get(other) or leads[stories[other].lead_id]
            found.append(SameEvent(other, lead.title, self._facts_of(lead).name, lead.url))
        return tuple(found)

    def _mark(self, item: Item) -> Mark:
        return Mark(item.wire.edit or "", self._facts_of(item).name, item.published_at or item.first_seen_at)

    def _facts_of(self, item: Item) -> SourceFacts:
        """What is known of the source an item was first seen in; its bare id where that is unknown."""
        return self.facts.get(item.source_id) or SourceFacts(item.source_id, item.source_id, item.publisher, Kind.PRESS)

    # -- what was told before ----------------------------------------------------------------------------

    def _corrections(self) -> tuple[Correction, ...]:
        """New articles that correct or withdraw what this digest told, and told items that were edited into corrections."""
        digest, since = self.plan.digest, self.now - CORRECTED_WITHIN
        marks = self._marks()
        first = self.store.editions.first_mailed(digest.id, marks, self.window.beside)
        found = [(item_id, first[story_id]) for story_id, item_id in marks.items() if story_id in first]
        edited = self.store.editions.edited_since(digest.id, since, self.window.beside)
        found += [(told.item_id, told) for told in edited if told.item_id not in marks.values()]
        items = self.store.items.by_ids({*(item_id for item_id, _ in found), *(told.item_id for _, told in found)})
        return tuple(
            self._correction(items[item_id], told, items[told.item_id])
            for item_id, told in found
            if is_correction(items[item_id].wire.edit)
        )

    def _correction(self, item: Item, told: Mailed, original: Item) -> Correction:
        versions = {version.version: version.title for version in self.store.items.versions(original.id)}
        return Correction(
            story_id=item.story_id,
            item_id=item.id,
            version=item.version,
            title=item.title,
            url=item.url,
            language=item.language or self._facts_of(item).language,
            mark=self._mark(item),
            told_title=versions.get(told.version, original.title),
            told_at=told.due_at,
            publishers=(item.publisher,),
        )

    def week(self, due_at: datetime) -> tuple[Carried, ...]:
        """The stories that this digest told in the week before `due_at`, those that most publishers carry first."""
        told = self.store.editions.mailed_items(self.plan.digest.id, due_at - WEEK, self.window.beside)
        mailed = [one for one in told if one.due_at < due_at]
        items = self.store.items.by_ids(one.item_id for one in mailed)
        told_at = {items[one.item_id].story_id: one.due_at for one in mailed}  # the first, since the latest come first
        weights = self.store.windows.weights(told_at)
        often = [story_id for story_id, (_, publisher_count) in weights.items() if publisher_count >= CARRIED_LEAST]
        most = sorted(often, key=Ranking(weights, {}, {}, {}).by_publishers)[:CARRIED_SHOWN]
        stories = self.store.stories.by_ids(most)
        leads = self.store.items.by_ids(story.lead_id for story in stories.values())
        found = []
        for story_id in most:
            lead = leads[stories[story_id].lead_id]
            source, count = self._facts_of(lead), weights[story_id][1]
            language = lead.language or source.language
            at = told_at[story_id]
            found.append(Carried(story_id, lead.id, lead.title, lead.url, language, source.name, count, at))
        return tuple(found)

    def ailing(self) -> tuple[Ailing, ...]:
        """The sources that did not bring what they should within the window: those that still ail first."""
        store, since = self.store, min(self.window.since, self.now)
        found = [Ailing(status.facts.name, status.state.value, status.reason) for status in store.sources.ailing()]
        late = store.windows.late(self.now - LATE_AFTER)
        found += [Ailing(one.name, one.state, one.reason, last_polled_at=one.last_polled_at) for one in late]
        found += [Ailing(one.name, one.state, one.reason) for one in store.windows.gaps(since)]
        return (
            *found,
            *(Ailing(one.name, one.state, one.reason, is_over=True) for one in store.windows.recovered(since)),
        )


class _Copies:
    """Stories with the outlines of their copies up to an item's number, each in the story's order."""

    def __init__(self, store: Store, story_ids: Iterable[int], upto: int) -> None:
        self.stories: dict[int, Story] = store.stories.by_ids(story_ids)
        wanted = [item_id for story in self.stories.values() for item_id in story.items if item_id <= upto]
        self.by_id: dict[int, Item] = {item.id: item for item in store.items.outlines(wanted)}

    def of(self, story_id: int) -> list[Item]:
        return [self.by_id[item_id] for item_id in self.stories[story_id].items if item_id in self.by_id]


@dataclass(frozen=True, slots=True)
class _Told:
    """What is read of the chosen stories: their copies, the item each is shown by, the correction among its new articles, and who
    joined since."""

    copies: _Copies
    shown: Mapping[int, Item]
    marks: Mapping[int, int]
    joined: Mapping[int, tuple[str, ...]]

    def outlets(self, story_id: int) -> dict[str, Item]:
        """The first copy of each publisher, the shown item's first."""
        first: dict[str, Item] = {}
        for copy in (self.shown[story_id], *self.copies.of(story_id)):
            first.setdefault(copy.publisher, copy)
        return first


def _tally(fresh: Fresh, taken: Sequence[Collection[int]], chosen: Sequence[Chosen]) -> Tally:
    of_taken = sum(fresh.by_story[story_id] for stories in taken for story_id in stories)
    untaken_count = sum(fresh.by_story.values()) - of_taken
    told_count = sum(len(of.entries) for of in chosen)
    cut_count = sum(of.cut_articles for of in chosen)
    return Tally(
        new_count=fresh.new_count,
        told_count=told_count,
        folded_count=of_taken - cut_count - told_count,
        cut_count=cut_count,
        old_count=fresh.old_count,
        untaken_count=untaken_count,
    )
