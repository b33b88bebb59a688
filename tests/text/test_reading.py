"""A text read once: what its words and its furniture say together."""

from __future__ import annotations

import pytest

from monitor.text.reading import read


@pytest.mark.parametrize(
    ("title", "body", "is_cut"),
    [
        ("Bridge opens", "The bridge was opened.", False),
        ("Islamabad(TNS): Bridge opens", "ISLAMABAD, Nov 7 (APP): The bridge was opened.", False),
        ("Bridge opens", "A bridge for all\nISLAMABAD, Nov 7 (APP): The bridge was opened.", True),
        ("Bridge opens", "Islamabad(TNS): A bridge for all\nISLAMABAD, Nov 7 (APP): The bridge was opened.", True),
        ("Bridge opens", "The bridge was opened. (With inputs from PTI)", False),
        ("Bridge opens", "ISLAMABAD, Nov 7 (APP): ", False),
        ("", "", False),
    ],
)
def test_a_text_is_cut_where_furniture_parts_its_words(title: str, body: str, is_cut: bool) -> None:
    reading = read(title, body)
    assert reading.is_cut == is_cut
    if is_cut:
        assert len(reading.bare("body").texts) < len(reading.body.texts)


def test_the_index_holds_the_words_of_the_furniture_too() -> None:
    title, body = read("Islamabad(TNS): Bridge", "The bridge: C++ at 3.14").search_texts
    assert (title, body) == ("islamabad tns bridge", "the bridge c at 3.14")


def test_stretches_set_apart_join_the_furniture_in_order_and_without_overlap() -> None:
    body = "BAKU, Nov 7 (APP): The bridge was opened. Follow us. With inputs from PTI"
    reading = read("Bridge", body).set_apart([(42, 52), (10, 22)])
    assert [body[start:end] for _, start, end in reading.furniture.spans] == [
        "BAKU, Nov 7 (APP): The",
        "Follow us.",
        "With inputs from PTI",
    ]
    assert reading.bare("body").texts == ("bridge", "was", "opened")
    assert reading.set_apart([]) is reading
