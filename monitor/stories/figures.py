"""The numbers and dates that a short text tells, in one form whatever its language: 180,000, 180 ألف and 180 тыс. are one number.

Only what agrees across languages is read: digits of any script, thousands and millions behind them, number words from two to
twelve, and days of a month ("1 December", "1 декабря", "dekabrın 1-i", "12月1日").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from monitor.text.folding import fold_text
from monitor.text.remembered import Remembered

_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f,.]\d{3})+(?![\d])|\d+(?:[.,]\d+)?")
_DIGITS = re.compile(r"\d(?:[\d.,\u00a0\u202f ]*\d)?")
_WORD = re.compile(r"[^\W\d_]+")
_HAN_DATE = re.compile(r"(\d{1,2})月(\d{1,2})日")
_BETWEEN = re.compile(r"(?:st|nd|rd|th|er|º)?[\s.,-]{0,2}(?:(?:de|of)\s)?", re.IGNORECASE)
_BEFORE = re.compile(r"([^\W\d_]+)[\W\d_]{0,2}\Z")
BEFORE_LENGTH = 14  # code points in which the month before a number is looked for
YEARS = (1900, 2100)  # before the second
DAYS_MOST = 31
WORDS_REMEMBERED = 8_000

_SCALES = (
    (
        1_000,
        "thousand tausend mille mil bin тыс тысяч тысячи тысяча тис тисяч هزار ألف الف آلاف ہزار հազար "
        "ათასი ათას χιλιάδες χιλ אלף אלפים",
    ),
    (
        1_000_000,
        "million millions millionen mio mln mn millones milioni milyon milhões млн миллион миллионов миллиона "
        "мільйонів میلیون مليون ملايين "
        "ملیون միլիոն մլն მილიონი მილიონ εκατ εκατομμύρια מיליון",
    ),
    (
        1_000_000_000,
        "billion billions bn milliard milliards milliarden mrd milyar milyard mlrd млрд миллиард миллиардов "
        "میلیارد مليار ارب միլիարդ մլրդ",
    ),
)
_COUNTED = (
    (2, "two deux zwei iki два две двое двух اثنان دو երկու ორი δύο"),
    (3, "three trois drei tres tre üç три трое трёх ثلاثة سه تین երեք სამი τρεις τρία שלושה"),
    (4, "four quatre vier cuatro quattro dört dörd четыре четверо четырёх أربعة چهار چار չորս ოთხი τέσσερις ארבעה"),
    (5, "five cinq fünf cinco cinque beş пять пятеро пяти خمسة پنج پانچ հինգ ხუთი πέντε חמישה"),
    (6, "six sechs seis altı шесть шести ستة شش چھ վեց ექვსი έξι שישה"),
    (7, "seven sieben siete sette sept yedi yeddi семь семи سبعة هفت سات յոթ შვიდი επτά שבעה"),
    (8, "eight huit acht ocho sekiz səkkiz восемь восьми ثمانية هشت آٹھ ութ რვა οκτώ שמונה"),
    (9, "nine neun nueve nove dokuz doqquz девять девяти تسعة ինը ცხრა εννέα תשעה"),
    (10, "ten dix zehn diez dieci десять десяти عشرة ده دس տասը ათი δέκα עשרה"),
    (11, "eleven onze undici одиннадцать"),
    (12, "twelve douze zwölf doce dodici двенадцать"),
)
# How months begin once folded (with a full stop: the whole word); the longest that fits decides.
_MONTHS = (
    "jan. janu janv janei ener genn. gennaio янв січ ocak yanvar ینایر يناير ژانويه جنوري հունվ იანვ ιαν ינואר",
    "feb fév fev febr febbr şubat fevral фев лют فبراير فوريه فروري փետր თებ φεβ פברואר",
    "mar. mars. mart. marta. march. marzo. março. märz. mär. березн марта. март. مارس مارچ մարտ მარტ μαρ מרץ",
    "apr avr. avril abr. abril nisan aprel апр квіт أبريل آوريل اپريل ապրիլ აპრ απρ אפריל",
    "may. mai. mag. maggio mayo. maio. mayıs мая. май. трав مايو مه. մայիս მაის μαΐ μαϊ מאי",
    "jun. june. juni. junio. junho. juin giu. giugno haziran iyun июн черв يونيو ژوئن جون հունիս ივნ ιουν יוני",
    "jul. july. juli. julio. julho. juil lug. luglio temmuz iyul июл лип يوليو ژوئيه جولائي հուլիս ივლ ιουλ יולי",
    "aug août aout ago. agosto ağustos avqust авг серп أغسطس اوت اگست օգոստ აგვ αυγ אוגוסט",
    "sept sep. eylül sentyabr set. settembre setiembre setembro сент верес سبتمبر سپتامبر ستمبر սեպտ სექტ σεπ ספטמבר",
    "oct okt out. outubro ott. ottobre ekim oktyabr окт жовт أكتوبر اكتبر اكتوبر հոկտ ოქტ οκτ אוקטובר",
    "nov noy. noyabr kasım ноя листоп نوفمبر نوامبر نومبر նոյ ნოე νοε נובמבר",
    "dec dez dic. diciembre dicembre déc aralık dekabr дек груд ديسمبر دسامبر دسمبر դեկտ დეკ δεκ דצמבר",
)


def figures(text: str, words: Sequence[str] | None = None) -> tuple[frozenset[str], frozenset[str]]:
    """The numbers of a text, as decimals without trailing zeros, and its dates, as month and day ("12-01"). Years and the numbers
    of dates are not among the numbers. `words` are the text's runs of letters, where they are known."""
    numbers: set[str] = set()
    dates: set[str] = set()
    if any(map(_COUNTS.__getitem__, _WORD.findall(text) if words is None else words)):
        numbers.update(_spelled(text))
    if "月" in text:
        dates = {f"{int(month):02}-{int(day):02}" for month, day in _HAN_DATE.findall(text)}
        text = _HAN_DATE.sub(" ", text)
    for number in _numbers_in(text):
        value = _value(number[0])
        month = _month_beside(text, number) if 1 <= value <= DAYS_MOST else 0
        if month:
            dates.add(f"{month:02}-{int(value):02}")
        elif not (YEARS[0] <= value < YEARS[1] and number[0].isdigit()):
            numbers.add(_written(value * _scale_after(text, number.end())))
    return frozenset(numbers), frozenset(dates)


