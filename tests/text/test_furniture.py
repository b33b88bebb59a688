from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Wire
from monitor.text.credits import TAIL_LENGTH
from monitor.text.furniture import HEAD_LENGTH, find_furniture

# body, what its furniture says, what is left
BODIES = [
    (
        "MOSCOW, November 7. /TASS/. Talks went on.",
        Wire(place="MOSCOW", dated="November 7", agency="TASS"),
        "Talks went on.",
    ),
    (
        "МОСКВА, 7 ноября. /ТАСС/. Встреча прошла.",
        Wire(place="МОСКВА", dated="7 ноября", agency="ТАСС"),
        "Встреча прошла.",
    ),
    (
        "МОСКВА, 7 ноября. /Корр. ТАСС/. Встреча.",
        Wire(place="МОСКВА", dated="7 ноября", agency="Корр. ТАСС"),
        "Встреча.",
    ),
    ("ISLAMABAD, Nov. 7 (Xinhua) -- Text", Wire(place="ISLAMABAD", dated="Nov. 7", agency="Xinhua"), "Text"),
    ("SEOUL, Nov. 7 (Yonhap) -- Text", Wire(place="SEOUL", dated="Nov. 7", agency="Yonhap"), "Text"),
    ("PARIS, Nov 7, 2023 (AFP) - Text", Wire(place="PARIS", dated="Nov 7, 2023", agency="AFP"), "Text"),
    ("Paris, 21 jan 2019 (AFP) - Texte", Wire(place="Paris", dated="21 jan 2019", agency="AFP"), "Texte"),
    ("LONDON, November 7 (Reuters) - Text", Wire(place="LONDON", dated="November 7", agency="Reuters"), "Text"),
    ("PHOENIX, Ariz. (AP) — Text", Wire(place="PHOENIX, Ariz.", agency="AP"), "Text"),
    ("Berlin (dpa) - Text", Wire(place="Berlin", agency="dpa"), "Text"),
    ("Madrid, Jan 2 (EFE).- Text", Wire(place="Madrid", dated="Jan 2", agency="EFE"), "Text"),
    ("(ANSA) - ROMA, 01 LUG - Testo", Wire(place="ROMA", dated="01 LUG", agency="ANSA"), "Testo"),
    ("(Reuters) - Text", Wire(agency="Reuters"), "Text"),
    ("SYDNEY March 22 AAP - Text", Wire(place="SYDNEY", dated="March 22", agency="AAP"), "Text"),
    ("TOKYO, Japan, Nov. 7 Kyodo - Text", Wire(place="TOKYO, Japan", dated="Nov. 7", agency="Kyodo"), "Text"),
    ("Genève (ats afp) Texte", Wire(place="Genève", agency="ats afp"), "Texte"),
    (
        "Baku, Azerbaijan, Nov. 7 / By Name Surname – Trend: Text",
        Wire(place="Baku, Azerbaijan", dated="Nov. 7", agency="Trend"),
        "Text",
    ),
    ("Talks were held, APA reports.", Wire(agency="APA"), "Talks were held"),
    ("Baku, November 7, AZERTAC\nText", Wire(place="Baku", dated="November 7", agency="AZERTAC"), "Text"),
    ("ANKARA (AA) - Text", Wire(place="ANKARA", agency="AA"), "Text"),
    ("ISLAMABAD, Nov 7 (APP): Text", Wire(place="ISLAMABAD", dated="Nov 7", agency="APP"), "Text"),
    ("ISLAMABAD (APP): Text", Wire(place="ISLAMABAD", agency="APP"), "Text"),
    ("PARIS (AFP) - Reuters", Wire(place="PARIS", agency="AFP"), "Reuters"),
    ("KARACHI, Nov 7 (Some Desk): Text", Wire(place="KARACHI", dated="Nov 7", agency="Some Desk"), "Text"),
    (
        "NEW YORK, Nov. 07, 2023 (GLOBE NEWSWIRE) -- Text",
        Wire(place="NEW YORK", dated="Nov. 07, 2023", agency="GLOBE NEWSWIRE"),
        "Text",
    ),
    ("BAKU--(BUSINESS WIRE)--Text", Wire(place="BAKU", agency="BUSINESS WIRE"), "Text"),
    ("OSLO, Nov. 7, 2023 /PRNewswire/ -- Text", Wire(place="OSLO", dated="Nov. 7, 2023", agency="PRNewswire"), "Text"),
    ("Islamabad – 7 November 2023 : Embassy of X", Wire(place="Islamabad", dated="7 November 2023"), "Embassy of X"),
    ("The Hague, 7 November 2023 – The court sat", Wire(place="The Hague", dated="7 November 2023"), "The court sat"),
    ("ISLAMABAD: The embassy said", Wire(place="ISLAMABAD"), "The embassy said"),
    ("Text ends. With files from The Canadian Press", Wire(agency="The Canadian Press"), "Text ends."),
    ("Text ends. (With inputs from PTI)", Wire(agency="PTI"), "Text ends."),
    ("Text ends.\nWith inputs from agencies", Wire(agency="agencies"), "Text ends."),
    ("Text ends here. - Reuters", Wire(agency="Reuters"), "Text ends here."),
    (
        "Islamabad(TNS): A headline\n\nIslamabad – 7 November 2023 : Embassy marks a day",
        Wire(label="Islamabad(TNS)", place="Islamabad", dated="7 November 2023"),
        "A headline\n\nEmbassy marks a day",
    ),
    ("Islamabad(APP): Text", Wire(label="Islamabad(APP)", place="Islamabad", agency="APP"), "Text"),
    ("Islamabad (TNS): Text", Wire(label="Islamabad (TNS)", place="Islamabad"), "Text"),
    ("БАКУ, 7 ноя — РИА Новости. Текст", Wire(place="БАКУ", dated="7 ноя", agency="РИА Новости"), "Текст"),
    ("Москва. 7 ноября. ИНТЕРФАКС - Текст", Wire(place="Москва", dated="7 ноября", agency="ИНТЕРФАКС"), "Текст"),
    (
        "YEREVAN, NOVEMBER 7, ARMENPRESS. Text",
        Wire(place="YEREVAN", dated="NOVEMBER 7", agency="ARMENPRESS"),
        "Text",
    ),
    ("NEW DELHI, Nov 7 (PTI) Text", Wire(place="NEW DELHI", dated="Nov 7", agency="PTI"), "Text"),
    ("New Delhi [India], November 7 (ANI): Text", Wire(place="New Delhi", dated="November 7", agency="ANI"), "Text"),
    ("Genève (Keystone-ATS) Texte", Wire(place="Genève", agency="Keystone-ATS"), "Texte"),
    ("Bern (sda) Text", Wire(place="Bern", agency="sda"), "Text"),
    ("تهران، ۷ نوامبر (ایرنا) - متن", Wire(place="تهران", dated="۷ نوامبر", agency="ایرنا"), "متن"),
    ("بيروت (رويترز) - نص", Wire(place="بيروت", agency="رويترز"), "نص"),
    ("Встреча прошла, сообщает ТАСС.", Wire(agency="ТАСС"), "Встреча прошла"),
    ("Text ends.\nSource: Daily Desk", Wire(agency="Daily Desk"), "Text ends."),
    ("Text ends. (Reporting by A. Writer in Baku; Editing by B. Reader)", Wire(), "Text ends."),
    ("Text ends. © 2026 Daily Desk. All rights reserved.", Wire(), "Text ends."),
    ("Text ends.\nRead more at our site", Wire(), "Text ends."),
    ("Text ends.\nЧитать далее", Wire(), "Text ends."),
    ("Text ends.\n\nThe post A bridge opens appeared first on Daily Desk.", Wire(), "Text ends."),
    ("Text ends. - Reuters\n(Editing by B. Reader)\n© 2026 Daily Desk", Wire(agency="Reuters"), "Text ends."),
]

