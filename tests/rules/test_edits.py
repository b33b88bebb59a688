from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import EditMatch, Matchable, Rule
from monitor.rules import compile_rules, prepare
from monitor.rules.edits import match_edit


def edited(query: str, before: str, after: str) -> list[EditMatch]:
    rules, errors = compile_rules([Rule("r", "r", query, on="edit")], {})
    assert not errors
    return match_edit(rules, prepare(Matchable("", before)), prepare(Matchable("", after)))


def told(query: str, before: str, after: str) -> tuple[list[str], list[str]] | None:
    found = edited(query, before, after)
    return ([span.text for span in found[0].appeared], [span.text for span in found[0].gone]) if found else None


@pytest.mark.parametrize(
    ("query", "before", "after", "expected"),
    [
        ("treaty", "The talks end.", "The talks end in a Treaty.", (["Treaty"], [])),
        ("treaty", "The treaty is signed.", "The paper is signed.", ([], ["treaty"])),
        ("treaty OR pact", "The treaty is signed.", "The pact is signed.", (["pact"], ["treaty"])),
        ("treaty", "The treaty is signed.", "A TREATY was signed today, the treaty of the sea.", None),
        ("treaty", "The talks end.", "The talks go on.", None),
        ("talks AND treaty", "The talks end.", "The talks end in a treaty.", (["talks", "treaty"], [])),
        ("talks AND NOT treaty", "The talks end.", "The talks end in a treaty.", ([], ["talks"])),
        ("sanction*", "They spoke of sanctions.", "They spoke of sanctioning.", (["sanctioning"], ["sanctions"])),
    ],
)
def test_a_rule_is_set_off_by_words_that_appear_or_go(
    query: str, before: str, after: str, expected: tuple[list[str], list[str]] | None
) -> None:
    assert told(query, before, after) == expected


def test_a_rule_that_holds_by_its_fields_alone_is_set_off_without_words() -> None:
    rules, _ = compile_rules([Rule("r", "r", "source:embassy AND NOT treaty", on="edit")], {})
    before, after = (prepare(Matchable("", text, source="embassy")) for text in ("talks treaty", "talks"))
    assert match_edit(rules, before, after) == [EditMatch("r", (), ())]


WORDS = st.lists(st.sampled_from(["treaty", "talks", "Treaty", "the"]), max_size=6).map(" ".join)


@given(WORDS, WORDS)
def test_an_edit_and_its_undoing_mirror_each_other(before: str, after: str) -> None:
    there, back = edited("treaty OR talks", before, after), edited("treaty OR talks", after, before)
    assert [(match.appeared, match.gone) for match in there] == [(match.gone, match.appeared) for match in back]


@given(WORDS)
def test_what_stays_as_it_is_sets_nothing_off(text: str) -> None:
    assert edited("treaty OR talks", text, text) == []
