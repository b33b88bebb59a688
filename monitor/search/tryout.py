"""A text tried against the rules as if it were an item."""

from __future__ import annotations

from monitor.model import Kind, Match, Matchable, SourceFacts
from monitor.rules import RuleSet, prepare
from monitor.text.furniture import find_furniture

NO_SOURCE = SourceFacts(id="", name="", publisher="", kind=Kind.PRESS)


def try_text(rules: RuleSet, title: str, body: str, facts: SourceFacts | None) -> list[Match]:
    """The matches of a text that comes from the source of `facts` (None: from nowhere in particular)."""
    furniture, of = find_furniture(title, body), facts or NO_SOURCE
    text = Matchable(
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
    return rules.match(prepare(text))
