"""The folding by script, as `folding.toml` has it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from monitor.text.folding import fold, fold_text
from monitor.text.tokens import words

TABLE = tomllib.loads(Path(__file__).with_name("folding.toml").read_text("utf-8"))
ONE = [(row[0], cell) for script in TABLE["script"] for row in script.get("one", ()) for cell in row[1:]]
APART = [row for script in TABLE["script"] for row in script.get("apart", ())]
BOUNDARIES = [row for boundary in TABLE["boundary"] for row in boundary["rows"]]


@pytest.mark.parametrize(("folded", "spelling"), ONE)
def test_spellings_of_one_form_fold_to_it(folded: str, spelling: str) -> None:
    assert fold_text(spelling) == folded
    assert fold(f"x{spelling}y").text == fold_text(f"x{spelling}y")
    assert fold_text(folded) == folded


@pytest.mark.parametrize("row", APART)
def test_different_forms_stay_apart(row: list[str]) -> None:
    assert len({fold_text(cell) for cell in row}) == len(row)


@pytest.mark.parametrize(("text", "expected"), BOUNDARIES)
def test_a_text_is_parted_into_these_words(text: str, expected: str) -> None:
    assert words(text) == expected.split(" ")


def test_the_table_names_every_script_that_is_folded_by_itself() -> None:
    names = " ".join(script["name"] for script in TABLE["script"])
    for script in (
        "Latin",
        "Greek",
        "Cyrillic",
        "Arabic",
        "Hebrew",
        "Armenian",
        "Georgian",
        "Han",
        "Hangul",
        "Indic",
        "Thai",
    ):
        assert script in names
