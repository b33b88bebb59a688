"""A document on its way into the store: each entry is known again or new, an edit or a copy, tagged and kept.

Everything here happens within the poll's one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from monitor.alerting import Alerting
from monitor.errors import StoreError
from monitor.linking import Linking
from monitor.model import Acquired, Copy, Entry, Item, Match, Observed, Relation, Source, SourceFacts, StoredText
from monitor.placing import Placing
from monitor.rules import RuleSet, prepare
from monitor.rules.edits import match_edit
from monitor.search.matchable import matchable
from monitor.store import Store
from monitor.stories.canonical import url_key
from monitor.stories.fingerprint import content_key, guid_key, text_key, title_key
from monitor.stories.fold import WINDOW
from monitor.stories.identity import identify
from monitor.text.reading import Reading, read

FRESH = timedelta(hours=24)  # of a first poll, or after an outage as long, only what was published within it is news

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _New:
    """An item that was just stored, alone in a story of its own."""

    item: Item
    stored: StoredText
    reading: Reading


class Intake:
    """One document's entries on their way into the store, within the poll's transaction."""

    def __init__(
        self,
        store: Store,
        source: Source,
        rules: RuleSet,
        now: datetime,
        last_success_at: datetime | None,
        window: timedelta = WINDOW,
    ) -> None:
        self.new_count = self.edited_count = 0
        self._store, self._source, self._rules, self._now = store, source, rules, now
        self._is_first = last_success_at is None
        self._is_behind = last_success_at is None or now - last_success_at > FRESH
        self._facts = SourceFacts.of(source)
        self.edit_rules = RuleSet()  # rules that look at what an edit changes
        self.alerting: Alerting | None = None
        self._claimed: set[int] = set()
        self._since = now - window
        self._placing = Placing(store, now, window)
        self._linking = Linking(store, now)

    @property
    def taken(self) -> frozenset[int]:
        """The items that the entries turned out to be."""
        return frozenset(self._claimed)

    def take(self, acquired: Acquired) -> Acquired:
        """Take in the entries, the document's last (usually its oldest) first, so that ids follow time.

        All are taken in together; where a bug spoils that, each alone. An entry that a bug spoils alone is logged and left
        out; the document then vouches for nothing, so the next poll tries again.
        """
        entries = acquired.entries[::-1]
        spoiled: Sequence[Entry] = ()
        if not self._spared(entries):
            spoiled = entries if len(entries) == 1 else [entry for entry in entries if not self._spared([entry])]
        self._placing.finish()
        self._linking.finish()
        if self.alerting is not None:
            self.alerting.decide()
        return replace(acquired, etag=None, last_modified=None, body_hash=None, seen=b"") if spoiled else acquired

    def _spared(self, entries: Sequence[Entry]) -> bool:
        """Take in entries unless a bug spoils them, of which nothing is left then; whether it did not."""
        before = self.new_count, self.edited_count, set(self._claimed)
        noted = [] if self.alerting is None else list(self.alerting.noted)
        try:
            with self._store.savepoint():
                self._take_together(entries)
        except StoreError:
            raise
        except Exception:
            self.new_count, self.edited_count, self._claimed = before
            self._placing, self._linking = Placing(self._store, self._now), Linking(self._store, self._now)
            if self.alerting is not None:
                self.alerting.noted = noted
            told = (
                "entry left out by a bug" if len(entries) == 1 else "entries are taken in one by one because of a bug"
            )
            log.exception(told, source=self._source.id, title=ascii(entries[0].title[:80]))
            return False
        return True

    def _take_together(self, entries: Sequence[Entry]) -> None:
        """Store the entries, put the new ones into stories, then link those that lead theirs: a step at a time for all of them,
        since code that has just run runs again in two thirds of the time."""
        new = [added for entry in entries if (added := self._take_entry(entry)) is not None]
        self._placing.expect([(one.stored, one.reading) for one in new])
        foldings = [self._placing.place_new(one.stored, one.reading) for one in new]
        leads = [one for one, folding in zip(new, foldings, strict=True) if folding.lead_id == one.stored.copy.item_id]
        told = [(one.stored.copy.item_id, one.item, one.reading.furniture) for one in leads]
        self._linking.expect(told)
        for item_id, item, furniture in told:
            self._linking.link(item_id, item, furniture)

    def _take_entry(self, entry: Entry) -> _New | None:
        """Store an entry as the item it is; returns it where it is new."""
        store, source = self._store, self._source
        reading = read(entry.title, entry.text)
        set_apart = self._placing.set_apart(source.id, entry.text, reading)
        reading = reading.set_apart(set_apart)
        observed = observe(entry, reading, set_apart)
        known = store.items.candidates(observed, source.id, source.publisher, self._since)
        found = identify(observed, known, source.identity, self._claimed)
        if found.item_id is None:
            added = self._add(entry, observed, reading)
            self._claimed.add(added.stored.copy.item_id)
            return added
        is_again = found.item_id in self._claimed
        self._claimed.add(found.item_id)
        before = store.items.sight(found.item_id, source.id, observed, self._now)
        if not is_again and before not in (None, observed.content_key):
            self._edit(found.item_id, entry, observed, reading)
        return None

    def _add(self, entry: Entry, observed: Observed, reading: Reading) -> _New:
        item = Item(
            id=0,
            source_id=self._source.id,
            publisher=self._source.publisher,
            title=entry.title,
            url=entry.url,
            author=entry.author,
            text=entry.text,
            html=entry.html,
            language=entry.language or self._source.language,
            published_at=entry.published_at,
            published_claim=entry.published_claim,
            first_seen_at=self._now,
            updated_at=entry.updated_at,
            version=1,
            story_id=0,
            relation=Relation.LEAD,
            share=None,
            wire=observed.wire,
            tags=self._facts.item_tags,
        )
        is_backlog = self._is_backlog(entry)
        item_id = self._store.items.add(item, observed, reading.search_texts, is_backlog=is_backlog)
        copy = Copy(item_id, 0, item.publisher, self._source.kind, item.published_at or self._now, observed.word_count)
        stored = StoredText(copy, item.source_id, item.title, item.text, item.wire.edit, set_apart=observed.set_apart)
        tags, matches = self._tags(item, reading)
        self._store.items.tag(item_id, tags, matches)
        self.new_count += 1
        if self.alerting is not None and not is_backlog:
            self.alerting.note(item_id, (match.rule_id for match in matches), item.wire.edit)
        return _New(item, stored, reading)

    def _is_backlog(self, entry: Entry) -> bool:
        """Whether an entry is older news, which a first poll or the first after an outage brings: stored, but told to
        nobody."""
        if entry.published_at is None:
            return self._is_first
        return self._is_behind and self._now - entry.published_at > FRESH

    def _edit(self, item_id: int, entry: Entry, observed: Observed, reading: Reading) -> None:
        """Keep an article's earlier text as a version; only the source that an item's text came from edits it."""
        store = self._store
        item = store.items.get(item_id)
        if item is None or item.source_id != self._source.id or (item.title, item.text) == (entry.title, entry.text):
            return
        store.items.edit(item_id, entry, observed, reading.search_texts, self._now)
        self._placing.edited(item_id, reading)
        edited = store.items.get(item_id) or item
        watching = self._watch(item, edited)
        if edited.relation is Relation.LEAD:
            self._linking.link_anew(item_id, edited, reading.furniture)
        tags, matches = self._tags(replace(edited, tags=self._facts.item_tags), reading)
        if self.alerting is not None:
            self._note_edit(self.alerting, (item, edited), [match.rule_id for match in matches], watching)
        store.items.retag(item_id, tags, matches)
        self.edited_count += 1

    def _note_edit(
        self, alerting: Alerting, versions: tuple[Item, Item], matched: list[str], watching: list[str]
    ) -> None:
        """Note what an edit brings: rules that did not ask for the item before, rules that it sets off, and a mark that
        the item did not bear. Older news stays untold, and yet an edit of it is new."""
        former, later = versions
        edit = later.wire.edit if later.wire.edit != former.wire.edit else None
        asking = alerting.asking(matched)
        if asking or edit:
            before = {match.rule_id for match in self._store.items.matches_of([former.id])[former.id]}
            asking = tuple(rule_id for rule_id in asking if rule_id not in before)
            if self._store.alerts.is_backlog(former.id):
                asking, edit = (), None
        alerting.note(former.id, (*asking, *watching), edit)

    def _watch(self, former: Item, later: Item) -> list[str]:
        """Record which of the rules that look at edits this one sets off, and return their ids; rules see the tags of the source
        alone."""
        if not self.edit_rules.rules:
            return []
        before, after = (
            prepare(matchable(replace(item, tags=self._facts.item_tags), self._facts)) for item in (former, later)
        )
        found = match_edit(self.edit_rules, before, after)
        self._store.edits.add(later.id, found, self.edit_rules.tags_of, self._now)
        return [match.rule_id for match in found]

    def _tags(self, item: Item, reading: Reading) -> tuple[set[str], list[Match]]:
        """What the rules say of an item that has its source's tags so far: all its tags, and the matches."""
        matches = self._rules.match(prepare(matchable(item, self._facts, reading.furniture), reading))
        return {*item.tags, *(tag for match in matches for tag in self._rules.tags_of(match.rule_id))}, matches


def observe(entry: Entry, reading: Reading, set_apart: tuple[tuple[int, int], ...] = ()) -> Observed:
    """An entry's marks: what the deciders compare it by. Its text counts without outlet label, dateline and credit."""
    title, body = reading.bare("title").texts, reading.bare("body").texts
    return Observed(
        guid=entry.guid,
        guid_key=guid_key(entry.guid),
        url=entry.url,
        url_key=url_key(entry.url),
        title_key=title_key(title),
        text_key=text_key(body),
        content_key=content_key(entry.title, entry.text if entry.feed_text is None else entry.feed_text),
        words=(*title, *body),
        published_at=entry.published_at,
        word_count=len(body),
        wire=reading.furniture.wire,
        is_cut=reading.is_cut,
        set_apart=set_apart,
    )
