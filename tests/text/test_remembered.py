from __future__ import annotations

import pytest

from monitor.text.remembered import Remembered


def test_what_comes_often_stays_and_what_came_once_is_forgotten() -> None:
    asked: list[str] = []
    known = Remembered(lambda text: asked.append(text) or len(text), 10)
    for number in range(100):
        assert known["often"] == 5
        assert known[f"word {number}"] == len(f"word {number}")
        assert len(known) <= 10
    assert known["word 1"] == 6
    assert (asked.count("often"), asked.count("word 1")) == (1, 2)


def test_an_answer_of_none_is_an_answer() -> None:
    asked: list[str] = []
    known: Remembered[None] = Remembered(asked.append, 1)
    assert [known["one"], known["two"], known["one"]] == [None, None, None]
    assert asked == ["one", "two"]


def test_errors_are_not_remembered() -> None:
    known = Remembered(int, 10)
    with pytest.raises(ValueError, match="abc"):
        known["abc"]
    assert known == {}
