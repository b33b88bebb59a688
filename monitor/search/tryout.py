"""Texts and items as rules see them when they are tried."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import Item, Kind, Matchable, SourceFacts
from monitor.rules import Prepared, prepare
from monitor.search.matchable import matchable
from monitor.text.furniture import find_furniture

NO_SOURCE = SourceFacts(id="", name="", publisher="", kind=Kind.PRESS)


def text_of(title: str, body: str, facts: SourceFacts | None) -> Prepared:
    """A text as if it were an item of the source of `facts` (None: from nowhere in particular)."""
    furniture, of = find_furniture(title, body), facts or NO_SOURCE
    return prepare(
        Matchable(
            title=title,
            body=body,
            source=of.id,
            publisher=of.publisher,
            kind=of.kind if facts else "",
            lang=of.language,
            country=of.country,
            tags=of.item_tags,
            wire=furniture.wire,
            furniture=furniture.spans,
        )
    )


def text_of_item(item: Item, facts: SourceFacts) -> Prepared:
    """A stored item as rules see it: with the tags of its source alone, not those that rules gave."""
    return prepare(matchable(replace(item, tags=facts.item_tags), facts))
