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
from monitor.text.credits import tail_piece
from monitor.text.folding import fold_text
from monitor.text.uncased import may_be_uncased, uncased_piece
from monitor.text.wire_names import DATELINE_CITIES, DESKS, MONTHS, NO_PLACES, PLACE_PARTICLES, WEEKDAYS
from monitor.text.wire_pieces import AGENCY, Piece, any_of, is_agency, skip_space

HEAD_LENGTH = 160
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


def _without(text: str, pieces: list[Piece]) -> str:
    kept, position = [], 0
    for piece in pieces:
        kept.append(text[position : piece.start])
        position = piece.end
    kept.append(text[position:])
    return "".join(kept).strip()


_TITLE_SIGN = re.compile(r"[-–—:_()\[/\d]")  # all furniture of a title has one of these, or begins with capitals


def _pieces(text: str, *, is_title: bool) -> list[Piece]:
    if is_title and not _TITLE_SIGN.search(text) and not text.lstrip()[:2].isupper():
        return []
    pieces = list(_head_pieces(text, is_title=is_title))
    taken = pieces[-1].end if pieces else 0
    end, tail = len(text), list[Piece]()
    while len(tail) < TAIL_PIECES_MOST and (piece := tail_piece(text[:end], taken, is_title=is_title)):
        tail.insert(0, piece)
        end = piece.start
    return [*pieces, *tail]


# -- the head --------------------------------------------------------------------------------------


def _head_pieces(text: str, *, is_title: bool) -> Iterator[Piece]:
    """Edit mark, label and dateline, each at most once, in this order.

    The dateline may also open a later line of the head: a label is often followed by a headline of its own.
    """
    limit = min(len(text), HEAD_LENGTH)
    position = skip_space(text, 0)
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
        position = skip_space(text, line_end)


_WORD = r"[^\W\d_]{1,24}"
_NAME = rf"{_WORD}(?:(?:[ '’/-]|\. ?){_WORD}){{0,3}}"
_PLACE = rf"(?P<place>{_NAME}(?:, ?{_NAME}\.?){{0,2}})"
_MONTH = rf"(?:{any_of(MONTHS)})\b\.?"
_YEAR = r"(?:19|20)\d\d"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|\.)?"
_DATE = (
    rf"(?P<dated>(?:(?:{any_of(WEEKDAYS)}),? )?"
    rf"(?:{_MONTH} {_DAY}(?:,? {_YEAR})?|{_DAY} (?:de )?{_MONTH}(?:,? (?:de )?{_YEAR})?"
    rf"|\d{{1,2}}[./]\d{{1,2}}[./]{_YEAR}))"
)
_DATED = rf"(?:[,.]?\s?(?:[-–—]\s?)?{_DATE})"
_SEPARATOR = r"\s?(?:\.-|--|[-–—:_])"
_CITY = any_of([city.upper() for city in DATELINE_CITIES])
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
        re.compile(rf"(?:{_PLACE}{_DATED}?[,.]?\s?)?/(?P<agency>[^/\n]{{2,40}})/(?:\.|{_SEPARATOR})", re.IGNORECASE),
    ),
    (
        "",
        None,
        re.compile(
            rf"{_PLACE}(?i:{_DATED})[,.]?\s(?:/ |[-–—] )?(?:[Bb]y [^/\n:]{{3,40}}? [-–—] )?{AGENCY}"
            rf"(?:{_SEPARATOR}|\.(?=\s)|\.?$)",
            re.MULTILINE,
        ),
    ),
    (
        "(",
        None,
        re.compile(rf"{_PLACE}(?i:{_DATED}) \({AGENCY}\)(?=\s)"),
    ),
    (
        ", ",
        re.compile(", (?:AZ|АЗ)"),
        re.compile(rf"{_PLACE}(?i:{_DATED}), (?P<agency>AZERTAC|AZERTAJ|AZƏRTAC|АЗЕРТАДЖ)(?=\s)"),
    ),
    (
        "(",
        re.compile(rf"\({_LOWER_AGENCY}"),
        re.compile(rf"{_PLACE} \((?P<agency>{_LOWER_AGENCY}(?:[ /]{_LOWER_AGENCY}){{0,3}})\)(?=\s)"),
    ),
)
_ANSA_PLACE = re.compile(rf"\s?{_PLACE}{_DATED}{_SEPARATOR}", re.IGNORECASE)
_DATED_ONLY = re.compile(rf"{_PLACE}\s?[,–—-]\s?{_DATE}\s?(?:--|[-–—:])(?=\s)", re.IGNORECASE)
_DATED_BRACKETED = re.compile(rf"{_PLACE} \({_DATE}\)\s?(?:--|[-–—:])(?=\s)", re.IGNORECASE)
_DATED_TITLE = re.compile(rf"{_PLACE} [–—-] {_DATE} :", re.IGNORECASE)
_DATE_ALONE = re.compile(
    rf"(?P<dated>{_DAY} {_MONTH},? {_YEAR}|{_MONTH} {_DAY},? {_YEAR})\s?(?:--|[-–—])\s", re.IGNORECASE
)
_CITY_ONLY = re.compile(rf"(?P<place>(?:{_CITY})(?:, {_NAME}(?= ?(?:--|[–—])))?)(?::|\s?--|\s?[–—]|\s_)(?=\s)")
_CITY_AGENCY = re.compile(rf"(?P<place>{_CITY}|{any_of(DATELINE_CITIES)})[.,]? {AGENCY}{_SEPARATOR}(?=\s)")
# Agencies whose names are no words, which some print without brackets.
_BARE_CREDIT = re.compile(
    r"(?P<agency>AFP|AAP|REUTERS|Reuters|TASS|ТАСС|Xinhua|XINHUA|Yonhap|Kyodo|ANSA|EFE|dpa|AZERTAC|AZƏRTAC|Interfax|INTERFAX|Интерфакс"
    r"|РИА Новости|Anadolu|PTI|IANS|ANI|WAM|KUNA|IRNA|PRNewswire)/?\s?(?:--|[-–—])\s"
)


