"""A document on its way into the store: each entry is known again or new, an edit or a copy, tagged and kept.

Everything here happens within the poll's one transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from monitor.errors import StoreError
from monitor.model import Acquired, Entry, Item, Match, Observed, Relation, Source, SourceFacts
from monitor.rules import RuleSet, prepare
from monitor.search.matchable import matchable
from monitor.store import Store
from monitor.stories.canonical import url_key
from monitor.stories.fingerprint import content_key, guid_key, text_key, title_key
from monitor.stories.fold import WINDOW, fold, lead_of
from monitor.stories.identity import identify
from monitor.stories.likeness import relate
from monitor.text.reading import Reading, read

FRESH = timedelta(hours=24)  # of a first poll, or after an outage as long, only what was published within it is news

log = structlog.get_logger(__name__)


class Intake:
    """One document's entries on their way into the store, within the poll's transaction."""

    def __init__(
        self, store: Store, source: Source, rules: RuleSet, now: datetime, last_success_at: datetime | None
    ) -> None:
        self.new_count = self.edited_count = 0
        self._store, self._source, self._rules, self._now = store, source, rules, now
        self._is_first = last_success_at is None
        self._is_behind = last_success_at is None or now - last_success_at > FRESH
        self._facts = SourceFacts.of(source)
        self._claimed: set[int] = set()

    def take(self, acquired: Acquired) -> Acquired:
        """Take in the entries, the document's last (usually its oldest) first, so that ids follow time.

        An entry that a bug spoils is logged and left out; the document then vouches for nothing, so the next poll tries again.
        """
        spoiled = False
        for entry in reversed(acquired.entries):
            try:
                with self._store.savepoint():
                    self._take_entry(entry)
            except StoreError:
                raise
            except Exception:
                log.exception("entry left out by a bug", source=self._source.id, title=ascii(entry.title[:80]))
                spoiled = True
        if spoiled:
            return replace(acquired, etag=None, last_modified=None, body_hash=None, seen=b"")
        return acquired

    def _take_entry(self, entry: Entry) -> None:
        store, source, now = self._store, self._source, self._now
        reading = read(entry.title, entry.text)
        observed = observe(entry, reading)
        known = store.items.candidates(observed, source.id, source.publisher, now - WINDOW)
        found = identify(observed, known, source.identity, self._claimed)
        if found.item_id is None:
            self._claimed.add(self._add(entry, observed, reading))
            return
        is_again = found.item_id in self._claimed
        self._claimed.add(found.item_id)
        before = store.items.sight(found.item_id, source.id, observed, now)
        if not is_again and before not in (None, observed.content_key):
            self._edit(found.item_id, entry, observed, reading)

    def _add(self, entry: Entry, observed: Observed, reading: Reading) -> int:
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
        item_id = self._store.items.add(item, observed, reading.search_texts, is_backlog=self._is_backlog(entry))
        self._join(item_id, observed)
        tags, matches = self._tags(item, reading)
        self._store.items.tag(item_id, tags, matches)
        self.new_count += 1
        return item_id

    def _is_backlog(self, entry: Entry) -> bool:
        """Whether an entry is older news, which a first poll or the first after an outage brings: stored, but told to nobody."""
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
        if len(store.stories.copies(item.story_id)) == 1:
            self._join(item_id, observed)
        else:
            self._measure(item.story_id)
        edited = store.items.get(item_id) or item
        store.items.retag(item_id, *self._tags(replace(edited, tags=self._facts.item_tags), reading))
        self.edited_count += 1

    def _join(self, item_id: int, observed: Observed) -> None:
        """Let an item that is alone in its story join the one that holds its very text, and lead it if it is the originator."""
        if observed.text_key is None:
            return
        stories = self._store.stories
        copies = stories.copies_of_text(observed.text_key, self._now - WINDOW)
        this = next((copy for copy in copies if copy.item_id == item_id), None)
        others = [copy for copy in copies if copy is not this]
        if this is None or not others:
            return
        folding = fold(this, others)
        if folding.story_id is not None:
            stories.move(item_id, folding.story_id, self._now)
            stories.relate(item_id, Relation.REPRINT, folding.share)
            stories.lead(folding.story_id, folding.lead_id)

    def _measure(self, story_id: int) -> None:
        """Measure a story's copies against its lead after an edit; a copy with too little left of the lead goes its own way."""
        stories, items = self._store.stories, self._store.items
        copies = stories.copies(story_id)
        lead_id = lead_of(copies).item_id
        read_copies = items.by_ids(copy.item_id for copy in copies).items()
        texts = {copy_id: read(item.title, item.text).bare("body").texts for copy_id, item in read_copies}
        for copy in copies:
            if copy.item_id == lead_id:
                continue
            relation, share = relate(texts[copy.item_id], texts[lead_id])
            if relation is None:
                stories.move(copy.item_id, None, self._now)
            else:
                stories.relate(copy.item_id, relation, share)
        stories.lead(story_id, lead_id)

    def _tags(self, item: Item, reading: Reading) -> tuple[set[str], list[Match]]:
        """What the rules say of an item that has its source's tags so far: all its tags, and the matches."""
        matches = self._rules.match(prepare(matchable(item, self._facts, reading.furniture), reading))
        return {*item.tags, *(tag for match in matches for tag in self._rules.tags_of(match.rule_id))}, matches


def observe(entry: Entry, reading: Reading) -> Observed:
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
    )