def _numbers_in(text: str) -> Iterator[re.Match[str]]:
    for run in _DIGITS.finditer(text):  # looked for first, at a fifth of the cost
        yield from _NUMBER.finditer(text, run.start(), run.end())


def _spelled(text: str) -> Iterator[str]:
    """Numbers written as words; "Sept 9" is none."""
    for word in _WORD.finditer(text):
        count = _COUNTS[word[0]]
        if count and not text[word.end() : word.end() + 3].strip(" .")[:1].isdigit():
            yield _written(count)


def _count(word: str) -> int:
    return _counted().get(fold_text(word), 0)


_COUNTS = Remembered(_count, WORDS_REMEMBERED)


def _value(number: str) -> float:
    if _NUMBER_IN_GROUPS.fullmatch(number):
        return float(re.sub(r"\D", "", number))
    return float(number.replace(",", "."))


_NUMBER_IN_GROUPS = re.compile(r"\d{1,3}(?:[^\w]\d{3})+")


def _written(value: float) -> str:
    return f"{value:.12g}"


def _scale_after(text: str, end: int) -> int:
    word = _WORD.match(text, end + 1) if text[end : end + 1].isspace() else None
    return _scale(word[0]) if word else 1


@lru_cache(maxsize=8_192)
def _scale(word: str) -> int:
    return _scales().get(fold_text(word), 1)


def _month_beside(text: str, number: re.Match[str]) -> int:
    """The month written before or after a number; 0 where none is."""
    if len(number[0]) > 2:
        return 0
    between = _BETWEEN.match(text, number.end())
    after = _WORD.match(text, between.end() if between else number.end())
    if after and (month := _month(after[0])):
        return month
    before = _BEFORE.search(text, max(0, number.start() - BEFORE_LENGTH), number.start())
    return _month(before[1]) if before else 0


@lru_cache(maxsize=8_192)
def _month(word: str) -> int:
    folded = fold_text(word) + "."
    return next((month for stem, month in _stems() if folded.startswith(stem)), 0)


@cache
def _stems() -> tuple[tuple[str, int], ...]:
    return tuple(sorted(_pairs(zip(range(1, 13), _MONTHS, strict=True)), key=lambda pair: -len(pair[0])))


@cache
def _scales() -> dict[str, int]:
    return dict(_pairs(_SCALES))


@cache
def _counted() -> dict[str, int]:
    return dict(_pairs(_COUNTED))


def _pairs(table: Iterable[tuple[int, str]]) -> Iterator[tuple[str, int]]:
    return ((fold_text(word), value) for value, words in table for word in words.split())
