"""Words in nine languages from which the stories benchmark composes its releases, read from `tongues/`.

Subjects and objects are plurals in every language, so that verbs and adjectives need one form: what comes out is plain grammar
about harbours, schools and water, told of nobody. Places and people stand in the same order in every language, so that one
event can be told in two.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "tongues"
_AS_WRITTEN = frozenset({"circumstances", "sentences", "titles", "series"})


@dataclass(frozen=True, slots=True)
class Tongue:
    """The words of one language and the patterns they stand in.

    Slots: {N} a noun with what it is of, {A} one with an adjective, {V} a verb that takes an object, {P} a place with its
    preposition, {W} a person, {R} what that person is, {S} a verb of saying, {C} a circumstance, {n} {m} numbers, {d} a date.
    """

    nouns: tuple[str, ...]
    of: tuple[str, ...]
    adjectives: tuple[str, ...]
    verbs: tuple[str, ...]
    places: tuple[str, ...]
    people: tuple[str, ...]
    roles: tuple[str, ...]
    saying: tuple[str, ...]
    months: tuple[str, ...]
    circumstances: tuple[str, ...]
    sentences: tuple[str, ...]
    titles: tuple[str, ...]
    series: tuple[str, ...]  # the lines of a bulletin that comes every day
    summary: str
    of_noun: str
    of_adjective: str
    dated: str
    gap: str
    stop: str


def tongue(code: str) -> Tongue:
    """The words of a language: lists of words are parted by white space, with _ within them; patterns are as written."""
    with (FOLDER / f"{code}.toml").open("rb") as file:
        table = tomllib.load(file)
    return Tongue(**{key: _value(key, value) for key, value in table.items()})


def _value(key: str, value: str | list[str]) -> str | tuple[str, ...]:
    if key in _AS_WRITTEN:
        return tuple(value)
    if isinstance(value, str) and key in ("summary", "of_noun", "of_adjective", "dated", "gap", "stop"):
        return value
    return tuple(word.replace("_", " ") for word in str(value).split())