# A place, a date or brackets missing; other cases, dashes and languages; what stands under texts.
RELATIVES = [
    ("ISLAMABAD (TNS) - Text", Wire(place="ISLAMABAD", agency="TNS"), "Text"),
    ("Islamabad (TNS) – Text", Wire(place="Islamabad", agency="TNS"), "Text"),
    ("ISLAMABAD – (TNS) – Text", Wire(place="ISLAMABAD", agency="TNS"), "Text"),
    ("Washington (CNN) - Text", Wire(place="Washington", agency="CNN"), "Text"),
    ("LAHORE (Web Desk) – Text", Wire(place="LAHORE", agency="Web Desk"), "Text"),
    ("LAHORE (Staff Reporter): Text", Wire(place="LAHORE", agency="Staff Reporter"), "Text"),
    ("AFP - Text", Wire(agency="AFP"), "Text"),
    ("Reuters – Text", Wire(agency="Reuters"), "Text"),
    ("/PRNewswire/ -- Text", Wire(agency="PRNewswire"), "Text"),
    ("/ТАСС/. Текст", Wire(agency="ТАСС"), "Текст"),
    ("МОСКВА. /ТАСС/. Текст", Wire(place="МОСКВА", agency="ТАСС"), "Текст"),
    ("БАКУ /Trend/ - Текст", Wire(place="БАКУ", agency="Trend"), "Текст"),
    ("Баку, 7 ноября, АЗЕРТАДЖ Текст", Wire(place="Баку", dated="7 ноября", agency="АЗЕРТАДЖ"), "Текст"),
    ("ЕРЕВАН, 7 ноября. АРМЕНПРЕСС. Текст", Wire(place="ЕРЕВАН", dated="7 ноября", agency="АРМЕНПРЕСС"), "Текст"),
    ("Bakı. 7 noyabr. REPORT.AZ: Mətn", Wire(place="Bakı", dated="7 noyabr", agency="REPORT.AZ"), "Mətn"),
    ("BAKI, 7 noyabr — APA. Mətn", Wire(place="BAKI", dated="7 noyabr", agency="APA"), "Mətn"),
    ("İstanbul, 7 Kasım (DHA) – Metin", Wire(place="İstanbul", dated="7 Kasım", agency="DHA"), "Metin"),
    ("ANKARA (AA) – Metin", Wire(place="ANKARA", agency="AA"), "Metin"),
    ("Baku. Trend: Text", Wire(place="Baku", agency="Trend"), "Text"),
    ("ASTANA. KAZINFORM – Text", Wire(place="ASTANA", agency="KAZINFORM"), "Text"),
    ("paris, 7 nov 2023 (afp) – texte", Wire(place="paris", dated="7 nov 2023", agency="afp"), "texte"),
    ("Wien/Baku (APA/AFP) - Text", Wire(place="Wien/Baku", agency="APA/AFP"), "Text"),
    ("GENEVA (7 November 2023) – Text", Wire(place="GENEVA", dated="7 November 2023"), "Text"),
    ("7 November 2023 – Text", Wire(dated="7 November 2023"), "Text"),
    ("BAKU, Azerbaijan — Text", Wire(place="BAKU, Azerbaijan"), "Text"),
    ("WASHINGTON _ Text", Wire(place="WASHINGTON"), "Text"),
    ("اسلام آباد (اے پی پی): متن", Wire(place="اسلام آباد", agency="اے پی پی"), "متن"),
    ("اسلام آباد (ٹی این ایس) - متن", Wire(place="اسلام آباد", agency="ٹی این ایس"), "متن"),
    ("اسلام آباد، 7 نومبر (اے پی پی): متن", Wire(place="اسلام آباد", dated="7 نومبر", agency="اے پی پی"), "متن"),
    ("کراچی(اسٹاف رپورٹر) متن", Wire(place="کراچی", agency="اسٹاف رپورٹر"), "متن"),
    ("اسلام آباد: متن", Wire(place="اسلام آباد"), "متن"),
    ("تهران- ایرنا- متن", Wire(place="تهران", agency="ایرنا"), "متن"),
    ("القاهرة 7 نوفمبر 2023 (شينخوا) -- نص", Wire(place="القاهرة", dated="7 نوفمبر 2023", agency="شينخوا"), "نص"),
    ("القاهرة في 7 نوفمبر/ أ ش أ / نص", Wire(place="القاهرة", dated="7 نوفمبر", agency="أ ش أ"), "نص"),
    (
        "الرياض 23 ربيع الآخر 1445 هـ الموافق 07 نوفمبر 2023 م واس نص",
        Wire(place="الرياض", dated="07 نوفمبر 2023", agency="واس"),
        "نص",
    ),
    ("新华社北京11月7日电 正文", Wire(place="北京", dated="11月7日", agency="新华社"), "正文"),
    ("新华社巴库11月7日电（记者 张三）正文", Wire(place="巴库", dated="11月7日", agency="新华社"), "正文"),
    ("中新网11月7日电 正文", Wire(dated="11月7日", agency="中新网"), "正文"),
    ("（北京中新社7日电）正文", Wire(place="北京", dated="7日", agency="中新社"), "正文"),
    ("北京，11月7日（新华社）——正文", Wire(place="北京", dated="11月7日", agency="新华社"), "正文"),
    ("【新华社】正文", Wire(agency="新华社"), "正文"),
    ("Text ends, Trend reports citing AFP.", Wire(agency="Trend"), "Text ends"),
    ("Text ends. (Reuters/APP)", Wire(agency="Reuters/APP"), "Text ends."),
    ("Text ends. (dpa)", Wire(agency="dpa"), "Text ends."),
    ("Text ends.\nAFP", Wire(agency="AFP"), "Text ends."),
    ("Text ends.\n— Reuters", Wire(agency="Reuters"), "Text ends."),
    ("Text ends. (With PTI inputs)", Wire(agency="PTI"), "Text ends."),
    ("Text ends. Additional reporting by AFP", Wire(agency="AFP"), "Text ends."),
    ("Texte. Avec AFP", Wire(agency="AFP"), "Texte."),
    ("Текст, передаёт Trend со ссылкой на ТАСС.", Wire(agency="Trend"), "Текст"),
    ("Текст. /ТАСС/", Wire(agency="ТАСС"), "Текст."),
    ("Mətn, APA xəbər verir.", Wire(agency="APA"), "Mətn"),
    ("متن ہے۔ (اے پی پی)", Wire(agency="اے پی پی"), "متن ہے۔"),
    ("正文。(新华社)", Wire(agency="新华社"), "正文。"),
    ("正文。（完）", Wire(), "正文。"),
    ("Text ends.\nENDS", Wire(), "Text ends."),
    ("Text ends.\n###", Wire(), "Text ends."),
]

