"""Found items as entries: no more of a text than its source allows."""

from __future__ import annotations

from monitor.model import SourceFacts
from monitor.reports.listing import listing
from monitor.search.find import Found
from tests.desk import NOON, TakingIn


def test_items_stand_under_a_title_in_their_order_with_what_their_sources_allow(tmp_path) -> None:
    desk = TakingIn(tmp_path / "monitor.db")
    text = "A sentence of some length stands here. " * 30
    items = [desk.add("courier", "Bridge opens", text), desk.add("radio", "Choir sings", text)]
    facts = {"courier": SourceFacts("courier", "The Courier", "courier", desk.source("courier").kind)}
    content = listing("bridge", [Found(item, ()) for item in items], facts, {"courier": 100}, NOON)
    first, second = content.sections[0].entries
    assert (content.title, first.outlet, second.outlet) == ("bridge", "The Courier", "radio")
    assert 0 < len(first.summary) <= 100 < len(second.summary) <= 800
    assert [entry.story_id for entry in (first, second)] == [1, 2]
    desk.store.close()
