"""What stands under a text: credits, signatures, the lines of desks and content systems."""

from __future__ import annotations

import re

from monitor.model import Wire
from monitor.text.wire_names import HAN_AGENCIES, UNCASED_AGENCIES
from monitor.text.wire_pieces import AGENCY, Piece, holds, is_agency

TAIL_LENGTH = 120
NAMES_LENGTH = 32
UNCASED = frozenset((*UNCASED_AGENCIES, *HAN_AGENCIES))
_BY_WHOM = r"(?: (?:citing|with reference to|со ссылкой на|з посиланням на) [^.\n]{2,60})?\.?\s*$"
_REPORTS = re.compile(rf",\s{AGENCY}\s(?:reports?|reported|informs|informed){_BY_WHOM}")
_WITH_INPUTS = re.compile(
    r"(?:^|(?<=[\n.!?”\"»])|(?<=[.!?] ))\(?[Ww]ith (?:files|inputs?|(?:additional )?reporting) (?:from|by) "
    r"(?P<agency>(?:[A-ZÀ-ÞА-Я]|(?:news )?agencies|wires)[^.()\n]{0,60})\)?\.?\s*$"
)
# Agencies whose names are words are no signature: "Talks go on - Report".
_SIGNED = re.compile(rf"\s(?:--|[-–—])\s?(?!Report|Trend){AGENCY}\.?\s*$")
_EDIT_TAIL = re.compile(r"\s*(?:[-–—]\s|[(\[])(?P<edit>UPDATED?(?: \d{1,2})?|CORRECTED)[)\]]?\s*$")


_SAID_LAST = re.compile(rf"(?:,|(?<=[.!?]))\s{AGENCY} (?:xəbər|məlumat) verir\.?\s*$")
_SAID = re.compile(rf",\s(?:сообщает|передает|передаёт|сообщают в|повідомляє|передає)\s{AGENCY}{_BY_WHOM}")
# Behind the end of a sentence a name in brackets is a credit; within one it is prose.
_ENDED = r"(?:^|(?<=[.!?…。؟۔»”\"]))\s*"
_BRACKETED = re.compile(
    rf"{_ENDED}(?:[(（\[](?P<agency>[^()（）\[\]\n]{{2,30}})[)）\]]|/(?P<slashed>[^/\n]{{2,30}})/)\.?\s*$"
)
_OTHERS = re.compile(
    rf"{_ENDED}[(\[]?(?:[Aa]vec|[Mm]it (?:Material|Agenturmaterial) (?:von|der)|[Cc]on información de|[Ww]ith"
    r"|[Aa]dditional reporting by) "
    r"(?:l['’])?(?P<slashed>)(?P<agency>[A-ZÀ-ÞА-Я][^()\n.]{1,40}?)(?: inputs)?[)\]]?\.?\s*$"
)
_SOURCE = re.compile(
    r"\n\s*(?:Source|Источник|Джерело|Quelle|Fuente|Fonte|Kaynak|Mənbə|المصدر|منبع)\s?: ?(?P<agency>[^\n]{2,40}?)\.?\s*$"
)
_ENDS = re.compile(r"(?:^|(?<=\s)|(?<=[.!?。]))(?:ENDS?|Ends|EOM|#{3}|# # #|-30-|/\s?ends|[(（]完[)）])\.?\s*$")
_END_MARKS = ("ENDS", "END", "Ends", "ends", "EOM", "#", "-30-", "完)", "完）")
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


def _named(tail: str) -> tuple[int, str] | None:
    """Where a credit that is nothing but known names begins, and the names."""
    said = tail.rstrip(" .\n")
    start = said.rfind("\n")
    if start >= 0 and len(said) - start <= NAMES_LENGTH and _is_known(line := said[start:].strip(" \n-–—")):
        return start, line
    patterns = [_BRACKETED] if said.endswith((")", "）", "]", "/")) else []
    patterns += [_OTHERS] if holds(tail, "vec ", "Mit ", "mit ", "on info", "With ", "(with ", "ing by ") else []
    for pattern in patterns:
        if (match := pattern.search(tail)) and _is_known(name := match["agency"] or match["slashed"]):
            return match.start(), name.strip()
    return None


def _is_known(name: str) -> bool:
    return is_agency(name) or name.strip() in UNCASED


def tail_piece(text: str, taken: int, *, is_title: bool) -> Piece | None:
    start = max(taken, len(text) - TAIL_LENGTH)
    tail = text[start:]
    patterns = [] if is_title else _credits(tail)
    for pattern in patterns + [_SIGNED] * holds(tail, "-", "–", "—"):
        if match := pattern.search(tail):
            return Piece(start + match.start(), len(text), Wire(agency=match["agency"].strip()))
    if not is_title and (named := _named(tail)):
        return Piece(start + named[0], len(text), Wire(agency=named[1]))
    if is_title and holds(tail, "UPDATE", "CORRECTED") and (match := _EDIT_TAIL.search(tail)):
        return Piece(start + match.start(), len(text), Wire(edit=match["edit"]))
    return None if is_title else _line_piece(text, tail, taken)


def _credits(tail: str) -> list[re.Pattern[str]]:
    """The shapes of credits that a tail may have, by what they cannot do without."""
    found = [_REPORTS] * holds(tail, "report", "inform") + [_WITH_INPUTS] * ("ith " in tail)
    found += [_SAID_LAST] * (" verir" in tail)
    return found + [_SAID] * holds(tail, "сообща", "переда", "повідомляє") + [_SOURCE] * ("\n" in tail and ":" in tail)


def _line_piece(text: str, tail: str, taken: int) -> Piece | None:
    start = len(text) - len(tail)
    if tail.rstrip(" .\n").endswith(_END_MARKS) and (match := _ENDS.search(tail)):
        return Piece(start + match.start(), len(text), Wire())
    for signs, pattern in _LINES:
        if holds(tail, *signs) and (match := pattern.search(tail)):
            return Piece(start + match.start(), len(text), Wire())
    if "appeared" in tail and (match := _APPEARED.search(text, max(taken, len(text) - APPEARED_LENGTH))):
        return Piece(match.start(), len(text), Wire())
    return None
