"""Wire furniture: outlet labels, datelines, credits and marks of edited copy, found so that they can be set apart.

Rules must not match them (else every item out of Islamabad is about Islamabad) and copies must be compared without
them. Only known shapes at the ends of a text are taken, and only where every part is what it should be: furniture left
standing costs less than text taken away. The work is bounded: the first 160 characters and the last 120 are looked at,
however long the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from monitor.model import Wire
from monitor.text.folding import fold_text
from monitor.text.wire_names import (
    AGENCIES,
    DATELINE_CITIES,
    MONTHS,
    NO_PLACES,
    PLACE_PARTICLES,
    UNCASED_AGENCIES,
    WEEKDAYS,
)

HEAD_LENGTH = 160
TAIL_LENGTH = 120
TAIL_PIECES_MOST = 3


@dataclass(frozen=True, slots=True)
class Furniture:
    """What stands around the text of an item.

    `wire` names the parts as printed; `spans` are (field, start, end) in code points of title and body, in order,
    without overlap; `bare_title` and `bare_body` are what is left without them, trimmed.
    """

    wire: Wire
    spans: tuple[tuple[str, int, int], ...]
    bare_title: str
    bare_body: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """One piece of furniture at [start, end) of a text."""

    start: int
    end: int
    wire: Wire


_NO_WIRE = Wire()


def find_furniture(title: str, body: str) -> Furniture:
    """The furniture of an item; a `Wire` of Nones, no spans and the trimmed texts where there is none.

    A dateline's place and agency go before a label's place and a trailing credit; the title's before the body's.
    """
    in_title = _pieces(title, is_title=True)
    in_body = _pieces(body, is_title=False)
    if not in_title and not in_body:
        return Furniture(_NO_WIRE, (), title.strip(), body.strip())
    first, *others = sorted(in_title + in_body, key=lambda piece: piece.wire.label is not None)
    wire = first.wire
    for piece in others:
        wire = _complete(wire, piece.wire)
    spans = [("title", piece.start, piece.end) for piece in in_title]
    spans += [("body", piece.start, piece.end) for piece in in_body]
    return Furniture(wire, tuple(spans), _without(title, in_title), _without(body, in_body))


def _complete(wire: Wire, other: Wire) -> Wire:
    return Wire(
        label=wire.label or other.label,
        place=wire.place or other.place,
        dated=wire.dated or other.dated,
        agency=wire.agency or other.agency,
        edit=wire.edit or other.edit,
    )


def _without(text: str, pieces: list[_Piece]) -> str:
    kept, position = [], 0
    for piece in pieces:
        kept.append(text[position : piece.start])
        position = piece.end
    kept.append(text[position:])
    return "".join(kept).strip()


_TITLE_SIGN = re.compile(r"[-–—:_()\[/\d]")  # all furniture of a title has one of these, or begins with capitals


def _pieces(text: str, *, is_title: bool) -> list[_Piece]:
    if is_title and not _TITLE_SIGN.search(text) and not text.lstrip()[:2].isupper():
        return []
    pieces = list(_head_pieces(text, is_title=is_title))
    taken = pieces[-1].end if pieces else 0
    end, tail = len(text), list[_Piece]()
    while len(tail) < TAIL_PIECES_MOST and (piece := _tail_piece(text[:end], taken, is_title=is_title)):
        tail.insert(0, piece)
        end = piece.start
    return [*pieces, *tail]


# -- the head --------------------------------------------------------------------------------------


def _head_pieces(text: str, *, is_title: bool) -> Iterator[_Piece]:
    """Edit mark, label and dateline, each at most once, in this order.

    The dateline may also open a later line of the head: a label is often followed by a headline of its own.
    """
    limit = min(len(text), HEAD_LENGTH)
    position = _skip_space(text, 0)
    if is_title and (edit := _edit_piece(text, position)):
        yield edit
        position = edit.end
    if label := _label_piece(text, position):
        yield label
        position = label.end
    while position < limit:
        if dateline := _dateline_piece(text, position, is_title=is_title):
            yield dateline
            return
        line_end = text.find("\n", position, limit)
        if line_end < 0:
            return
        position = _skip_space(text, line_end)


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _any_of(names: list[str] | tuple[str, ...]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_WORD = r"[^\W\d_]{1,24}"
_NAME = rf"{_WORD}(?:(?:[ '’/-]|\. ?){_WORD}){{0,3}}"
_PLACE = rf"(?P<place>{_NAME}(?:, ?{_NAME}\.?){{0,2}})"
_MONTH = rf"(?:{_any_of(MONTHS)})\b\.?"
_YEAR = r"(?:19|20)\d\d"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|\.)?"
_DATE = (
    rf"(?P<dated>(?:(?:{_any_of(WEEKDAYS)}),? )?"
    rf"(?:{_MONTH} {_DAY}(?:,? {_YEAR})?|{_DAY} (?:de )?{_MONTH}(?:,? (?:de )?{_YEAR})?"
    rf"|\d{{1,2}}[./]\d{{1,2}}[./]{_YEAR}))"
)
_DATED = rf"(?:[,.]?\s?(?:[-–—]\s?)?{_DATE})"
_SEPARATOR = r"\s?(?:\.-|--|[-–—:_])"
_AGENCY = rf"(?P<agency>{_any_of(AGENCIES)})(?!\w)"
_CITY = _any_of([city.upper() for city in DATELINE_CITIES])
_LOWER_AGENCY = (
    "(?:keystone-ats|keystone-sda|Keystone-ATS|Keystone-SDA|ats|ATS|sda|SDA|dpa|afp|awp|apa|ap|ansa|belga|reuters)"
)

_DIGIT = re.compile(r"\d")
_DAY_FIRST = re.compile(rf"\d{{1,2}}[./]\d|{_DAY} (?:de )?(?P<month>[^\W\d_]+)", re.IGNORECASE)
# Each is tried at a start of line; place and agency are checked again in code, where case and lists decide. Before each stand
# letters it cannot do without and a pattern of its own (None: a date): signs that cost little and are missing in most texts.
_DATELINES = (
    (
        ")",
        re.compile(rf"\){_SEPARATOR}"),
        re.compile(
            rf"(?:{_PLACE}(?: \[{_NAME}\])?{_DATED}?[,.]?\s?(?:--|[-–—])?\s?)?\((?P<agency>[^()\n]{{2,40}})\){_SEPARATOR}",
            re.IGNORECASE,
        ),
    ),
    (
        "/",
        re.compile(rf"\w/(?:\.|{_SEPARATOR})"),
        re.compile(rf"{_PLACE}{_DATED}?[,.]?\s?/(?P<agency>[^/\n]{{2,40}})/(?:\.|{_SEPARATOR})", re.IGNORECASE),
    ),
    (
        "",
        None,
        re.compile(
            rf"{_PLACE}(?i:{_DATED})[,.]?\s(?:/ |[-–—] )?(?:[Bb]y [^/\n:]{{3,40}}? [-–—] )?{_AGENCY}"
            rf"(?:{_SEPARATOR}|\.(?=\s)|\.?$)",
            re.MULTILINE,
        ),
    ),
    (
        "(",
        None,
        re.compile(rf"{_PLACE}(?i:{_DATED}) \({_AGENCY}\)(?=\s)"),
    ),
    (
        ", AZ",
        None,
        re.compile(rf"{_PLACE}(?i:{_DATED}), (?P<agency>AZERTAC|AZERTAJ|AZƏRTAC)(?=\s)"),
    ),
    (
        "(",
        re.compile(rf"\({_LOWER_AGENCY}"),
        re.compile(rf"{_PLACE} \((?P<agency>{_LOWER_AGENCY}(?:[ /]{_LOWER_AGENCY}){{0,3}})\)(?=\s)"),
    ),
)
_UNCASED = re.compile(
    rf"(?P<place>[؀-ۿ][؀-ۿ\u200c ]{{1,30}}?)(?:[،,] ?| (?:في ))?\s*(?P<dated>\d{{1,2}} [؀-ۿ]{{2,12}}(?: \d{{4}})?)?[،,]?\s*"
    rf"[(/](?P<agency>{_any_of(UNCASED_AGENCIES)})[)/]\s?[-–—:.]"
)
_ANSA_PLACE = re.compile(rf"\s?{_PLACE}{_DATED}{_SEPARATOR}", re.IGNORECASE)
_DATED_ONLY = re.compile(rf"{_PLACE}\s?[,–—-]\s?{_DATE}\s?(?:--|[-–—:])(?=\s)", re.IGNORECASE)
_DATED_TITLE = re.compile(rf"{_PLACE} [–—-] {_DATE} :", re.IGNORECASE)
_CITY_ONLY = re.compile(rf"(?P<place>{_CITY})(?::|\s?--|\s?[–—])(?=\s)")


def _dateline_piece(text: str, position: int, *, is_title: bool) -> _Piece | None:
    head = text[position : position + HEAD_LENGTH]
    if "؀" <= head[:1] <= "ۿ":
        return _uncased_piece(text, position, head)
    if (
        not head[:1].isupper() and head[:1] != "("
    ):  # a place begins in capitals, and stands first but where there is a credit alone
        return None
    is_dated = _may_be_dated(head)
    for letters, sign, pattern in _DATELINES:
        has_sign = letters in head and (is_dated if sign is None else sign.search(head))
        if has_sign and (match := pattern.match(head)) and (wire := _credited(match)):
            return _dateline_found(text, position, head, match.end(), wire)
    patterns = [_DATED_TITLE if is_title else _DATED_ONLY] if is_dated else []
    if not is_title and head[:2].isupper():
        patterns.append(_CITY_ONLY)
    for pattern in patterns:
        if (match := pattern.match(head)) and _is_place(match["place"]):
            wire = Wire(place=match["place"], dated=_date_of(match))
            return _Piece(position, _skip_space(text, position + match.end()), wire)
    return None


def _uncased_piece(text: str, position: int, head: str) -> _Piece | None:
    """A dateline in Arabic script, which has no capitals to tell a place by: only known agencies make one."""
    match = _UNCASED.match(head)
    if match is None:
        return None
    wire = Wire(place=match["place"].strip(), dated=match["dated"], agency=match["agency"])
    return _Piece(position, _skip_space(text, position + match.end()), wire)


def _may_be_dated(head: str) -> bool:
    """Whether the first digit may belong to a date after a place, since places have none: it stands behind a month, before
    one, or in a date of numbers."""
    digit = _DIGIT.search(head)
    if digit is None:
        return False
    place = digit.start()
    if head[place - 1 : place] == " " and fold_text(head[max(0, place - 16) : place]).rstrip(". ").endswith(
        _folded_months()
    ):
        return True
    after = _DAY_FIRST.match(head, place)
    return after is not None and (after["month"] is None or fold_text(after["month"]) in _folded_months())


@cache
def _folded_months() -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(fold_text, MONTHS)))


def _dateline_found(text: str, position: int, head: str, end: int, wire: Wire) -> _Piece:
    """The dateline up to its text; ANSA prints place and date after the credit."""
    if wire.place is None and (after := _ANSA_PLACE.match(head, end)) and _is_place(after["place"]):
        wire, end = replace(wire, place=after["place"], dated=_date_of(after)), after.end()
    return _Piece(position, _skip_space(text, position + end), wire)


def _date_of(match: re.Match[str]) -> str | None:
    dated = match.groupdict().get("dated")
    return dated.rstrip(".") if dated else None


def _credited(match: re.Match[str]) -> Wire | None:
    """What a dateline with a credit says; None where its parts are no place and no agency."""
    place, dated, agency = match.groupdict().get("place"), _date_of(match), match["agency"].strip()
    if place is not None and not _is_place(place):
        return None
    # Beside a date an unknown name passes for an agency; without one only a known name does.
    if not _is_agency(agency) and not (dated and _is_like_agency(agency)):
        return None
    return Wire(place=place, dated=dated, agency=agency)


_AGENCIES_FOLDED = frozenset(name.casefold() for name in AGENCIES)


def _is_agency(text: str) -> bool:
    """Whether `text` names agencies and nothing else: one, several ("ats afp"), or its correspondent ("Корр. ТАСС")."""
    folded = text.strip().casefold()
    if folded in _AGENCIES_FOLDED:
        return True
    parts = [part for part in re.split(r"[\s/,.]+", folded) if part not in ("", "and", "корр", "cor")]
    return bool(parts) and all(part in _AGENCIES_FOLDED for part in parts)


def _is_like_agency(text: str) -> bool:
    return all(part[0].isupper() for part in text.split()) and not any(map(str.isdigit, text))


def _is_place(text: str) -> bool:
    """Whether each word starts as a name does; scripts without case never pass."""
    words = re.findall(r"[^\W\d_]+", text)
    return (
        len(words[0]) > 1
        and words[0][0].isupper()
        and all(word[0].isupper() or word in PLACE_PARTICLES for word in words)
        and words[0].casefold() not in NO_PLACES
    )


_LABEL = re.compile(rf"\*?(?P<label>{_PLACE}(?P<gap> ?)\((?P<outlet>[A-Z]{{2,6}})\)) ?:")
_CITIES_FOLDED = frozenset(city.casefold() for city in DATELINE_CITIES)


def _label_piece(text: str, position: int) -> _Piece | None:
    """An outlet's own label, `Islamabad(TNS):`; with a space only after a known city, and not for an agency's credit."""
    head = text[position : position + HEAD_LENGTH]
    match = _LABEL.match(head) if "):" in head or ") :" in head else None
    if not match or not _is_place(match["place"]):
        return None
    is_agency = _is_agency(match["outlet"])
    if match["gap"] and (is_agency or match["place"].casefold() not in _CITIES_FOLDED):
        return None
    wire = Wire(label=match["label"], place=match["place"], agency=match["outlet"] if is_agency else None)
    return _Piece(position, _skip_space(text, position + match.end()), wire)


_EDIT_WORD = (
    r"(?:UPDATE(?: ?\d{1,2})?|UPDATED|WRAPUP(?: ?\d{1,2})?|CORRECTED(?: ?\(OFFICIAL\))?|CORRECTION|REFILE|REPEAT|RPT"
    r"|ОБНОВЛЕНО|ИСПРАВЛЕНО|УТОЧНЕНИЕ|УТОЧНЕНО|ОНОВЛЕНО|ВИПРАВЛЕНО|ACTUALI[SZ]A(?:CIÓN|TION)?(?: ?\d{1,2})?|CORREGID[OA]"
    r"|CORRECCIÓN|RECTIFICATION|KORREKTUR|AKTUALISIERT|BERICHTIGUNG|RETTIFICA|AGGIORNAMENTO|CORREÇÃO|GÜNCELLEME|DÜZELTME|YENİLƏNİB|DÜZƏLİŞ"
    r"|LEAD \d|CLARIFICATION|(?:STORY )?WITHDRAWN|(?:STORY |BULLETIN )?KILL|RETRACTION"
    r"|(?:\d(?:ST|ND|RD|TH|st|nd|rd|th) )?LD|LEAD|(?:URGENT )?ADVISORY)"
)
_EDITS = (
    re.compile(rf"(?P<edit>{_EDIT_WORD}(?: ?[-–—/] ?{_EDIT_WORD})*)(?:\s?[-–—:]+\s?|$)"),
    re.compile(
        r"[(\[](?P<edit>(?:\d(?:st|nd|rd|th) )?(?:lead|ld)|updated?(?: \d{1,2})?|corrected|refile|repeat)[)\]]\s?"
        r"(?:\(ATTN: [^()\n]{1,80}\)\s?)?",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<edit>STORY WITHDRAWN|STORY KILLED|\d(?:ST|ND|RD|TH|st|nd|rd|th) LD)\b\s?"),
)


def _edit_piece(text: str, position: int) -> _Piece | None:
    head = text[position : position + HEAD_LENGTH]
    if not (head[:2].isupper() or head[:1].isdigit() or head.startswith(("(", "["))):
        return None
    for pattern in _EDITS:
        if match := pattern.match(head):
            return _Piece(position, position + match.end(), Wire(edit=match["edit"].strip()))
    return None


# -- the tail --------------------------------------------------------------------------------------

_REPORTS = re.compile(rf",\s{_AGENCY}\s(?:reports?|reported|informs|informed)\.?\s*$")
_WITH_INPUTS = re.compile(
    r"(?:^|(?<=[\n.!?”\"»])|(?<=[.!?] ))\(?[Ww]ith (?:files|inputs?|(?:additional )?reporting) (?:from|by) "
    r"(?P<agency>(?:[A-ZÀ-ÞА-Я]|(?:news )?agencies|wires)[^.()\n]{0,60})\)?\.?\s*$"
)
# Agencies whose names are words are no signature: "Talks go on - Report".
_SIGNED = re.compile(rf"\s(?:--|[-–—])\s?(?!Report|Trend){_AGENCY}\.?\s*$")
_EDIT_TAIL = re.compile(r"\s*(?:[-–—]\s|[(\[])(?P<edit>UPDATED?(?: \d{1,2})?|CORRECTED)[)\]]?\s*$")


_SAID = re.compile(rf",\s(?:сообщает|передает|передаёт|сообщают в|повідомляє|передає)\s{_AGENCY}\.?\s*$")
_SOURCE = re.compile(
    r"\n\s*(?:Source|Источник|Джерело|Quelle|Fuente|Fonte|Kaynak|Mənbə|المصدر|منبع)\s?: ?(?P<agency>[^\n]{2,40}?)\.?\s*$"
)
# What desks and content systems print under a text, credits of nobody in particular.
_LINES = (
    (
        ("ing by ", "iled by "),
        re.compile(
            r"\s*\((?:Additional )?(?:[Rr]eporting|[Ww]riting|[Ee]diting|[Cc]ompiled) by [^()\n]{2,110}\)\.?\s*$"
        ),
    ),
    (("©", "(c)", "(C)", "Copyright"), re.compile(r"(?:^|(?<=\s))(?:©|\([Cc]\)|Copyright ©?) ?20\d\d\b[^\n]{0,80}$")),
    (
        ("\n",),
        re.compile(
            r"\n\s*(?:Read more|Continue reading|Read the full (?:story|article)|Читать далее|Подробнее|Читати далі"
            r"|Lire la suite|Weiterlesen|Leer más|Leggi tutto|Devamını oku|Ətraflı oxu|اقرأ المزيد|ادامه مطلب)\b[^\n]{0,80}$"
        ),
    ),
)
_APPEARED = re.compile(r"(?:^|(?<=\s))The post [^\n]{1,300} (?:appeared first on|first appeared on) [^\n]{2,80}$")
APPEARED_LENGTH = 400


def _tail_piece(text: str, taken: int, *, is_title: bool) -> _Piece | None:
    start = max(taken, len(text) - TAIL_LENGTH)
    tail = text[start:]
    patterns = [] if is_title else _credits(tail)
    for pattern in patterns + [_SIGNED] * _holds(tail, "-", "–", "—"):
        if match := pattern.search(tail):
            return _Piece(start + match.start(), len(text), Wire(agency=match["agency"].strip()))
    if is_title and _holds(tail, "UPDATE", "CORRECTED") and (match := _EDIT_TAIL.search(tail)):
        return _Piece(start + match.start(), len(text), Wire(edit=match["edit"]))
    return None if is_title else _line_piece(text, tail, taken)


def _credits(tail: str) -> list[re.Pattern[str]]:
    """The shapes of credits that a tail may have, by what they cannot do without."""
    found = [_REPORTS] * _holds(tail, "report", "inform") + [_WITH_INPUTS] * ("ith " in tail)
    return found + [_SAID] * _holds(tail, "сообща", "переда", "повідомляє") + [_SOURCE] * ("\n" in tail and ":" in tail)


def _line_piece(text: str, tail: str, taken: int) -> _Piece | None:
    start = len(text) - len(tail)
    for signs, pattern in _LINES:
        if _holds(tail, *signs) and (match := pattern.search(tail)):
            return _Piece(start + match.start(), len(text), _NO_WIRE)
    if "appeared" in tail and (match := _APPEARED.search(text, max(taken, len(text) - APPEARED_LENGTH))):
        return _Piece(match.start(), len(text), _NO_WIRE)
    return None


def _holds(text: str, *signs: str) -> bool:
    """Whether a text holds one of the signs; much quicker than the patterns that cannot do without them."""
    for sign in signs:  # noqa: SIM110 - twice as quick as a generator
        if sign in text:
            return True
    return False
