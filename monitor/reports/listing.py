"""Items that were found, as entries to be read, printed or passed on; no more of a text than its source allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from monitor.model import Kind, SourceFacts
from monitor.notices.content import Content, Entry, Section
from monitor.notices.summary import summary_of
from monitor.search.find import Found


def listing(
    title: str, found: Iterable[Found], facts: Mapping[str, SourceFacts], excerpts: Mapping[str, int], now: datetime
) -> Content:
    """The items in their order under a title, each by itself; times are printed in UTC. `excerpts` limits the characters of
    sources' texts."""
    entries = tuple(_entry(place, one, facts, excerpts) for place, one in enumerate(found, 1))
    return Content(
        digest_id="listing",
        title=title,
        timezone="UTC",
        due_at=now,
        made_at=now,
        window_from=now,
        window_to=now,
        is_late=False,
        sections=(Section("", entries),),
    )


def _entry(place: int, found: Found, facts: Mapping[str, SourceFacts], excerpts: Mapping[str, int]) -> Entry:
    item = found.item
    source = facts.get(item.source_id) or SourceFacts(item.source_id, item.source_id, item.publisher, Kind.PRESS)
    return Entry(
        story_id=place,  # numbers entries; two items of one story stand apart here
        item_id=item.id,
        version=item.version,
        title=item.title,
        summary=summary_of(item, excerpts.get(item.source_id)),
        outlet=source.name,
        place=item.wire.place or "",
        at=item.published_at or item.first_seen_at,
        is_seen=item.published_at is None,
        url=item.url,
        language=item.language or source.language,
        also=(),
        publishers=(item.publisher,),
        hits=tuple(dict.fromkeys(span.text for span in found.spans)),
    )
