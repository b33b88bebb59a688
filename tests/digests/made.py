"""A store with items as polling leaves them, and digests over it, in few words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.digests.edition import Draft, draft_edition, file_edition, open_digests
from monitor.digests.plan import Plan
from monitor.digests.schedule import Due
from monitor.model import Digest, Entry, Item, Kind, Match, Observed, Relation, Section, Source, Span, Wire
from monitor.rules import compile_query
from monitor.store import open_store

DUE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 07:00 in Karachi
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SENDER = "Monitor <monitor@example.org>"
SOURCES = [
    Source("embassy", "https://embassy.example/feed", "Embassy of Atlantis", "embassy", Kind.EMBASSY),
    Source("courier", "https://courier.example/feed", "The Daily Courier", "courier", language="de"),
    Source("radio", "https://radio.example/feed", "Radio Indus", "radio"),
    Source("wire", "https://wire.example/feed", "Karachi Wire", "wire", Kind.WIRE),
]


def observed(title: str, at: datetime) -> Observed:
    key = title.encode()[:8].ljust(8, b".")
    return Observed(None, None, None, None, key, None, key, (), at)


class Made:
    """The desk: `keep` stores an article, `plan` makes a digest, `draft` drafts its edition of Monday."""

    def __init__(self, path: Path) -> None:
        self.path, self.store = path, open_store(path)
        self.store.sources.mirror(SOURCES)
        open_digests(self.store, [Digest("morning", "Morning press review", "0 7 * * *", "Asia/Karachi")], DUE - DAY)

    def keep(
        self, source: str, title: str, ago: timedelta = HOUR, *, story: int = 0, now: datetime = DUE, **changes: Any
    ) -> int:
        """An article seen so long before `now`; `story` puts it into that one. Returns its id."""
        at = now - ago
        values: dict[str, Any] = {
            "source_id": source,
            "publisher": source,
            "title": title,
            "url": f"https://{source}.example/{self.store.items.last_id() + 1}",
            "author": "",
            "text": f"{title}. There is more to read.",
            "html": "",
            "language": "en",
            "published_at": at,
            "published_claim": "",
            "first_seen_at": at,
            "updated_at": None,
            "version": 1,
            "relation": Relation.REPRINT if story else Relation.LEAD,
            "share": None,
            "wire": Wire(),
        }
        item = Item(id=0, story_id=story, **(values | changes))
        with self.store.transaction():
            texts = (item.title.lower(), item.text.lower())
            item_id = self.store.items.add(item, observed(title, at), texts, is_backlog=False)
            if story:
                self.store.stories.move(item_id, story, at)
        return item_id

    def edit(self, item_id: int, title: str, edit: str | None, at: datetime) -> None:
        """Give an item another title, with a wire's mark."""
        entry = Entry(None, None, title, f"{title}.", "", at)
        seen = Observed(None, None, None, None, b"k" * 8, None, title.encode()[:8], (), at, wire=Wire(edit=edit))
        with self.store.transaction():
            self.store.items.edit(item_id, entry, seen, (title.lower(), title.lower()), at)

    def match(self, item_id: int, rule: str, *spans: Span) -> None:
        with self.store.transaction():
            self.store.items.tag(item_id, (), [Match(rule, 1, spans)])

    def plan(self, *sections: Section, **changes: Any) -> Plan:
        of_plan = {
            name: changes.pop(name) for name in ("urgencies", "excerpts", "style", "base_url") if name in changes
        }
        values: dict[str, Any] = {
            "id": "morning",
            "title": "Morning press review",
            "cron": "0 7 * * *",
            "timezone": "Asia/Karachi",
            "to": ("ambassador@example.org",),
            "sections": sections or (Section("News"),),
        }
        digest = Digest(**(values | changes))
        queries = tuple(compile_query(s.query, {}, purpose="search") if s.query else None for s in digest.sections)
        return Plan(digest, queries, **of_plan)

    def draft(self, plan: Plan, at: datetime = DUE) -> Draft:
        return draft_edition(self.store, plan, Due(at, is_late=False), at, SENDER)

    def make(self, plan: Plan, at: datetime = DUE) -> int:
        number = file_edition(self.store, self.draft(plan, at), at)
        assert number is not None
        return number


def titles(draft: Draft) -> list[list[str]]:
    """The entries' titles, by section."""
    return [[entry.title for entry in section.entries] for section in draft.content.sections]


def sections(*queries: str) -> Sequence[Section]:
    return [Section(f"Section {number}", query) for number, query in enumerate(queries)]