TITLES = [
    ("UPDATE 1-Talks resume", Wire(edit="UPDATE 1"), "Talks resume"),
    ("WRAPUP 2-Talks resume", Wire(edit="WRAPUP 2"), "Talks resume"),
    ("(LEAD) Talks resume", Wire(edit="LEAD"), "Talks resume"),
    ("2ND LD Talks resume", Wire(edit="2ND LD"), "Talks resume"),
    ("(2nd LD) Talks resume", Wire(edit="2nd LD"), "Talks resume"),
    ("CORRECTED-Talks resume", Wire(edit="CORRECTED"), "Talks resume"),
    ("CORRECTED(OFFICIAL)-UPDATE 2-Talks", Wire(edit="CORRECTED(OFFICIAL)-UPDATE 2"), "Talks"),
    ("REFILE-Talks resume", Wire(edit="REFILE"), "Talks resume"),
    ("REPEAT: Talks resume", Wire(edit="REPEAT"), "Talks resume"),
    ("STORY WITHDRAWN: Talks resume", Wire(edit="STORY WITHDRAWN"), "Talks resume"),
    ("STORY WITHDRAWN", Wire(edit="STORY WITHDRAWN"), ""),
    ("KILL - Talks resume", Wire(edit="KILL"), "Talks resume"),
    ("(3rd LD) (ATTN: ADDS details) Talks resume", Wire(edit="3rd LD"), "Talks resume"),
    ("LEAD 1-Talks resume", Wire(edit="LEAD 1"), "Talks resume"),
    ("ИСПРАВЛЕНО: Talks resume", Wire(edit="ИСПРАВЛЕНО"), "Talks resume"),
    ("ACTUALIZA 1-Talks resume", Wire(edit="ACTUALIZA 1"), "Talks resume"),
    ("KORREKTUR: Talks resume", Wire(edit="KORREKTUR"), "Talks resume"),
    ("DÜZELTME - Talks resume", Wire(edit="DÜZELTME"), "Talks resume"),
    ("Talks resume (UPDATED)", Wire(edit="UPDATED"), "Talks resume"),
    ("Talks resume - Reuters", Wire(agency="Reuters"), "Talks resume"),
    ("Islamabad(TNS): Talks resume", Wire(label="Islamabad(TNS)", place="Islamabad"), "Talks resume"),
    ("Baku – 7 November 2023 : Talks", Wire(place="Baku", dated="7 November 2023"), "Talks"),
    ("UPDATE 2-BAKU (AFP) - Talks", Wire(edit="UPDATE 2", place="BAKU", agency="AFP"), "Talks"),
]

