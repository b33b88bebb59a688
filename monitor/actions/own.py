"""Releases of ours that no feed brings: taken in as items of a source of their own, and followed like any other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from hashlib import blake2b

from monitor.actions.parts import Parts
from monitor.contract import Object, item_object
from monitor.intake import Intake
from monitor.model import OWN_SOURCE, Acquired, Entry, Gate, Kind, Source


async def add_release(
    parts: Parts, title: str, text: str, html: str, url: str | None = None, published: str | None = None
) -> AsyncGenerator[Object, None]:
    """Take in a release; yields it as an item, with `is_new` false where it was there already. `published` is RFC 3339, now
    unless said. Raises `StoreError`.

    Like any item it is folded, tagged and found; it leads its story where it is the earliest of those with the most authority.
    """
    now = parts.clock()
    source = _source(parts.configuration.settings.sources)
    at = datetime.fromisoformat(published) if published else now
    entry = Entry(guid=_guid(title, text), url=url, title=title, text=text, html=html, published_at=at)
    with parts.store.transaction():
        parts.store.sources.reserve(source)
        intake = Intake(parts.store, source, parts.configuration.rules, now, now, parts.window)
        intake.take(Acquired(source.id, Gate.WHOLE, (entry,)))
        [item_id] = intake.taken
    item = parts.store.items.get(item_id)
    if item is not None:
        yield item_object(item) | {"is_new": intake.new_count == 1}


def _source(configured: tuple[Source, ...]) -> Source:
    """The source that releases added by hand belong to. Where the configured sources of ours have one publisher (and country, and
    language), it is theirs too, so that the release on the site later is the same article."""
    ours = [source for source in configured if source.own]
    publishers, countries = {source.publisher for source in ours}, {source.country for source in ours}
    languages = {source.language for source in ours}
    return Source(
        id=OWN_SOURCE,
        url="",
        name=ours[0].name if len(publishers) == 1 else "Own releases",
        publisher=publishers.pop() if len(publishers) == 1 else OWN_SOURCE,
        kind=ours[0].kind if len({source.kind for source in ours}) == 1 else Kind.OFFICIAL,
        country=countries.pop() if len(countries) == 1 else "",
        language=languages.pop() if len(languages) == 1 else "",
        own=True,
        enabled=False,
    )


def _guid(title: str, text: str) -> str:
    """Two releases of one title and day are two, the same added twice is one."""
    return "own:" + blake2b(f"{title}\0{text}".encode(), digest_size=16).hexdigest()
