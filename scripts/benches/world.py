"""Made-up feeds in six scripts: RSS 2.0, Atom and RSS 1.0, thirty entries of about a hundred words each.

Everything follows from a source's number and an entry's serial, so two runs serve the same words.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random
from xml.sax.saxutils import escape

ENTRIES = 30
TEXT_WORDS = 100
STEP = timedelta(minutes=40)  # between two entries of a source
FORMS = ("rss", "rss", "rss", "atom", "rss", "rss", "atom", "rss", "atom", "rdf")
STAMP = b"@build-date-goes-here@@@@@@@@@@@@"

# Stems and endings of everyday words; joined at random they give each language about five hundred words.
_STEMS = {
    "en": "harbour bridge council garden market letter school winter journey music river village library window kitchen "
    "teacher station forest doctor museum bakery theatre meadow lantern orchard railway picture weather student valley",
    "ru": "город мост сад книг школ зим дорог музык рек деревн окн учител вокзал лес врач музе пекарн театр луг фонар "
    "рынок письм урок берег остров площад гавань вечер поезд хлеб",
    "ur": "شہر پل باغ کتاب مکتب سردی سفر دریا گاؤں کھڑکی استاد جنگل طبیب بازار خط سبق ساحل جزیرہ میدان شام روٹی دکان پہاڑ "
    "بارش موسم تصویر چراغ راستہ دوست کھیل",
    "hy": "քաղաք կամուրջ այգի գիրք դպրոց ձմեռ ճանապարհ երաժշտ գետ գյուղ պատուհան ուսուցիչ կայարան անտառ բժիշկ թանգարան "
    "շուկա նամակ դաս ափ կղզի հրապարակ երեկո հաց խանութ լեռ անձրև եղանակ նկար ընկեր",
    "ka": "ქალაქ ხიდ ბაღ წიგნ სკოლ ზამთარ გზა მუსიკ მდინარე სოფელ ფანჯარა მასწავლებელ სადგურ ტყე ექიმ მუზეუმ ბაზარ წერილ "
    "გაკვეთილ ნაპირ კუნძულ მოედან საღამო პურ მაღაზია მთა წვიმა ამინდ სურათ მეგობარ",
    "zh": "城市 桥梁 花园 书店 学校 冬天 旅行 音乐 河流 村庄 窗户 老师 车站 森林 医生 博物馆 市场 信件 课程 海岸 岛屿 广场 "
    "晚上 面包 商店 山谷 下雨 天气 图画 朋友",
}
_ENDINGS = {
    "en": ["", "s", "side", "land", "ward", "less", "like", "work", "house", "way", "hood", "ful", "keeper", "maker"],
    "ru": ["", "а", "ы", "ов", "ам", "ами", "ах", "ный", "ная", "ного", "ском", "ками", "ик", "ости"],
    "ur": ["", "وں", "ی", "یں", "ا", "ے", "انہ", "دار", "گاہ", "والا", "والی", "والے", "نما", "ستان"],
    "hy": ["", "ի", "ը", "ներ", "ներում", "ներից", "ով", "ում", "ից", "ական", "ային", "ավոր", "ություն", "իկ"],
    "ka": ["ი", "ის", "ს", "ში", "ზე", "დან", "ები", "ებს", "ებში", "ით", "ური", "ელი", "ობა", "იც"],
    "zh": ["", "里", "上", "的", "和", "中", "外", "边", "旁", "间", "在", "是", "有", "到"],
}
LANGUAGES = tuple(_STEMS)
_SPACELESS = frozenset({"zh"})


def _spoken(language: str) -> list[str]:
    """A language's words, the frequent ones many times over, so that drawing from the list is like reading prose."""
    words = [stem + ending for ending in _ENDINGS[language] for stem in _STEMS[language].split()]
    Random(language).shuffle(words)
    return [word for rank, word in enumerate(words) for _ in range(1 + 300 // (rank + 3))]


_SPOKEN = {language: _spoken(language) for language in LANGUAGES}


def prose(random: Random, language: str, count: int) -> str:
    """So many words in sentences of ten."""
    words = random.choices(_SPOKEN[language], k=count)
    gap, stop = ("", "。") if language in _SPACELESS else (" ", ". ")
    return stop.join(gap.join(words[at : at + 10]) for at in range(0, count, 10)) + stop.strip()


@dataclass(slots=True)
class Feed:
    """One source as it stands: its entries as bytes, newest first, and how often it changed."""

    number: int
    address: str
    entries: deque[bytes]
    serials: deque[int]
    version: int = 0
    length: int = 0
    edited: dict[int, int] = field(default_factory=dict)

    @property
    def form(self) -> str:
        return FORMS[self.number % len(FORMS)]

    @property
    def language(self) -> str:
        return LANGUAGES[self.number % len(LANGUAGES)]

    @property
    def etag(self) -> bytes:
        return b'"%x-%x"' % (self.number, self.version)

    def body(self) -> bytes:
        """The document, with `STAMP` where its build date belongs."""
        head, tail = _frame(self)
        return b"".join((head, *self.entries, tail))


class World:
    """`count` feeds of `ENTRIES` entries that end at `now`; `address` gives the site of a feed's number."""

    def __init__(self, count: int, now: datetime, addresses: list[str]) -> None:
        self.now = now
        self.feeds = [self._feed(number, addresses[number % len(addresses)]) for number in range(count)]
        self._random = Random(count)

    def _feed(self, number: int, address: str) -> Feed:
        feed = Feed(number, address, deque(maxlen=ENTRIES), deque(maxlen=ENTRIES))
        self._publish(feed, range(ENTRIES))
        return feed

    def _publish(self, feed: Feed, serials: range) -> None:
        for serial in serials:
            feed.entries.appendleft(_entry(feed, serial, self._published(serial), 0))
            feed.serials.appendleft(serial)
        self._changed(feed)

    def _published(self, serial: int) -> datetime:
        return self.now + STEP * (serial - ENTRIES)

    @staticmethod
    def _changed(feed: Feed) -> None:
        feed.version += 1
        feed.length = len(feed.body())

    def add(self, feed: Feed, count: int) -> None:
        """Let a feed publish `count` more entries; its oldest fall out."""
        first = feed.serials[0] + 1
        self._publish(feed, range(first, first + count))

    def advance(self, count: int, edited_share: float) -> int:
        """Let every feed publish `count` more, and edit one older entry in a share of the feeds (at least in one).

        Returns how many entries were edited.
        """
        for feed in self.feeds:
            self.add(feed, count)
        chosen = self._random.sample(self.feeds, max(1, round(len(self.feeds) * edited_share)))
        for feed in chosen:
            at = self._random.randrange(count, ENTRIES)
            serial = feed.serials[at]
            feed.edited[serial] = feed.edited.get(serial, 0) + 1
            feed.entries[at] = _entry(feed, serial, self._published(serial), feed.edited[serial])
            self._changed(feed)
        return len(chosen)


def _entry(feed: Feed, serial: int, published: datetime, edits: int) -> bytes:
    """An entry's XML. One in ten carries the text of the feed before it, word for word, as reprints do."""
    origin = feed.number - 1 if feed.number and (feed.number + serial) % 10 == 0 else feed.number
    language = LANGUAGES[origin % len(LANGUAGES)]
    random = Random(origin * 1_000_003 + serial)
    title = prose(random, language, 7).rstrip(".。")
    link = f"http://{feed.address}/n/{feed.number}/{serial}.html"
    text = _markup(feed, serial, prose(random, language, TEXT_WORDS // 2), prose(random, language, TEXT_WORDS // 2))
    if edits:
        text += f"<p>{prose(Random(edits), language, 12)}</p>"
    # Half of the sources quote their markup, half set it in CDATA sections.
    content = f"<![CDATA[{text}]]>" if feed.number % 2 else escape(text)
    if feed.form == "atom":
        xml = (
            f'<entry><title>{escape(title)}</title><link rel="alternate" href="{link}"/><id>{link}</id>'
            f"<published>{published.isoformat()}</published><updated>{published.isoformat()}</updated>"
            f'<content type="html">{content}</content></entry>\n'
        )
    elif feed.form == "rdf":
        xml = (
            f'<item rdf:about="{link}"><title>{escape(title)}</title><link>{link}</link>'
            f"<dc:date>{published.isoformat()}</dc:date><description>{content}</description></item>\n"
        )
    else:
        xml = (
            f'<item><title>{escape(title)}</title><link>{link}</link><guid isPermaLink="false">{feed.number}-{serial}</guid>'
            f"<pubDate>{format_datetime(published)}</pubDate><category>{language}</category>"
            f"<description>{content}</description></item>\n"
        )
    return xml.encode()


def _markup(feed: Feed, serial: int, first: str, second: str) -> str:
    """Two paragraphs as editors leave them: a link that goes on, in every fourth an emphasis, in every fifth a picture."""
    picture = f'<img src="/pictures/{serial}.jpg" alt="" width="640"/>' if serial % 5 == 0 else ""
    lead = f"<strong>{first}</strong>" if serial % 4 == 0 else first
    return f'{picture}<p>{lead}</p><p>{second} <a href="/n/{feed.number}/{serial}.html?utm_source=feed">&#8230;</a></p>'


def _frame(feed: Feed) -> tuple[bytes, bytes]:
    """What stands before and after the entries."""
    title, site = f"Gazette {feed.number:05d}", f"http://{feed.address}/"
    stamp = STAMP.decode()
    declaration = '<?xml version="1.0" encoding="utf-8"?>\n'
    if feed.form == "atom":
        head = (
            f'{declaration}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{feed.language}"><title>{title}</title>'
            f'<id>{site}</id><link href="{site}"/><updated>{stamp}</updated>\n'
        )
        return head.encode(), b"</feed>\n"
    if feed.form == "rdf":
        head = (
            f'{declaration}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="{site}"><title>{title}</title>'
            f"<link>{site}</link><description>{title}</description><dc:date>{stamp}</dc:date></channel>\n"
        )
        return head.encode(), b"</rdf:RDF>\n"
    head = (
        f'{declaration}<rss version="2.0"><channel><title>{title}</title><link>{site}</link><description>{title}</description>'
        f"<language>{feed.language}</language><lastBuildDate>{stamp}</lastBuildDate>\n"
    )
    return head.encode(), b"</channel></rss>\n"


def stamp(feed: Feed, built: datetime) -> bytes:
    """A build date in the feed's own form, padded to the length of `STAMP` so that the document keeps its length."""
    text = format_datetime(built) if feed.form == "rss" else built.isoformat(timespec="seconds")
    return text.encode().ljust(len(STAMP))