PROSE = [
    "Officials told the agency (AFP) that talks go on.",
    "The agency (AFP) - one of three - reported it.",
    "He told a news agency (AFP) - and left.",
    "In Baku (Azerbaijan) - a city by the sea",
    "Springfield (CNN) - Text by an outlet that is no agency",
    "NATO: a history of enlargement",
    "LIVE: talks in the capital",
    "May 2 - the day of the vote",
    "World Health Organization (WHO): new figures",
    "photo (AFP) - a view",
    "Video (AFP) - a view of the bay",
    "He came with files from the office.",
    "Talks go on - Report",
    "Talks, he says, APA reports that and more.",
    "NEW DELHI, Nov 7 (desk 4) - Text",
    "and/or /TASS/. text",
    "London, 7 July 2005 was a Thursday",
    "update on the talks",
    "Lead talks resume",
    "A (AFP) - x",
    "اسلام آباد سے خبر (واس) آئی",
    "The article, he said, appeared first on their site.",
    "In 2026 the Copyright Act was changed",
    "A report by the desk (with photos by a friend)",
    "NEW DELHI, Nov 7 (desk) Text",
    "Actualizar el texto",
    "Об этом сообщает ТАСС",
    "It was told by an agency (AFP).",
    "The envoy met the press of the capital (Reuters)",
    "They sang. (With a friend)",
    "He works there.\nAlone",
    "Islamabad (the capital) - a city",
    "Islamabad (Pakistan) - a city",
    "paris (afp) and others",
    "7 July 2005 - a day that nobody forgets",
    "Trend: more people walk",
    "اسلام آباد میں 7 نومبر کو",
    "北京11月7日下雪",
    "（记者 张三）正文",
    "How it ENDS is not known",
]


