"""What digests.toml, and the words and templates beside it, may say of a press review."""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest

from monitor.model import Review
from monitor.settings import load_settings

DIGEST = '[[digest]]\nid = "d"\nat = "07:00"\n'


def digest(folder, text: str):
    (folder / "digests.toml").write_text(text)
    [found] = load_settings(folder, {}).digests
    return found


def test_every_key_of_a_press_review_is_read(folder):
    found = digest(
        folder,
        DIGEST
        + """days = ["sun", "mon", "sat"]
holidays = ["2026-12-25", "01-01", 2026-11-09]
language = "ur"
reads = ["en", "ur"]
week_in_review = "sun"
review = true
review_from = "06:15"
review_until = "06:50"
[[digest.section]]
order = "newest"
""",
    )
    assert found.cron == "0 7 * * 1,6,0"
    assert found.holidays == {"2026-12-25", "01-01", "2026-11-09"}
    assert (found.language, found.reads, found.week_in_review) == ("ur", ("en", "ur"), 6)
    assert found.review == Review(2700.0, 600.0)
    assert found.sections[0].order == "newest"
    assert found.is_off(date(2027, 1, 1))
    assert not found.is_off(date(2027, 12, 25))


def test_what_is_not_written_is_every_day_in_english_without_review(folder):
    found = digest(folder, DIGEST)
    assert (found.cron, found.holidays, found.language, found.reads) == ("0 7 * * *", frozenset(), "en", ())
    assert (found.week_in_review, found.review, found.sections[0].order) == (None, None, "alerts")
    assert digest(folder, DIGEST + 'language = ""\n').language == "en"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("", Review(3600.0, 0.0)),
        ('review_until = "15m"', Review(3600.0, 900.0)),
        ('review_from = "2h"', Review(7200.0, 0.0)),
        ('review_from = "23:00"', Review(8 * 3600.0, 0.0)),
    ],
)
def test_a_review_is_told_by_times_of_day_or_by_how_long_before(folder, keys, expected):
    assert digest(folder, f"{DIGEST}review = true\n{keys}\n").review == expected


def test_a_review_goes_with_cron_too(folder):
    text = '[[digest]]\nid = "d"\ncron = "0 7 * * 1-5"\nreview = true\nreview_until = "10m"\n'
    assert digest(folder, text).review.until_s == timedelta(minutes=10).total_seconds()


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ('days = ["monday"]', 'days[#1]: "monday" is not possible here'),
        ('holidays = ["25.12."]', 'holidays[#1]: "25.12." is no day; write e.g. "2026-12-25"'),
        ('holidays = ["2026-02-30"]', 'holidays[#1]: "2026-02-30" is no day'),
        ("holidays = [7]", 'holidays[#1]: "7" is no day'),
        (
            'language = "de"',
            'language: there are no words for mails in "de" (known: en, fr, ru, tr, ur); write them into',
        ),
        ('language = "rus"', 'did you mean "ru"?'),
        ('reads = ["English"]', 'reads[#1]: "English" is no language tag'),
        ('week_in_review = "yes"', 'week_in_review: "yes" is not possible here'),
        ('review_until = "06:50"', "review_until: says when an edition is held for review; write review = true too"),
        ('review = true\nreview_until = "soon"', 'review_until: "soon" is neither a time nor a duration'),
        ("review = true\nreview_from = 10", 'review_from: "10" is neither a time nor a duration'),
    ],
)
def test_what_cannot_be_is_told_where_it_stands(told, keys, line):
    [problem] = told("digests.toml", DIGEST + keys + "\n")
    assert problem.startswith("digests.toml:")
    assert line in problem


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('cron = "0 7 * * *"\ndays = ["mon"]', "days: goes with at; the fifth field of cron says the days"),
        ('cron = "0 7 25 12 *"\nholidays = ["12-25"]', "holidays: leave no day for an edition; take some out"),
        (
            'cron = "0 7 * * *"\nreview = true\nreview_until = "06:50"',
            "review_until: needs at; with cron write how long before",
        ),
    ],
)
def test_times_that_exclude_each_other_are_told(told, text, line):
    [problem] = told("digests.toml", f'[[digest]]\nid = "d"\n{text}\n')
    assert line in problem


def test_holidays_are_not_counted_where_they_or_the_schedule_cannot_be_read(told):
    assert len(told("digests.toml", '[[digest]]\nid = "d"\ncron = "x"\nholidays = ["12-25"]\n')) == 1
    assert len(told("digests.toml", '[[digest]]\nid = "d"\nat = "07:00"\nholidays = 3\n')) == 1
    assert told("digests.toml", DIGEST + 'holidays = ["12-25"]\n') == []


def test_a_source_may_limit_its_excerpts(folder, told):
    (folder / "sources.toml").write_text('[[source]]\nid = "a"\nurl = "https://a.example/f"\nexcerpt = 0\n')
    assert load_settings(folder, {}).sources[0].excerpt == 0
    (folder / "sources.toml").write_text('[[source]]\nid = "a"\nurl = "https://a.example/f"\nexcerpt = 300\n')
    assert load_settings(folder, {}).sources[0].excerpt == 300
    [problem] = told("sources.toml", '[[source]]\nid = "a"\nurl = "https://a.example/f"\nexcerpt = false\n')
    assert "excerpt: must be a whole number" in problem


# -- words and templates -------------------------------------------------------------------------------------


def messages(folder, name: str, text: str | bytes):
    (folder / "messages").mkdir(exist_ok=True)
    (folder / "messages" / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_words_beside_the_configuration_are_read_and_make_a_language(folder):
    messages(folder, "de.toml", '[language]\nplural = "n != 1"\n[text]\nabout = "Zu dieser Ausgabe"\n')
    messages(folder, "notes.md", "no catalogue")
    (folder / "digests.toml").write_text(DIGEST + 'language = "de"\n')
    settings = load_settings(folder, {})
    assert settings.messages["de"]["text"] == {"about": "Zu dieser Ausgabe"}
    assert settings.digests[0].language == "de"


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("de.toml", '[text]\n\nabuot = "x"\n', "messages/de.toml:3: text.abuot: unknown key"),
        ("de.toml", "[text\n", "messages/de.toml:0: de: cannot be read as TOML"),
        ("de.toml", b"\xff", "messages/de.toml:0: de: is not in UTF-8; save the file in UTF-8"),
        ("German.toml", "", "messages/German.toml:0: German: no language can have this name"),
    ],
)
def test_words_that_cannot_be_used_are_told_with_file_and_line(folder, told, name, text, line):
    messages(folder, name, text)
    [problem] = told("digests.toml", DIGEST)
    assert problem.startswith(line)


def test_templates_beside_the_configuration_are_read_by_name(folder):
    (folder / "templates").mkdir()
    (folder / "templates" / "digest.txt.j2").write_text("{{ title }}")
    (folder / "templates" / "README.md").write_text("no template")
    assert dict(load_settings(folder, {}).templates) == {"digest.txt.j2": "{{ title }}"}
    assert dict(load_settings(folder, {}, parts={"monitor"}).templates) == {}


def test_a_folder_or_a_file_that_cannot_be_read_is_told(folder, told):
    (folder / "templates").write_text("a file")
    (folder / "messages" / "de.toml").mkdir(parents=True)
    problems = told("digests.toml", DIGEST)
    assert [problem.partition(": ")[0] for problem in problems] == ["messages/de.toml:0", "templates:0"]
    assert all("cannot be read" in problem for problem in problems)
    assert os.listdir(folder / "messages") == ["de.toml"]
