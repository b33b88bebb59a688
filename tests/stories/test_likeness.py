from __future__ import annotations

from monitor.model import Relation
from monitor.stories.likeness import likeness, relate

LEAD = [f"word{n}" for n in range(102)]  # a hundred runs of three


def test_likeness_is_the_share_of_the_shorter_texts_words() -> None:
    assert likeness(["a", "b"], ["b", "c", "d", "a"]) == 1.0
    assert likeness(["a", "b"], ["b", "c", "d"]) == 0.5
    assert likeness([], ["a"]) == 0.0


def test_a_copy_cut_to_its_start_is_a_reprint_with_the_share_it_kept() -> None:
    assert relate(LEAD[:42], LEAD) == (Relation.REPRINT, 0.4)


def test_a_text_that_took_a_third_is_a_partial_copy() -> None:
    other = [f"own{n}" for n in range(70)]
    relation, share = relate([*LEAD[:32], *other], LEAD)
    assert (relation, share) == (Relation.PARTIAL, 0.3)


def test_a_release_embedded_in_a_longer_article_is_a_reprint_kept_whole() -> None:
    assert relate([*(f"own{n}" for n in range(500)), *LEAD], LEAD) == (Relation.REPRINT, 1.0)


def test_unrelated_texts_and_texts_too_short_to_compare_are_no_copies() -> None:
    assert relate([f"own{n}" for n in range(50)], LEAD) == (None, None)
    assert relate(["a", "b"], LEAD) == (None, None)
