"""An embassy's release and what eight outlets made of it: one story, led by the embassy, each copy seen for what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.model import Item, Kind, Relation
from tests.desk import TakingIn, sentences

TITLE = "Embassy of Uruguay in Islamabad marks Constitution Day with an evening of music and books"
RELEASE = """The Embassy of Uruguay in Islamabad marked Constitution Day on Saturday with an evening of music and books, to which
students, publishers and members of the diplomatic corps had been invited.

In his address, Ambassador Rafael Quintana said that a constitution lives only as long as it is read, and that schools
are the place where it is read first. He thanked the 140 guests for having come in spite of the rain.

The ambassador recalled that the two countries set up relations in 1952, and that 38 students of theirs have changed
places since the exchange of 2019 began. “We measure friendship in train tickets and library cards,” he said.

A choir of the National College of Arts sang songs from both countries, among them a lullaby that had not been heard
in public for many years, and was asked to sing it again.

Some 600 books in Spanish, English and Urdu, gifts of publishers in Montevideo, were handed over to the city library;
a catalogue of them will be printed in August.

The director of the library, Saima Rauf, said that the reading room on the second floor would bear the name of a
Uruguayan poet, and that lessons for beginners would be held there on Tuesdays.

A small exhibition of photographs of harbours, markets and football grounds stays open until the end of the month, on
weekdays between ten and five o’clock; there is no charge.

The evening ended with a dinner for the volunteers who had put up the shelves."""
PARAGRAPHS = RELEASE.split("\n\n")
HOUSE = sentences("city", 8)


@pytest.fixture
def desk(tmp_path: Path) -> TakingIn:
    return TakingIn(tmp_path / "monitor.db")


def test_the_embassy_leads_one_story_of_all_that_was_made_of_its_release(desk: TakingIn) -> None:
    desk.source("embassy", Kind.EMBASSY)
    desk.source("wire", Kind.WIRE)
    labelled = desk.add(
        "tns",
        "Islamabad(TNS): *Uruguay Celebrates Constitution Day with Music and Books*",
        "Islamabad – 18 July 2026 : " + RELEASE,
        hours=1,
    )
    cut = desk.add("daily", "Uruguay marks its day in Islamabad", "\n\n".join(PARAGRAPHS[:3]), hours=2)
    wired = desk.add("wire", TITLE, "ISLAMABAD, Jul 18 (APP): " + RELEASE, hours=2)
    embassy = desk.add("embassy", TITLE, RELEASE, hours=0)
    embedded = desk.add("weekly", "The week in the capital", f"{HOUSE}\n\n{RELEASE}\n\n{sentences('park', 8)}", hours=9)
    renewed = desk.add(
        "herald", "Music, books and a lullaby", "\n\n".join([sentences("own", 3), *PARAGRAPHS[1:]]), hours=5
    )
    likened = desk.add(
        "portal", "A day of books", RELEASE.replace("“", '"').replace("a", "а").replace("”", '"'), hours=6
    )
    shuffled = desk.add("mirror", "Uruguay in Islamabad", "\n\n".join(PARAGRAPHS[::-1]), hours=7)
    quoted = desk.add(
        "review",
        "What embassies do in July",
        f"{sentences('essay', 30)}\n\n{PARAGRAPHS[4]}\n\n{PARAGRAPHS[5]}\n\n{PARAGRAPHS[7]}",
        hours=20,
    )
    story = desk.story(embassy)
    copies = (labelled, cut, wired, embedded, renewed, likened, shuffled, quoted)
    assert story.lead_id == embassy.id
    assert set(story.items) == {embassy.id, *(copy.id for copy in copies)}
    assert story.publisher_count == 9

    def now(copy: Item) -> tuple[Relation, float]:
        stored = desk.item(copy.id)
        assert stored.share is not None
        return stored.relation, stored.share

    assert now(labelled) == now(wired) == now(embedded) == now(likened) == (Relation.REPRINT, 1.0)
    assert now(shuffled)[0] is Relation.REPRINT
    assert now(shuffled)[1] > 0.9
    assert now(cut)[0] is Relation.REPRINT
    assert 0.35 < now(cut)[1] < 0.45
    assert now(renewed)[0] is Relation.REPRINT
    assert 0.85 < now(renewed)[1] < 0.95
    assert now(quoted)[0] is Relation.PARTIAL
    assert 0.2 < now(quoted)[1] < 0.3
    label = desk.item(labelled.id).wire
    assert (label.label, label.place, label.dated) == ("Islamabad(TNS)", "Islamabad", "18 July 2026")
    assert desk.item(wired.id).wire.agency == "APP"
    assert desk.reason(quoted).endswith(f"runs of three words shared with item {embassy.id}")