def _dateline_piece(text: str, position: int, *, is_title: bool) -> Piece | None:
    head = text[position : position + HEAD_LENGTH]
    if may_be_uncased(head):
        return uncased_piece(text, position, head)
    if (
        head[:1].islower() and "(" not in head and not head.startswith("dpa")
    ):  # a place begins in capitals, where nobody lowered it
        return None
    is_dated = _may_be_dated(head)
    for letters, sign, pattern in _DATELINES:
        has_sign = letters in head and (is_dated if sign is None else sign.search(head))
        if has_sign and (match := pattern.match(head)) and (wire := _credited(match)):
            return _dateline_found(text, position, head, match.end(), wire)
    if found := _uncredited(head, is_title=is_title, is_dated=is_dated):
        end, wire = found
        return Piece(position, skip_space(text, position + end), wire)
    return None


def _uncredited(head: str, *, is_title: bool, is_dated: bool) -> tuple[int, Wire] | None:
    """Where a dateline of a place, a date or both ends, and what it says; or of an agency's bare name."""
    if is_title:
        patterns = [_DATED_TITLE] if is_dated else []
    else:
        patterns = [_DATED_ONLY, _DATED_BRACKETED] if is_dated else []
        patterns += [_CITY_ONLY] if head[:2].isupper() else []
    for pattern in patterns:
        if (match := pattern.match(head)) and _is_place(match["place"]):
            return match.end(), Wire(place=match["place"], dated=_date_of(match))
    if is_title:
        return None
    if is_dated and (match := _DATE_ALONE.match(head)) and not head[match.end() : match.end() + 1].islower():
        return match.end(), Wire(dated=_date_of(match))
    is_city = head.partition(" ")[0].rstrip(",.").casefold() in _FIRST_WORDS
    match = _BARE_CREDIT.match(head) or (_CITY_AGENCY.match(head) if is_city else None)
    return (match.end(), Wire(place=match.groupdict().get("place"), agency=match["agency"])) if match else None


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


def _dateline_found(text: str, position: int, head: str, end: int, wire: Wire) -> Piece:
    """The dateline up to its text; ANSA prints place and date after the credit."""
    if wire.place is None and (after := _ANSA_PLACE.match(head, end)) and _is_place(after["place"]):
        wire, end = replace(wire, place=after["place"], dated=_date_of(after)), after.end()
    return Piece(position, skip_space(text, position + end), wire)


def _date_of(match: re.Match[str]) -> str | None:
    dated = match.groupdict().get("dated")
    return dated.rstrip(".") if dated else None


def _credited(match: re.Match[str]) -> Wire | None:
    """What a dateline with a credit says; None where its parts are no place and no agency."""
    place, dated, agency = match.groupdict().get("place"), _date_of(match), match["agency"].strip()
    is_city = place is not None and place.partition(",")[0].casefold() in _CITIES_FOLDED
    if place is not None and not _is_place(place) and not (is_city and dated):
        return None
    # Beside a date an unknown name passes for an agency, after a known city an outlet's; else only a known name does.
    if is_agency(agency) or (dated and _is_like_agency(agency)) or (is_city and _is_outlet(agency)):
        return Wire(place=place, dated=dated, agency=agency)
    return None


def _is_outlet(text: str) -> bool:
    """Whether `text` is an outlet's letters or a desk ("TNS", "Web Desk")."""
    return bool(re.fullmatch("[A-Z]{2,6}", text)) or text.casefold() in DESKS


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
_FIRST_WORDS = frozenset(city.partition(" ")[0].casefold() for city in DATELINE_CITIES)
_CITIES_FOLDED = frozenset(city.casefold() for city in DATELINE_CITIES)


def _label_piece(text: str, position: int) -> Piece | None:
    """An outlet's own label, `Islamabad(TNS):`; with a space only after a known city, and not for an agency's credit."""
    head = text[position : position + HEAD_LENGTH]
    match = _LABEL.match(head) if "):" in head or ") :" in head else None
    if not match or not _is_place(match["place"]):
        return None
    is_credit = is_agency(match["outlet"])
    if match["gap"] and (is_credit or match["place"].casefold() not in _CITIES_FOLDED):
        return None
    wire = Wire(label=match["label"], place=match["place"], agency=match["outlet"] if is_credit else None)
    return Piece(position, skip_space(text, position + match.end()), wire)


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


def _edit_piece(text: str, position: int) -> Piece | None:
    head = text[position : position + HEAD_LENGTH]
    if not (head[:2].isupper() or head[:1].isdigit() or head.startswith(("(", "["))):
        return None
    for pattern in _EDITS:
        if match := pattern.match(head):
            return Piece(position, position + match.end(), Wire(edit=match["edit"].strip()))
    return None
