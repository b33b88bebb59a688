from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.stories.shingles import SAMPLED_BELOW, containment, marks, sample, shingle_run, shingles

WORDS = st.lists(st.sampled_from("the reading room of the city opens on monday 7 12 كتاب книга".split()), max_size=60)
LONG = [f"word{number}" for number in range(2002)]


def test_a_shingle_is_this_number_on_every_machine() -> None:
    assert shingle_run(["victory", "day", "reading", "room"]) == [2036661006, 3972139022]


def test_fewer_than_three_words_have_no_shingles() -> None:
    assert shingles(["two", "words"]) == frozenset()
    assert sample([]) == []


@given(WORDS)
def test_a_text_has_two_shingles_fewer_than_words_and_the_same_runs_the_same_numbers(words: list[str]) -> None:
    run = shingle_run(words)
    assert len(run) == max(0, len(words) - 2)
    assert len(set(run)) == len(set(zip(words, words[1:], words[2:], strict=False)))


@given(WORDS, WORDS)
def test_order_counts_and_neighbours_do_not(before: list[str], after: list[str]) -> None:
    [one], [other] = shingle_run(["red", "blue", "green"]), shingle_run(["green", "blue", "red"])
    assert one != other
    assert one in shingles([*before, "red", "blue", "green", *after])


def test_words_that_differ_in_one_letter_are_sampled_like_any_others() -> None:
    letters = "abcdefghijklmnopqrst"
    alike = shingles([f"bridge{one}{other}" for one in letters for other in letters])
    assert 0.09 < sum(shingle < SAMPLED_BELOW for shingle in alike) / len(alike) < 0.16


def test_an_eighth_of_a_long_text_is_kept_and_eight_shingles_of_a_short_one() -> None:
    kept = sample(shingles(LONG))
    assert 200 < len(kept) < 300
    assert max(kept) < SAMPLED_BELOW
    assert len(sample(shingles(LONG[:30]))) == 8
    assert len(sample(shingles(LONG[:6]))) == 4


def test_what_is_kept_of_a_part_is_kept_of_the_whole_but_for_the_shortest_texts() -> None:
    part, whole = set(sample(shingles(LONG[500:900]))), set(sample(shingles(LONG)))
    assert part <= whole


def test_a_text_is_asked_for_more_densely_than_it_is_kept_so_that_short_texts_within_it_are_found() -> None:
    kept, asked_for = marks(shingles(LONG))
    assert set(kept) == set(sample(shingles(LONG)))
    assert len(asked_for) > 1.7 * len(sample(shingles(LONG)))
    assert set(sample(shingles(LONG))) <= set(asked_for)
    short = LONG[700:730]
    assert len(set(sample(shingles(short))) & set(asked_for)) >= 6
    assert len(marks(shingles(short))[1]) == 16
    assert set(sample(shingles(short))) == set(marks(shingles(short))[0]) <= set(marks(shingles(short))[1])


def test_containment_tells_what_share_of_each_text_the_other_holds() -> None:
    found = containment(shingles([*LONG[:52], *(f"own{n}" for n in range(150))]), shingles(LONG[:102]))
    assert (found.shared, found.of_shorter, found.of_lead) == (50, 0.5, 0.5)
    assert found.of_copy == 0.25
    assert containment(shingles([]), shingles(LONG)).of_shorter == 0.0
