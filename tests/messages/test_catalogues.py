"""The words of mails: whole in every shipped language, and checked where somebody writes their own."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from monitor.messages import PLAIN, SHIPPED, catalogue, check_tables, shipped, shipped_text

PLACES = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_catalogue_says_everything_and_passes_the_check(name: str) -> None:
    tables = shipped(name)
    assert check_tables(name, tables) == []
    for table in ("language", "text"):
        assert tables[table].keys() == shipped(PLAIN)[table].keys()
    assert shipped_text(name).endswith("\n")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_translation_leaves_no_figure_and_no_name_out(name: str) -> None:
    for key, plain in shipped(PLAIN)["text"].items():
        texts = shipped(name)["text"][key]
        wanted = set(PLACES.findall(str(plain)))
        for text in [texts] if isinstance(texts, str) else texts:
            assert set(PLACES.findall(text)) == wanted, key


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("en", ["0 items", "1 item", "2 items", "5 items", "21 items", "1,214 items"]),
        ("fr", ["0 article", "1 article", "2 articles", "5 articles", "21 articles", "1\u202f214 articles"]),
        ("ru", ["0 сообщений", "1 сообщение", "2 сообщения", "5 сообщений", "21 сообщение", "1\u00a0214 сообщений"]),
        ("tr", ["0 haber", "1 haber", "2 haber", "5 haber", "21 haber", "1.214 haber"]),
        ("ur", ["0 خبریں", "1 خبر", "2 خبریں", "5 خبریں", "21 خبریں", "1,214 خبریں"]),
    ],
)
def test_counts_take_the_form_that_the_language_has_for_them(name: str, said: list[str]) -> None:
    assert [catalogue(name).count("items", number) for number in (0, 1, 2, 5, 21, 1214)] == said


@pytest.mark.parametrize(
    ("name", "long", "short"),
    [
        ("en", "Monday 23 November 2026", "Mon 23 Nov 2026, 07:05"),
        ("fr", "lundi 23 novembre 2026", "lun. 23 nov. 2026, 07:05"),
        ("ru", "понедельник, 23 ноября 2026 г.", "пн, 23 нояб. 2026, 07:05"),
        ("tr", "23 Kasım 2026 Pazartesi", "23 Kas 2026 Pzt, 07:05"),
        ("ur", "پیر، 23 نومبر 2026", "پیر 23 نومبر 2026، 07:05"),
    ],
)
def test_days_are_written_as_the_language_writes_them(name: str, long: str, short: str) -> None:
    words = catalogue(name)
    assert words.long_day(date(2026, 11, 23)) == long
    assert words.moment(datetime(2026, 11, 23, 7, 5, tzinfo=UTC), with_year=True) == short
    assert "2026" not in words.short_day(date(2026, 11, 23), with_year=False)


def test_only_urdu_runs_from_right_to_left() -> None:
    assert [name for name in SHIPPED if catalogue(name).is_right_to_left] == ["ur"]


def test_own_words_replace_the_shipped_ones_and_the_rest_stays() -> None:
    words = catalogue("fr", {"text": {"about": "Colophon"}})
    assert words.say("about") == "Colophon"
    assert words.say("corrections") == "Rectificatifs"


def test_a_new_language_says_in_english_what_it_leaves_out_in_as_many_forms_as_it_has() -> None:
    own = {"language": {"plural": "n==1 ? 0 : n==2 ? 1 : 2"}, "text": {"items": ["{n} mìr", "{n} mhìr", "{n} mìrean"]}}
    assert check_tables("gd", own) == []
    words = catalogue("gd", own)
    assert [words.count("items", number) for number in (1, 2, 7)] == ["1 mìr", "2 mhìr", "7 mìrean"]
    assert [words.count("outlets" if "outlets" in words.text else "polled", number) for number in (1, 2, 7)] == [
        "1 source polled",
        "2 sources polled",
        "7 sources polled",
    ]


def test_an_unshipped_language_without_words_of_its_own_speaks_english() -> None:
    assert catalogue("xx").say("about") == "About this edition"


def test_a_catalogue_that_is_not_shipped_has_no_tables() -> None:
    with pytest.raises(KeyError):
        shipped("../en")


@pytest.mark.parametrize(
    ("own", "place", "message"),
    [
        ({"words": {}}, ("words",), "unknown table"),
        ({"text": 1}, ("text",), "must be a table; begin it with [text]"),
        ({"text": {"abuot": "x"}}, ("text", "abuot"), "unknown key"),
        ({"text": {"about": 1}}, ("text", "about"), "must be text in quotes"),
        ({"text": {"items": "x"}}, ("text", "items"), "must be a list of texts"),
        ({"text": {"items": [1, 2]}}, ("text", "items"), "must be a list of texts"),
        ({"text": {"items": 3}}, ("text", "items"), "must be a list of texts"),
        ({"text": {"items": ["{n}"]}}, ("text", "items"), "must have 2 forms by the plural rule, and has 1"),
        (
            {"text": {"also": "auch: {name}"}},
            ("text", "also"),
            "asks for {name}, which is not known here; known here: {names}",
        ),
        ({"text": {"about": "{x}"}}, ("text", "about"), "known here: nothing"),
        ({"text": {"also": "auch: {names"}}, ("text", "also"), "has a brace that names nothing"),
        ({"text": {"also": "{names.x}"}}, ("text", "also"), "has a brace that names nothing"),
        ({"text": {"subject": "{day} {title}"}}, ("text", "subject"), 'must begin with "{title}"'),
        ({"language": {"plural": "n !="}}, ("language", "plural"), "is no plural rule"),
        ({"language": {"plural": "100/n"}}, ("language", "plural"), "is no plural rule"),
        ({"language": {"plural": "n - 3"}}, ("language", "plural"), "is no plural rule"),
        ({"language": {"plural": 3}}, ("language", "plural"), "is no plural rule"),
        ({"language": {"direction": "up"}}, ("language", "direction"), 'must be "ltr" or "rtl"'),
        ({"language": {"days": ["Montag"]}}, ("language", "days"), "must name 7, and names 1"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(own, place, message) -> None:
    [(found, told)] = check_tables("de", own)
    assert found == place
    assert message in told


def test_a_shipped_language_keeps_its_plural_rule() -> None:
    [(place, message)] = check_tables("ru", {"language": {"plural": "n != 1"}})
    assert place == ("language", "plural")
    assert "another plural rule than that of the shipped catalogue" in message
