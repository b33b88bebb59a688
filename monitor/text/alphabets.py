"""Texts in the letters of one alphabet, folded all at once.

Most texts keep to one script, its digits and a few marks of print, each of which folds by itself wherever it stands. A code page
of our own holds those of a script beside ASCII, and Python's codecs carry a whole text into it, and from it into folded letters,
about as quickly as they would copy it. What a page does not know, or what hangs together with its neighbours (`U.S.`, `1,000`,
letters of two scripts side by side), is set apart with all that stands up to the next white space, to be read letter by letter.
So a page may leave out what it likes: that costs time and no word.

Source: the character maps of Python's `codecs`, those behind its own 8-bit code pages.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from itertools import product

from monitor.text.folding import fold_letters, join_armenian
from monitor.text.scanning import CURRENCY, class_of

# In every page: ASCII, white space, and marks of print that separate.
_SHARED = "".join(map(chr, range(0x20, 0x7F))) + "\t\n\r\xa0\u2009\u202f‘’“”„«»‹›–—−•°§©®™"
# Letters, and the marks that stand on them and are kept; Latin first.
_PAGES = (
    ("a-zÀ-ÅÇ-ÖØ-Ýà-åç-öø-ýÿĀ-ćČ-đĒēĖ-ěĞğĢģĪīĮ-ıĶķĻļŁ-ńŅ-ňŐőŘ-śŞ-šŤťŪūŮ-ųŹ-žƏəȘ-ț", ""),
    ("Ѐ-џҐґҒғҚқҮүҰұҺһӘәӨө", ""),
    ("ءآ-غف-يٱٹ-ځڃ-ڊڌڑ-ژښڤکګ-گڵںڼھ-ۓە٠-٩۰-۹،؛؟۔٪", ""),
    ("अ-नप-रल-ळव-ह०-९।॥", "ँ-ःा-्"),
    ("א-ת", ""),
    ("Ա-Ֆա-ֆ՝։", ""),
    ("ΆΈ-ΊΌΎ-ΡΣ-ώ", ""),
    ("ა-ჰ", ""),
)
_PAGE_LENGTH = 256
_UNDEFINED = "\ufffe"
_FIRST_IDEOGRAPHIC = "\u2e80"
_BEYOND_LATIN = re.compile("[\u0370-\u1fff\u2c00-\uffff]")
_APART_MOST = 20  # of so many characters one may be set apart; else the text is none of the alphabet


class Alphabet:
    """A code page, each character of which is of a kind: ` ` white space, `-` what separates, `.` what may join what it stands
    between, `a` a Latin letter beside those of another script, `s` a letter of the script, `d` a digit, `m` a mark, `?` what is
    set apart, as is all that the page does not hold.
    """

    def __init__(self, letters: str, marks: str) -> None:
        self._script = class_of(fold_letters(letters[0]))
        hanging = _spelled(marks)
        page = "".join(dict.fromkeys("\0" + _SHARED + _spelled(letters) + hanging)).ljust(_PAGE_LENGTH, _UNDEFINED)
        kinds = "".join(["m" if character in hanging else self._kind(character) for character in page])
        self._codes = codecs.charmap_build(page)
        self._kinds = kinds.encode("ascii")
        folded = [
            fold_letters(character) if kind in "asd" else " " for character, kind in zip(page, kinds, strict=True)
        ]
        self._folded = "".join(
            [character if kind == "m" else fold for character, kind, fold in zip(page, kinds, folded, strict=True)]
        )
        self._signs = _signs(set(kinds))

    def _kind(self, character: str) -> str:
        folded = fold_letters(character)
        if character.isspace():
            return " "
        if character in "?" + _UNDEFINED or CURRENCY.match(character):
            return "?"
        found = class_of(folded)
        if found == self._script or (found == "d" and self._script == "l"):  # digits go with Latin letters anyhow
            return "s"
        if found == '"':
            return "." if self._script == "h" else "-"
        return {"l": "a", "d": "d", ".": ".", ",": ".", "_": ".", " ": "-"}.get(found, "?")

    def spell(self, text: str) -> tuple[str, list[tuple[int, int]]] | None:
        """`text` folded character by character, with a space for whatever separates, and the stretches of it, in order and apart,
        of which that does not hold; None where they are too many.
        """
        coded = codecs.charmap_encode(text, "replace", self._codes)[0]
        apart = self._apart(coded.translate(self._kinds))
        return (
            None if apart is None else (join_armenian(codecs.charmap_decode(coded, "strict", self._folded)[0]), apart)
        )

    def _apart(self, kinds: bytes) -> list[tuple[int, int]] | None:
        """What is set apart: from one white space to the next where a sign of it stands between."""
        places = [0] if kinds.startswith(b"m") else []
        for needed, signs in self._signs.items():
            for sign in signs if needed in kinds else ():
                place = kinds.find(sign)
                while place >= 0:
                    places.append(place + len(sign) - 1)
                    place = kinds.find(sign, place + 1)
        if len(places) * _APART_MOST > len(kinds) + 100:
            return None
        found: list[tuple[int, int]] = []
        end = 0
        for place in sorted(places):
            if place >= end:
                start, end = kinds.rfind(b" ", 0, place) + 1, kinds.find(b" ", place)
                end = end if end >= 0 else len(kinds)
                found.append((start, end))
        return found


def spell(text: str) -> tuple[str, list[tuple[int, int]]] | None:
    """`Alphabet.spell` of the alphabet that a text seems to be in."""
    number = 0
    if not text.isascii() and (beyond := _BEYOND_LATIN.search(text)):
        if beyond[0] >= _FIRST_IDEOGRAPHIC:
            return None
        number = _numbers().get(beyond[0], 0)
    return _alphabet(number).spell(text)


@cache
def _alphabet(number: int) -> Alphabet:
    return Alphabet(*_PAGES[number])


@cache
def _numbers() -> dict[str, int]:
    """The alphabets by the letters that are theirs alone."""
    return {letter: number for number, (letters, _) in enumerate(_PAGES) for letter in _spelled(letters) if number}


def _spelled(ranges: str) -> str:
    """The characters of ranges as in a regular expression's class: `a-c` for `abc`."""
    found = re.findall("(.)(?:-(.))?", ranges)
    return "".join(chr(code) for first, last in found for code in range(ord(first), ord(last or first) + 1))


def _signs(kinds: set[str]) -> dict[bytes, list[bytes]]:
    """By what is told that something is set apart: what a page does not hold, what joins before a letter, letters of two scripts,
    and marks on anything but a letter, or many on one. By the rarest kind that each holds."""
    pairs = {*product(".", "asdm"), *product("a", "sdm"), *product("sdm", "a"), *product(" -d", "m"), tuple("mmm")}
    found: dict[bytes, list[bytes]] = {b"?": [b"?"]}
    for pair in sorted(pairs):
        if kinds.issuperset(pair):
            rarest = min(pair, key="ad.ms -".index)
            found.setdefault(rarest.encode("ascii"), []).append("".join(pair).encode("ascii"))
    return found
