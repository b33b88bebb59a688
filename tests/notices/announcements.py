"""Announcements in few words, for tests of whatever words them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.model import AnnouncedItem, Announcement, AnnouncementKind, Item, Priority, Relation, Wire

AT = datetime(2026, 11, 23, 2, 4, tzinfo=UTC)  # 07:04 in Karachi
SENTENCE = "Officials said the harbour treaty would be signed on Friday, and the harbour reopened in spring."


def an_item(number: int = 1, **changes: Any) -> Item:
    values: dict[str, Any] = {
        "id": number,
        "source_id": "courier",
        "publisher": "courier",
        "title": "Harbour treaty to be signed on Friday",
        "url": f"https://courier.example/{number}",
        "author": "",
        "text": f"The text of number {number}. {SENTENCE}",
        "html": "<p>The text.</p>",
        "language": "en",
        "published_at": AT,
        "published_claim": "",
        "first_seen_at": AT,
        "updated_at": None,
        "version": 1,
        "story_id": 40 + number,
        "relation": Relation.LEAD,
        "share": None,
        "wire": Wire(),
    }
    return Item(**(values | changes))


def an_entry(number: int = 1, *, item: dict[str, Any] | None = None, **changes: Any) -> AnnouncedItem:
    article = an_item(number, **(item or {}))
    values: dict[str, Any] = {
        "item": article,
        "rule_id": "harbour",
        "rule_name": "Harbour",
        "priority": Priority.ROUTINE,
        "outlet": "The Daily Courier",
        "publishers": ("The Daily Courier", "Radio Indus", "Lahore Evening"),
        "sentence": SENTENCE,
        "marks": tuple((place, place + 7) for place in range(len(SENTENCE)) if SENTENCE.startswith("harbour", place)),
        "reason": "the first report of it",
        "link": article.url,
    }
    return AnnouncedItem(**(values | changes))


def an_alert(**changes: Any) -> Announcement:
    entry = an_entry()
    values: dict[str, Any] = {
        "kind": AnnouncementKind.ALERT,
        "key": "alert:desk:7:1",
        "title": f"[Harbour] {entry.item.title}",
        "at": AT,
        "priority": Priority.ROUTINE,
        "entries": (entry,),
        "lines": (),
        "timezone": "Asia/Karachi",
    }
    return Announcement(**(values | changes))


def a_rollup(count: int, **changes: Any) -> Announcement:
    entries = tuple(
        an_entry(number, item={"title": f"Harbour report number {number} of the day"}) for number in range(1, count + 1)
    )
    return an_alert(
        kind=AnnouncementKind.ROLLUP,
        key=f"rollup:desk:1-{count}:2",
        title=f"[Harbour] {count} alerts",
        entries=entries,
        lines=("Told together (held in quiet hours).",),
        **changes,
    )
