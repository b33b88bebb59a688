"""The words of mails in the languages of their readers: catalogues in TOML, one a language, which a configuration may
replace in part or add to.

A catalogue has `[language]` (how it counts, writes numbers and dates) and `[text]` (what mails say). What is counted has
as many forms as the language's plural rule, an expression as gettext has it (`n != 1`), gives numbers for.
"""

from __future__ import annotations

import gettext
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

SHIPPED = ("en", "fr", "ru", "tr", "ur")
PLAIN = "en"
"""The language that says what others leave out, and by whose keys they are checked."""

Tables = Mapping[str, Mapping[str, Any]]
_PLACES = re.compile(r"\{(\w+)\}")
_FORMS_TRIED, _FORMS_MOST = 200, 6  # Arabic has six
_LENGTHS = {"days": 7, "days_short": 7, "months": 12, "months_short": 12}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of one language. `name` is its tag ("ur")."""

    name: str
    is_right_to_left: bool
    language: Mapping[str, Any]
    text: Mapping[str, Any]
    form_of: Callable[[int], int] = field(repr=False, compare=False)

    def say(self, key: str, **values: object) -> str:
        """The text of `key` with the values put in. KeyError for an unknown key."""
        return str(self.text[key]).format_map(values)

    def count(self, key: str, number: int, **values: object) -> str:
        """The text of `key` in the form for this number, which stands in it as `{n}`."""
        return str(self.text[key][self.form_of(number)]).format_map({**values, "n": self.number(number)})

    def number(self, number: int) -> str:
        """A whole number as the language groups its digits."""
        return f"{number:,}".replace(",", self.language["thousands"])

    def long_day(self, day: date) -> str:
        """`Monday 23 November 2026`"""
        return self._day("long_day", day, "days", "months")

    def short_day(self, day: date, *, with_year: bool) -> str:
        """`Mon 23 Nov 2026`, or without the year"""
        return self._day("short_day_year" if with_year else "short_day", day, "days_short", "months_short")

    def moment(self, at: datetime, *, with_year: bool) -> str:
        """`Mon 23 Nov, 07:00`, in the zone that `at` carries"""
        return str(self.language["moment"]).format(day=self.short_day(at, with_year=with_year), time=f"{at:%H:%M}")

    def _day(self, pattern: str, day: date, days: str, months: str) -> str:
        return str(self.language[pattern]).format(
            weekday=self.language[days][day.weekday()],
            day=day.day,
            month=self.language[months][day.month - 1],
            year=day.year,
        )


@cache
def shipped(name: str) -> Tables:
    """The tables of a shipped catalogue. KeyError for a language that has none."""
    if name not in SHIPPED:
        raise KeyError(name)
    return tomllib.loads(shipped_text(name))


def shipped_text(name: str) -> str:
    """A shipped catalogue as it is written, to be copied from."""
    return files(__name__).joinpath(f"{name}.toml").read_text("utf-8")


def catalogue(name: str, own: Tables = MappingProxyType({})) -> Catalogue:
    """The catalogue of a language: what a configuration's `own` tables say, else the shipped ones, else English.

    Forms of a count are never mixed from two languages: `own` tables have passed `check_tables`.
    """
    base = shipped(name) if name in SHIPPED else {}
    plain = shipped(PLAIN)
    language = {**plain["language"], **base.get("language", {}), **own.get("language", {})}
    said = {**base.get("text", {}), **own.get("text", {})}
    form_of = gettext.c2py(language["plural"])
    plain_form = gettext.c2py(plain["language"]["plural"])
    count = _form_count(form_of)
    for key, text in plain["text"].items():
        if key not in said:
            said[key] = (
                [text[plain_form(number)] for number in _examples(form_of, count)] if _is_counted(text) else text
            )
    return Catalogue(name, language["direction"] == "rtl", language, said, form_of)


def check_tables(name: str, own: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    """What is wrong with a configuration's tables of a language, each with its place; nothing where they can be used."""
    plain, problems = shipped(PLAIN), list[tuple[tuple[str | int, ...], str]]()
    for table, entries in own.items():
        if table not in plain:
            problems.append(((table,), "unknown table; a catalogue has [language] and [text]"))
        elif not isinstance(entries, dict):
            problems.append(((table,), f"must be a table; begin it with [{table}]"))
        else:
            for key, value in entries.items():
                message = _wrong(plain[table], key, value)
                if message:
                    problems.append(((table, key), message))
    return problems or _check_forms(name, own)


