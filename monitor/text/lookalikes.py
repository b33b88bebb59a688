"""Letters of one script that stand in for like ones of another, put right for comparing texts, and for nothing else.

A copy that writes "pаper" with a Cyrillic а reads the same and shares no word with its original. Rules never see what
is made here: there each script's letters are its own. The pairs are those of the confusables of Unicode Technical
Standard 39 whose glyphs cannot be told apart in ordinary type.
"""

from __future__ import annotations

import re

_CYRILLIC = dict(zip("аеорсухіјѕԁһӏԛԝвАВЕКМНОРСТУХІЈЅԌԚԜ", "aeopcyxijsdhlqwbABEKMHOPCTYXIJSGQW", strict=True))
del _CYRILLIC["в"]  # in small letters these differ
_GREEK = dict(zip("ονΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ovABEZHIKMNOPTYX", strict=True))
_ARMENIAN = dict(zip("օսհո", "ouhn", strict=True))
_TO_LATIN = str.maketrans(_ARMENIAN | _GREEK | _CYRILLIC)
_TO_CYRILLIC = str.maketrans({latin: letter for letter, latin in _CYRILLIC.items()})
_TO_GREEK = str.maketrans({latin: letter for letter, latin in _GREEK.items()})

_IS_LATIN = re.compile("[A-Za-zÀ-ɏ]+")
_IS_CYRILLIC = re.compile("[Ѐ-ԯ]+")
_IS_GREEK = re.compile("[Ͱ-Ͽἀ-῿]+")
_ASCII_RUN = re.compile("[A-Za-z]+")
_STAND_INS = re.compile(f"[{''.join(_CYRILLIC | _GREEK | _ARMENIAN)}]")
_LIKE_CYRILLIC, _LIKE_GREEK = "".join(_CYRILLIC.values()), "".join(_GREEK.values())
_ASCII_STAND_INS = _LIKE_CYRILLIC + _LIKE_GREEK
_TO_BE_LATIN = re.compile(rf"[^\W\d_]*{_STAND_INS.pattern}[^\W\d_]*")
_LETTER = re.compile(r"[^\W\d_]")


def settle(text: str) -> str:
    """`text` with every word in one script that can be: the text's own, by most of its letters. As long as the text, character
    for character; the text itself where nothing stands in for anything."""
    if text.isascii() or not _STAND_INS.search(text) or not (runs := _ASCII_RUN.findall(text)):
        return text
    ascii_count = sum(map(len, runs))
    # Few runs of ASCII letters, none of stand-ins alone, stand in for nothing: most texts of other scripts end here.
    if ascii_count * 4 < len(text) and all(run.strip(_ASCII_STAND_INS) for run in runs):
        return text
    latin, cyrillic = _count(_IS_LATIN, text), _count(_IS_CYRILLIC, text)
    greek = _count(_IS_GREEK, text) if cyrillic * 2 < len(text) - latin else 0  # of which there may be more only then
    if latin >= max(cyrillic, greek):
        return _TO_BE_LATIN.sub(lambda found: _settled(found[0], _TO_LATIN, _IS_LATIN), text)
    letters, table, script = (_LIKE_CYRILLIC, _TO_CYRILLIC, _IS_CYRILLIC)
    if cyrillic < greek:
        letters, table, script = (_LIKE_GREEK, _TO_GREEK, _IS_GREEK)
    if all(run.strip(letters) for run in runs):  # each holds a letter that no other looks like
        return text
    settled: list[str] = []
    reached = 0
    for run in _ASCII_RUN.finditer(text):
        if run.start() >= reached:
            start, end = _word_around(text, *run.span())
            settled += text[reached:start], _settled(text[start:end], table, script)
            reached = end
    return "".join([*settled, text[reached:]])


def _count(script: re.Pattern[str], text: str) -> int:
    return sum(map(len, script.findall(text)))


def _word_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The letters about a run of letters."""
    while start and _LETTER.match(text, start - 1):
        start -= 1
    while _LETTER.match(text, end):
        end += 1
    return start, end


def _settled(word: str, table: dict[int, str], script: re.Pattern[str]) -> str:
    settled = word.translate(table)
    return settled if script.fullmatch(settled) else word
