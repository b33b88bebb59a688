"""An item as rules, sections and searches see it."""

from __future__ import annotations

from monitor.model import Item, Matchable, SourceFacts
from monitor.text.furniture import Furniture, find_furniture
from monitor.text.reading import joined_spans


def matchable(item: Item, facts: SourceFacts, furniture: Furniture | None = None) -> Matchable:
    """The item's fields with those of the source it was first seen in (`facts`); `furniture` where it is known already. What its
    source puts under everything counts as furniture."""
    found = furniture or find_furniture(item.title, item.text)
    return Matchable(
        title=item.title,
        body=item.text,
        author=item.author,
        url=item.url or "",
        source=item.source_id,
        publisher=item.publisher,
        kind=facts.kind,
        lang=item.language or facts.language,
        country=facts.country,
        tags=item.tags,
        wire=item.wire,
        furniture=joined_spans(found.spans, item.set_apart) if item.set_apart else found.spans,
        published_at=item.published_at,
    )