def _wrong(plain: Mapping[str, Any], key: str, value: Any) -> str:
    """Why a value cannot stand under its key; empty where it can."""
    if key not in plain:
        return f"unknown key; known here: {', '.join(plain)}"
    if key == "plural":
        return _wrong_plural(value)
    if isinstance(plain[key], str):
        return _wrong_text(plain[key], key, value)
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        return "must be a list of texts"
    if len(value) != _LENGTHS.get(key, len(value)):
        return f"must name {_LENGTHS[key]}, and names {len(value)}"
    return next(filter(None, (_wrong_places(text, " ".join(plain[key])) for text in value)), "")


def _wrong_text(plain: str, key: str, value: Any) -> str:
    if not isinstance(value, str):
        return 'must be text in quotes, e.g. "…"'
    if key == "direction" and value not in ("ltr", "rtl"):
        return 'must be "ltr" or "rtl"'
    if key == "subject" and not value.startswith("{title}"):
        return 'must begin with "{title}", by which readers and their filters know it'
    return _wrong_places(value, plain)


def _wrong_places(text: str, plain: str) -> str:
    allowed = set(_PLACES.findall(plain))
    if "{" in _PLACES.sub("", text) or "}" in _PLACES.sub("", text):
        return "has a brace that names nothing; write {name}, and no other braces"
    unknown = sorted(set(_PLACES.findall(text)) - allowed)
    if unknown:
        known = ", ".join(f"{{{place}}}" for place in sorted(allowed)) or "nothing"
        return f"asks for {{{unknown[0]}}}, which is not known here; known here: {known}"
    return ""


def _wrong_plural(value: Any) -> str:
    try:
        form_of = gettext.c2py(value)
        is_usable = min(map(form_of, range(_FORMS_TRIED))) >= 0 and _form_count(form_of) <= _FORMS_MOST
    except (ValueError, TypeError, AttributeError, ZeroDivisionError):
        is_usable = False
    if not is_usable:
        return 'is no plural rule; write one as gettext has it, e.g. "n != 1"'
    return ""


def _check_forms(name: str, own: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    """What is counted needs a text for each of the language's forms."""
    base = shipped(name) if name in SHIPPED else shipped(PLAIN)
    rule = own.get("language", {}).get("plural", base["language"]["plural"])
    needed = _form_count(gettext.c2py(rule))
    problems: list[tuple[tuple[str | int, ...], str]] = []
    for key, value in own.get("text", {}).items():
        if not isinstance(value, str) and len(value) != needed:
            problems.append((("text", key), f"must have {needed} forms by the plural rule, and has {len(value)}"))
    if not problems and rule != base["language"]["plural"] and name in SHIPPED:
        message = (
            "another plural rule than that of the shipped catalogue, whose counted texts have its forms; leave it out"
        )
        problems.append((("language", "plural"), message))
    return problems


def _is_counted(text: Any) -> bool:
    return not isinstance(text, str)


def _form_count(form_of: Callable[[int], int]) -> int:
    return max(map(form_of, range(_FORMS_TRIED))) + 1


def _examples(form_of: Callable[[int], int], count: int) -> list[int]:
    """A number of each form, the largest tried: English then says its plural for what is not one alone."""
    found = {form_of(number): number for number in range(_FORMS_TRIED)}
    return [found.get(form, 0) for form in range(count)]
