"""The edition in the reader's language, with all that may stand in one; and in templates of somebody's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.messages import SHIPPED
from monitor.notices.content import (
    Ailing,
    Carried,
    Content,
    Correction,
    Mark,
    SameEvent,
    Section,
    content_text,
    kept_content,
)
from monitor.notices.digest_mail import (
    HTML_MOST_BYTES,
    digest_subject,
    render_digest,
    render_html,
    render_text,
    render_whole_html,
)
from monitor.notices.templating import HTML, NAMES, SHIPPED_TEMPLATES, TEXT, Templates, shipped_template, style_of
from tests.notices.conftest import DUE_AT, an_entry


@pytest.fixture
def rich(content: Content) -> Content:
    """Beside the rest: marks, hits, notes, tellings of the same event, corrections, the past week."""
    first, *others = content.sections[0].entries
    mark = Mark("CORRECTED", "Karachi Wire", DUE_AT - timedelta(hours=1))
    first = replace(
        first,
        hits=("reception", "national day", "arch"),
        same_event=(
            SameEvent(5, "Border talks", "x", None),
            SameEvent(77, "A reception", "Newsline", "https://n.example/"),
        ),
        mark=mark,
        note="Call them.",
    )
    return replace(
        content,
        sections=(replace(content.sections[0], entries=(first, *others)), *content.sections[1:]),
        corrections=(
            Correction(
                *(50, 51, 1, "CORRECTED: Bridge opens in May", "https://k.example/1", "en", mark),
                *("Bridge opens in April", DUE_AT - timedelta(days=2), ("kw",)),
            ),
        ),
        week=(
            Carried(
                60, 61, "Old map found", "https://f.example/1", "en", "The Frontier", 12, DUE_AT - timedelta(days=3)
            ),
        ),
        ailing=(*content.ailing, Ailing("Odd", "strange", ""), Ailing("Newsline", "failing", "HTTP 500", is_over=True)),
        reads=("en",),
        note="The minister speaks at eleven.",
    )


def flat(text: str) -> str:
    return " ".join(text.split())


def test_an_edition_with_everything_reads_as_it_should(rich: Content) -> None:
    text = flat(render_text(rich))
    for said in (
        "5 items from 12 outlets, 1 further pick-up of earlier items, 1 correction of what was sent before.",
        "Our mission in the media: 2 · Region & world: 3",
        "Note: The minister speaks at eleven.",
        "CORRECTED by Karachi Wire, Mon 23 Nov, 06:00 The embassy marked",
        "also on this: no. 5, “A reception” (Newsline)",
        "Note: Call them.",
        "3. Переговоры о границе продолжатся в декабре [Peregovory o granitse prodolzhatsya v dekabre]",
        "Corrections ---------------------------------------- CORRECTED: Bridge opens in May",
        "concerns “Bridge opens in April”, sent on Sat 21 Nov",
        "Most carried last week ---------------------------------------- Old map found",
        "The Frontier – 12 outlets – sent on Fri 20 Nov",
        "Odd: strange",
        "Newsline: failing for a while, well again (HTTP 500)",
    ):
        assert said in text
    page = flat(LexborHTMLParser(render_html(rich)).text())
    for said in (
        "also on this: no. 5",
        "Note: Call them.",
        "liang guo dai biao tuan",
        "Most carried last week",
        "concerns “Bridge",
    ):
        assert said in page


def test_hits_are_marked_as_whole_words_and_nothing_else_is(rich: Content) -> None:
    page = LexborHTMLParser(render_html(rich))
    marked = [node.text() for node in page.css(".entry mark")]
    assert marked == ["national day", "reception"]  # in the summary; a headline is marked where that has none
    assert page.css_first(".entry h3 a").text() == "Embassy marks national day with reception and exhibition"


@pytest.mark.parametrize(
    ("title", "hit", "marked"),
    [
        ("<b>Bold</b> & Sons", "Bold", "Bold"),
        ("两国代表团再次会谈", "代表团", "代表团"),
        ("a+b (c)", "(c)", "(c)"),
        ("harbour", "arbo", None),
        ("anything", " \x00 ", None),
    ],
)
def test_marks_stand_in_any_script_and_leave_the_rest_escaped(
    content: Content, title: str, hit: str, marked: str | None
) -> None:
    one = replace(content, sections=(Section("News", (an_entry(1, title, hits=(hit,)),)),))
    link = LexborHTMLParser(render_html(one)).css_first("h3 a")
    assert link.text() == title
    assert (link.css_first("mark").text() if link.css_first("mark") else None) == marked


def test_a_page_that_is_much_shortened_has_no_marks(content: Content) -> None:
    entries = tuple(
        an_entry(n, f"Title {n}", summary="A word stands here. " * 38, hits=("word",)) for n in range(1, 200)
    )
    html = render_html(replace(content, sections=(Section("News", entries),)))
    assert len(html.encode()) <= HTML_MOST_BYTES
    assert "<mark" not in html
    whole = render_whole_html(replace(content, sections=(Section("News", entries),)))
    assert len(whole.encode()) > HTML_MOST_BYTES
    assert "<mark" in whole


@pytest.mark.parametrize("language", SHIPPED)
def test_every_language_words_the_whole_edition(rich: Content, language: str) -> None:
    style = style_of(language, {}, {})
    mail = render_digest(replace(rich, language=language), style)
    assert mail.subject.startswith("Morning press review – ")
    for said in ("about", "corrections", "week"):
        assert style.catalogue.say(said) in mail.text
    for english in ("new articles", "outlets", "About", "Corrections", "carried", "Note:", "Mon ", "November"):
        assert (english in mail.text) is (language == "en"), english


def test_urdu_runs_from_right_to_left_and_sets_other_texts_off(rich: Content) -> None:
    mail = render_digest(replace(rich, language="ur", title="صبح کا جائزہ"), style_of("ur", {}, {}))
    page = LexborHTMLParser(mail.html)
    assert (page.css_first("html").attributes["dir"], page.css_first("html").attributes["lang"]) == ("rtl", "ur")
    english, urdu = page.css(".entry")[:2]
    assert english.attributes["dir"] == "ltr"
    assert english.css_first(".meta").attributes["dir"] == "rtl"
    assert "text-align:left" in english.css_first(".meta").attributes["style"]
    assert "style" in urdu.css_first(".meta").attributes
    assert "text-align" not in urdu.css_first(".meta").attributes["style"]
    assert "نیز: \u2068The Daily Courier\u2069، \u2068Lahore Evening\u2069" in mail.text
    assert mail.subject == "صبح کا جائزہ – پیر 23 نومبر 2026 – 5 خبریں"


def test_english_sets_off_what_runs_the_other_way_and_nothing_else(content: Content) -> None:
    entry = an_entry(1, "Embassy", also=("روزنامہ ساحل", "Newsline"))
    assert "also: \u2068روزنامہ ساحل\u2069, Newsline" in render_text(
        replace(content, sections=(Section("News", (entry,)),))
    )
    assert "\u2068" not in render_text(content)


def test_a_subject_of_corrections_alone_says_so(rich: Content) -> None:
    only = replace(rich, sections=())
    assert digest_subject(only) == "Morning press review – Mon 23 Nov 2026 – 1 correction"
    assert "1 correction of what was sent before." in render_text(only)


def test_spelling_is_left_out_where_the_reader_knows_the_script_or_says_nothing(rich: Content) -> None:
    assert "Peregovory" not in render_text(replace(rich, reads=()))
    assert "Peregovory" not in render_text(replace(rich, reads=("en", "ru")))


def test_the_content_is_kept_whole(rich: Content) -> None:
    assert kept_content(content_text(rich)) == rich


def test_the_page_can_be_printed(content: Content) -> None:
    html = render_whole_html(content)
    assert "@media print" in html
    assert "break-inside: avoid" in html


# -- templates -----------------------------------------------------------------------------------------------


def test_a_template_of_ones_own_takes_the_place_of_the_shipped_one(content: Content) -> None:
    own = {
        TEXT: "{{ title }}!",
        HTML: "<h1>{{ edition.title }}</h1>{% for s in sections %}<p>{{ s.title }}</p>{% endfor %}",
    }
    mail = render_digest(replace(content, title="<Review>"), style_of("en", {}, own))
    assert mail.text == "<Review>!\n"
    assert "<h1>&lt;Review&gt;</h1><p>Our mission in the media</p><p>Region &amp; world</p>" in mail.html


def test_one_that_fails_on_an_edition_gives_way_to_the_shipped_one(content: Content) -> None:
    mail = render_digest(content, style_of("en", {}, {TEXT: "{{ sections[9].title }}"}))
    assert mail.text == render_text(content)


def test_a_template_may_include_its_own_parts_and_the_shipped_ones() -> None:
    own = {TEXT: "{% include '_head.j2' %}", "_head.j2": "Head of {{ title }}"}
    assert Templates(own).render(TEXT, {"title": "X"}) == "Head of X"


@pytest.mark.parametrize("name", SHIPPED_TEMPLATES)
def test_the_shipped_templates_can_be_copied_and_then_do_the_same(content: Content, name: str) -> None:
    style = style_of("en", {}, {name: shipped_template(name)})
    assert render_digest(content, style) == render_digest(content)


def test_the_shipped_templates_pass_as_ones_own() -> None:
    from monitor.notices.sample import sample_values

    own = {name: shipped_template(name) for name in SHIPPED_TEMPLATES}
    assert [Templates(own).try_out(name, sample_values()) for name in NAMES] == [None, None]
