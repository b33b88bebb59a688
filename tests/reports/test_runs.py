from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.reports.runs import Runs

WORDS = st.lists(st.sampled_from("abc"), max_size=25)


def longest(one: list[str], other: list[str]) -> int:
    """The same by trying everything."""
    return max(
        (
            end - start
            for start in range(len(one))
            for end in range(start + 1, len(one) + 1)
            if any(other[at : at + end - start] == one[start:end] for at in range(len(other)))
        ),
        default=0,
    )


@given(WORDS, WORDS)
def test_the_longest_run_is_as_long_as_any_and_stands_in_both(one: list[str], other: list[str]) -> None:
    first, end = Runs(one).longest_in(other)
    assert end - first == longest(one, other)
    assert any(other[at : at + end - first] == one[first:end] for at in range(len(other) + 1))


def test_nothing_in_common_is_an_empty_run() -> None:
    assert Runs(["a"]).longest_in(["b"]) == (0, 0)
    assert Runs([]).longest_in(["b"]) == (0, 0)


def test_long_texts_of_few_words_are_no_trouble() -> None:
    words = ["the", "sea"] * 15_000
    assert Runs(words).longest_in(words[1:]) == (1, 30_000) or Runs(words).longest_in(words[1:])[1] == 30_000
