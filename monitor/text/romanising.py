"""A headline in Latin letters, for a reader who does not know its script: a help for names, no standard's transliteration.

Most of it is anyascii (ISC licence), which goes by single characters; what that leaves unreadable is ours: the long vowels of
Arabic script, which it drops, and Han, of which it makes one word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from anyascii import anyascii

from monitor.text.folding import script_of

LATIN = "LATIN"
_SCRIPTS = {
    "CYRILLIC": "ru uk be bg sr mk kk ky tg mn tt ba os",
    "ARABIC": "ar fa ur ps sd ug ckb",
    "HEBREW": "he yi",
    "GREEK": "el",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "DEVANAGARI": "hi mr ne sa",
    "BENGALI": "bn as",
    "GURMUKHI": "pa",
    "GUJARATI": "gu",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "THAI": "th",
    "LAO": "lo",
    "KHMER": "km",
    "MYANMAR": "my",
    "ETHIOPIC": "am ti",
    "CJK": "zh ja yue",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "THAANA": "dv",
    "TIBETAN": "bo dz",
}
_BY_LANGUAGE: dict[str, set[str]] = {}
for _script, _languages in _SCRIPTS.items():
    for _language in _languages.split():
        _BY_LANGUAGE.setdefault(_language, set()).add(_script)

# Long vowels and what reads badly otherwise; ya and waw are consonants at a word's beginning, as anyascii has them.
_VOWELS = {"ا": "a", "آ": "a", "أ": "a", "إ": "i", "ى": "a", "ة": "a", "ہ": "h", "ے": "e", "ں": "n", "ع": "'"}
_VOWELS |= {"ٱ": "a", "ؤ": "u", "ئ": "i", "ء": "'"}
_INNER = {"و": "u", "ی": "i", "ي": "i"}
_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200b-\u200f]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〇]+")
_KANA = re.compile("[\u3041-\u30ff]")
_ARABIC = re.compile("[\u0620-\u06d3\u0750-\u077f]+")
_HANGUL = re.compile("[\uac00-\ud7a3]+")


def scripts_of(languages: Iterable[str]) -> frozenset[str]:
    """The scripts that readers of these languages (tags, "ru", "zh-Hans") know; Latin always."""
    return frozenset({LATIN}).union(
        *(_BY_LANGUAGE.get(language.lower().partition("-")[0], ()) for language in languages)
    )


def romanised(text: str, known: frozenset[str]) -> str:
    """The text in ASCII letters; empty where most of its letters are of a script that is `known`, or where it has none.

    Empty for Japanese with Han in it too: which reading a character has there, its neighbours say.
    """
    scripts = Counter(script for character in text if (script := script_of(character)))
    if not scripts or scripts.most_common(1)[0][0] in known or (_KANA.search(text) and _HAN.search(text)):
        return ""
    text = _HAN.sub(lambda run: f" {' '.join(anyascii(character).lower() for character in run[0])} ", text)
    text = _ARABIC.sub(lambda run: _vocalised(run[0]), _MARKS.sub("", text))
    text = anyascii(_HANGUL.sub(lambda run: anyascii(run[0]).lower(), text))
    return " ".join(re.sub(r"\s+([,.;:!?)])|(\()\s+", r"\1\2", text).split())


def _vocalised(word: str) -> str:
    first, rest = word[0], word[1:]
    return _VOWELS.get(first, first) + "".join(_VOWELS.get(letter) or _INNER.get(letter, letter) for letter in rest)
