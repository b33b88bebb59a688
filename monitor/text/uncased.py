"""Datelines in scripts without capitals to tell a place by: Arabic, Persian and Urdu, and Chinese.

Only known agencies, desks and cities make one, as printed: a place, a date and an agency in brackets or between slashes; a place
and an agency with dashes (IRNA); a city and an agency without a separator (Urdu papers); an agency, a place and a day (Xinhua).
"""

from __future__ import annotations

import re

from monitor.model import Wire
from monitor.text.wire_names import HAN_AGENCIES, UNCASED_AGENCIES, UNCASED_CITIES
from monitor.text.wire_pieces import Piece, any_of, skip_space

LOOKED_AT = 60  # characters, among which a dateline shows
_AGENCY = rf"(?P<agency>{any_of(UNCASED_AGENCIES)})"
_PLACE = r"(?P<place>[؀-ۿ][؀-ۿ\u200c ]{1,30}?)"
_CITY = rf"(?P<place>{any_of(UNCASED_CITIES)})"
_DATED = r"(?P<dated>\d{1,2} [؀-ۿ]{2,12}(?: \d{4})?)"
_SEPARATOR = r"(?:--|\.-|[-–—:.])"
# Each behind signs of which it cannot do without one.
_ARABIC = (
    ("(/", re.compile(rf"{_PLACE}(?:[،,] ?| في )?\s*{_DATED}?[،,]?\s*[(/]\s?{_AGENCY}\s?[)/]\s?{_SEPARATOR}")),
    ("/", re.compile(rf"{_PLACE}(?:[،,] ?| في ) ?{_DATED}\s?/\s?{_AGENCY}\s?/(?=\s)")),
    ("-–—", re.compile(rf"{_CITY}\s?[-–—]\s?{_AGENCY}\s?[-–—:]")),
    ("(", re.compile(rf"{_CITY}[،,]?\s?{_DATED}?[،,]?\s?\({_AGENCY}\)(?=\s)")),
    ("ـ", re.compile(rf"{_CITY} \d{{1,2}} [؀-ۿ ]{{3,20}} \d{{4}} ?هـ،? ?الموافق {_DATED} ?م،? {_AGENCY}(?=\s)")),
    (":-–—", re.compile(rf"{_CITY}\s?(?::|--|[–—])(?=\s)")),
)
_HAN_AGENCY = rf"(?P<agency>{any_of(HAN_AGENCIES)})"
_HAN_DATED = r"(?P<dated>(?:(?:20\d\d年)?\d{1,2}月)?\d{1,2}日)"
_HAN_PLACE = r"(?P<place>[一-鿿]{2,8}?)"
_HAN = (
    ("日", re.compile(rf"[（(【]?{_HAN_AGENCY}{_HAN_PLACE}?{_HAN_DATED}[电電讯訊][】)）]?")),
    ("日", re.compile(rf"[（(【]{_HAN_PLACE}{_HAN_AGENCY}{_HAN_DATED}[电電讯訊][】)）]")),
    ("【（(", re.compile(rf"[【（(]{_HAN_AGENCY}[】)）]")),
    ("（(", re.compile(rf"{_HAN_PLACE}[，,]?{_HAN_DATED}[（(]{_HAN_AGENCY}[)）](?:--|[—–-]{{1,2}}|：)?")),
)
_REPORTER = re.compile(r"\s?[（(](?:记者|記者)[^（()）\n]{1,24}[)）]")


def may_be_uncased(head: str) -> bool:
    """Whether what begins a text is of these scripts."""
    first = head[:1]
    return "؀" <= first <= "ۿ" or "一" <= first <= "鿿" or (first in "（(【" and "一" <= head[1:2] <= "鿿")


def uncased_piece(text: str, position: int, head: str) -> Piece | None:
    """The dateline that `head` of a text, cut out at `position`, begins with; None where it begins with none."""
    is_arabic = "؀" <= head[:1] <= "ۿ"
    beginning = head[:LOOKED_AT]
    for signs, pattern in _ARABIC if is_arabic else _HAN:
        if any(sign in beginning for sign in signs) and (match := pattern.match(head)):
            found = match.groupdict()
            end = match.end()
            if not is_arabic and (reporter := _REPORTER.match(head, end)):
                end = reporter.end()
            place = found.get("place")
            wire = Wire(place=place.strip() if place else None, dated=found.get("dated"), agency=found.get("agency"))
            return Piece(position, skip_space(text, position + end), wire)
    return None
