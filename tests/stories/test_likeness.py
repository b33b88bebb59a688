from __future__ import annotations

from dataclasses import replace

from monitor.model import Relation
from monitor.stories.likeness import Text, likeness, relate
from monitor.stories.shingles import shingles
from monitor.text.reading import read

LEAD = [f"word{n}" for n in range(102)]  # a hundred runs of three
OWN = [f"own{n}" for n in range(500)]


def text(words: list[str], title: str = "A headline", boilerplate: list[str] | None = None) -> Text:
    return Text.of(read(title, " ".join(words)), shingles(boilerplate or []))


def lettered(words: list[str]) -> list[str]:
    """The words without digits, which would count as numbers."""
    return [word.translate({ord(digit): "abcdefghij"[int(digit)] for digit in "0123456789"}) for word in words]


LEAD, OWN = lettered(LEAD), lettered(OWN)


def test_likeness_is_the_share_of_the_shorter_texts_words() -> None:
    assert likeness(["a", "b"], ["b", "c", "d", "a"]) == 1.0
    assert likeness(["a", "b"], ["b", "c", "d"]) == 0.5
    assert likeness([], ["a"]) == 0.0


def test_a_copy_cut_to_its_start_is_a_reprint_with_the_share_it_kept() -> None:
    found = relate(text(LEAD[:42]), text(LEAD))
    assert (found.relation, found.share, found.contained) == (Relation.REPRINT, 0.4, 1.0)
    assert found.reason == "40 of 40 runs of three words shared"


def test_a_text_that_took_a_third_is_a_partial_copy() -> None:
    found = relate(text([*LEAD[:32], *OWN[:70]]), text(LEAD))
    assert (found.relation, found.share) == (Relation.PARTIAL, 0.3)


def test_a_release_embedded_in_a_longer_article_is_a_reprint_kept_whole() -> None:
    found = relate(text([*OWN, *LEAD]), text(LEAD))
    assert (found.relation, found.share) == (Relation.REPRINT, 1.0)
    assert 0.1 < found.of_copy < 0.2


def test_unrelated_texts_and_texts_too_short_to_compare_are_no_copies() -> None:
    assert relate(text(OWN[:50]), text(LEAD)).relation is None
    assert relate(text(["a", "b"]), text(LEAD, "Another headline")).relation is None


def test_a_few_runs_shared_by_short_texts_are_a_name_and_no_copy() -> None:
    name = LEAD[:8]
    found = relate(text([*name, *OWN[:10]]), text([*OWN[20:35], *name]))
    assert (found.relation, found.contained) == (None, 0.375)
    assert found.reason == "too few runs of three words shared"


def test_what_a_source_puts_under_everything_counts_neither_as_shared_nor_as_text() -> None:
    footer = OWN[100:160]
    lead = text([*LEAD, *footer], boilerplate=footer)
    copy = text([*LEAD[:52], *footer])
    found = relate(copy, lead)
    assert found.relation is Relation.REPRINT
    assert found.share == round(50 / 102, 3)  # the two runs across the seam are the lead's own
    assert relate(text([*OWN[:60], *footer]), lead).relation is None


def test_numbers_that_differ_part_twins_and_updates_of_one_outlet_are_no_twins() -> None:
    one = (
        "The treasury held 512 million on 25 February after paying 31 million to 14 towns and taking 77 million in tax"
    )
    other = (
        "The treasury held 498 million on 27 February after paying 26 million to 19 towns and taking 81 million in tax"
    )
    copy, lead = text([*one.split(), *LEAD[:8]]), text([*other.split(), *LEAD[:8]])
    found = relate(copy, lead)
    assert found.relation is None
    assert "numbers differ" in found.reason
    assert relate(copy, lead, is_update=True).relation is not None


def test_twins_by_their_titles_are_no_copies_unless_their_words_are_the_same() -> None:
    one, other = text(LEAD, "Notices of 25 February"), text([*LEAD[:80], *OWN[:19]], "Notices of 27 February")
    assert relate(one, other).reason.endswith("the titles differ in their numbers")
    assert relate(one, replace(other, body=one.body, shingles=one.shingles)).relation is Relation.REPRINT


def test_texts_under_twelve_runs_are_told_by_their_headlines_and_numbers() -> None:
    headline = "Ministers open 3 new reading rooms in the north"
    short = text([], headline)
    found = relate(short, text(LEAD, "Ministers open the 3 new reading rooms in north"))
    assert (found.relation, found.share) == (Relation.REPRINT, None)
    assert found.reason == "title only: the same headline"
    assert relate(short, text(LEAD, "Ministers close 3 new reading rooms in the north")).relation is None
    gold = [text([f"It stood at {price}"], "The price of gold this morning in the city") for price in (5120, 4870)]
    assert "numbers differ" in relate(*gold).reason