@pytest.mark.parametrize(("body", "wire", "rest"), [*BODIES, *RELATIVES])
def test_furniture_of_a_text_is_set_apart(body: str, wire: Wire, rest: str) -> None:
    found = find_furniture("", body)
    assert found.wire == wire
    assert found.bare_body == rest
    assert {field for field, _, _ in found.spans} == {"body"}


@pytest.mark.parametrize(("title", "wire", "rest"), TITLES)
def test_furniture_of_a_title_is_set_apart(title: str, wire: Wire, rest: str) -> None:
    found = find_furniture(title, "")
    assert found.wire == wire
    assert found.bare_title == rest


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_left_alone(text: str) -> None:
    assert find_furniture(text, text).spans == ()
    assert find_furniture(text, text).wire == Wire()


def test_a_dateline_of_the_body_goes_before_the_place_of_a_label() -> None:
    found = find_furniture("Lahore(TNS): Talks", "Islamabad – 7 November 2023 : The embassy said")
    assert found.wire == Wire(label="Lahore(TNS)", place="Islamabad", dated="7 November 2023")
    assert found.spans == (("title", 0, 13), ("body", 0, 30))


def test_a_date_in_a_title_is_left_where_no_space_stands_before_the_colon() -> None:
    assert find_furniture("London – 7 July 2005: a day remembered", "").wire == Wire()


def test_a_dateline_is_looked_for_at_the_start_of_the_text_only() -> None:
    late = "word " * 40 + "\nPARIS, Nov 7, 2023 (AFP) - Text"
    assert find_furniture("", late).wire == Wire()
    assert len("word " * 40) > HEAD_LENGTH


def test_a_credit_is_looked_for_at_the_end_of_the_text_only() -> None:
    text = "Text ends here. - Reuters\n" + "word " * 30
    assert find_furniture("", text).wire == Wire()
    assert len("word " * 30) > TAIL_LENGTH


@given(st.text(), st.text())
def test_what_is_left_is_what_stands_between_the_spans(title: str, body: str) -> None:
    check_rest(title, body)


PIECES = [
    "PARIS",
    "Paris",
    "Nov",
    "7",
    ",",
    "2023",
    "(AFP)",
    "-",
    "--",
    ":",
    ".",
    "/TASS/",
    "\n",
    "UPDATE 1",
    "talks",
    "APA reports",
]
WIRE_LIKE = st.lists(st.sampled_from(PIECES), max_size=16).map(" ".join)


@given(WIRE_LIKE, WIRE_LIKE)
def test_what_is_left_of_wire_copy_is_what_stands_between_the_spans(title: str, body: str) -> None:
    check_rest(title, body)


def check_rest(title: str, body: str) -> None:
    found = find_furniture(title, body)
    for field, text, rest in (("title", title, found.bare_title), ("body", body, found.bare_body)):
        end, kept = 0, ""
        for _, start, stop in (span for span in found.spans if span[0] == field):
            assert end <= start < stop <= len(text)
            kept, end = kept + text[end:start], stop
        assert (kept + text[end:]).strip() == rest


@pytest.mark.parametrize(
    "piece", ["A ", "A. ", "A,A ", "Wed, ", "x", "A-", "(", "/A", "Paris, Nov 7 ", "1 May ", " - "]
)
def test_hostile_text_costs_little(piece: str) -> None:
    text = piece * 20_000
    started = process_time()
    find_furniture(text, text)
    assert process_time() - started < 0.5


def test_a_release_carried_by_an_outlet_shows_its_label_and_its_dateline() -> None:
    found = find_furniture(
        "Islamabad(TNS): *Embassy Marks National Day*",
        "Islamabad – 7 November 2023 : Embassy of X in Islamabad marks its national day.",
    )
    assert found.wire == Wire(label="Islamabad(TNS)", place="Islamabad", dated="7 November 2023")
    assert found.bare_title == "*Embassy Marks National Day*"
    assert found.bare_body == "Embassy of X in Islamabad marks its national day."
