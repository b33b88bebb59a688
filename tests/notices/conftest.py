"""An edition with everything that can stand in one, in several scripts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.notices.content import Ailing, Content, Entry, FollowUp, Section, Tally

DUE_AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 07:00 in Karachi


def an_entry(number: int, title: str, **changes: object) -> Entry:
    values: dict[str, object] = {
        "story_id": number,
        "item_id": 100 + number,
        "version": 1,
        "title": title,
        "summary": "",
        "outlet": "The Daily Courier",
        "place": "",
        "at": DUE_AT - timedelta(hours=number),
        "is_seen": False,
        "url": f"https://courier.example/{number}",
        "language": "en",
        "also": (),
        "publishers": ("courier",),
    }
    return Entry(**(values | changes))  # type: ignore[arg-type]


RELEASE = (
    "The embassy marked the national day with a reception attended by members of parliament, the diplomatic "
    "corps and students who had spent a term abroad. The ambassador thanked the hosts and spoke of trade, which has "
    "doubled within three years, and of direct flights that begin in spring. An exhibition of carpets stays open until "
    "Friday; entrance is free."
)
URDU = (
    "سفارت خانے نے قومی دن کے موقع پر ایک تقریب منعقد کی جس میں اراکین پارلیمان اور طلبہ نے شرکت کی۔ "
    "سفیر نے میزبانوں کا شکریہ ادا کیا اور تجارت میں اضافے کا ذکر کیا۔"
)

OWN = Section(
    "Our mission in the media",
    (
        an_entry(
            1,
            "Embassy marks national day with reception and exhibition",
            summary=RELEASE,
            outlet="Embassy of Atlantis in Islamabad",
            place="Islamabad",
            also=(
                "The Daily Courier",
                "Lahore Evening",
                "Radio Indus",
                "Karachi Wire",
                "The Frontier",
                "Newsline",
                "Sindh Today",
            ),
            publishers=("embassy", "courier", "lahore", "indus", "kw", "frontier", "newsline", "sindh"),
        ),
        an_entry(
            2,
            "سفارت خانے میں قومی دن کی تقریب",
            summary=URDU,
            outlet="روزنامہ ساحل",
            place="اسلام آباد",
            language="ur",
            url="https://sahil.example/news/2?a=1&b=2",
            publishers=("sahil",),
        ),
    ),
    (
        FollowUp(
            9,
            109,
            1,
            "Trade talks to resume in spring",
            "https://wire.example/9",
            "en",
            ("Radio Indus", "Newsline"),
            ("indus",),
        ),
    ),
)
REGION = Section(
    "Region & world",
    (
        an_entry(
            3,
            "Переговоры о границе продолжатся в декабре",
            language="ru",
            outlet="Вестник",
            publishers=("vestnik",),
            summary="Стороны сообщили, что встреча пройдёт в декабре. Место пока не названо.",
        ),
        an_entry(
            4,
            "两国代表团十二月将再次会谈",
            language="zh",
            outlet="海岸日报",
            publishers=("haian",),
            summary="双方表示，会谈将于十二月举行，地点尚未公布。两个代表团都称此次谈话务实而坦诚，并同意继续保持联系，以便就边界开放、贸易和交通问题交换意见。",
        ),
        an_entry(
            5,
            "Border talks to go on in December, both sides say",
            place="GENEVA",
            is_seen=True,
            url=None,
            also=("Morgenblatt",),
            publishers=("courier", "morgen"),
            summary="Both sides said the meeting would be held in December. The place was not named.",
        ),
    ),
    cut_count=4,
)


@pytest.fixture
def content() -> Content:
    return Content(
        digest_id="morning",
        title="Morning press review",
        timezone="Asia/Karachi",
        due_at=DUE_AT,
        made_at=DUE_AT + timedelta(seconds=4),
        window_from=DUE_AT - timedelta(days=1),
        window_to=DUE_AT + timedelta(seconds=4),
        is_late=False,
        sections=(OWN, Section("Energy"), REGION),
        tally=Tally(new_count=214, told_count=5, folded_count=11, cut_count=4, old_count=2, untaken_count=192),
        source_count=84,
        ailing=(
            Ailing("Ministry of Trade", "failing", "HTTP 503 since Sun 22 Nov"),
            Ailing("Harbour Gazette", "not-a-feed", "answers with a web page"),
        ),
    )
