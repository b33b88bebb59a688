from __future__ import annotations

import pytest

from monitor.stories.shingles import SAMPLED_BELOW
from monitor.stories.titles import is_collective, telling_words, title_keys
from monitor.text.tokens import words


def test_the_same_words_in_the_same_order_have_one_key_small_words_apart() -> None:
    one = title_keys(words("Ministers open 3 new reading rooms in the north"))
    assert one == title_keys(words("Ministers open the 3 new reading rooms in north"))
    assert 0 <= one[0] < SAMPLED_BELOW
    assert one != title_keys(words("Ministers close 3 new reading rooms in the north"))
    assert one != title_keys(words("Ministers open 4 new reading rooms in the north"))
    assert one != title_keys(words("New ministers open 3 reading rooms in the north"))


@pytest.mark.parametrize("title", ["", "Photos of the day", "The minister in the north", "A b c d e f", "春天来了"])
def test_a_headline_of_few_words_tells_nothing(title: str) -> None:
    assert title_keys(words(title)) == ()


def test_han_characters_are_counted_one_by_one() -> None:
    assert len(title_keys(words("部长在北方开设三个新的阅览室"))) == 1


def test_small_words_are_left_out() -> None:
    assert telling_words(words("The opening of a bridge")) == ["opening", "bridge"]


@pytest.mark.parametrize(
    ("title", "is_so"),
    [
        ("News summary, 12 November", True),
        ("World news in brief", True),
        ("Обзор прессы за понедельник", True),
        ("11月2日新闻摘要", True),
        ("Nachrichten vom 12. November", True),
        ("Minister in brief visit to the north", False),
        ("A bridge opens", False),
        ("", False),
        ("News summary " + "of this and that " * 5, False),
    ],
)
def test_a_collection_is_announced_by_its_headline(title: str, is_so: bool) -> None:
    assert is_collective(words(title)) is is_so
