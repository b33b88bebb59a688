"""Names across scripts: what of a word survives being written in another alphabet.

A skeleton is the row of a word's consonants in a few classes (b p f v are one, g k q one, d t one, s z and all hissing sounds
one); a vowel is kept at the beginning only. Əliyev, Aliev, Алиев, علییف and Ալիև are all `ALB`. It is made to find, not to tell
apart: two words of one skeleton may be two names, so several shared ones of four classes say something, and a single one little.
Alphabets: Latin, Cyrillic, Greek, Armenian, Georgian, Arabic (with the letters of Persian and Urdu), Hebrew.
"""

from __future__ import annotations

import re
from functools import lru_cache

from monitor.text.folding import fold_text

LENGTH_MAX = 7

# ruff: noqa: SIM905 - letters are read and kept more easily as plain lines than as quoted lists
_LETTERS = dict(
    pair.split("=")
    for pair in (
        "ç=tsh ş=sh ğ=gh č=tsh š=sh ž=zh ć=tsh ђ=dj "
        "а=a б=b в=v г=g ґ=g д=d е=e ё=e є=e ж=zh з=z и=i і=i ї=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u "
        "ф=f х=kh ц=ts ч=tsh ш=sh "
        "щ=sh ъ= ы=i ь= э=e ю=yu я=ya қ=k ғ=gh ң=n ө=o ү=u ұ=u һ=h ә=e ў=u ј=y љ=l њ=n ћ=tsh џ=zh ҹ=zh ҝ=g "
        "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=t ι=i κ=k λ=l μ=m ν=n ξ=ks ο=o π=p ρ=r σ=s τ=t υ=u φ=f χ=kh ψ=ps ω=o "
        "ա=a բ=b գ=g դ=d ե=e զ=z է=e ը= թ=t ժ=zh ի=i լ=l խ=kh ծ=ts կ=k հ=h ձ=dz ղ=gh ճ=tsh մ=m յ=y ն=n շ=sh "
        "ո=o չ=tsh պ=p ջ=zh ռ=r ս=s վ=v "
        "տ=t ր=r ց=ts ւ=v փ=p ք=k օ=o ֆ=f "
        "ა=a ბ=b გ=g დ=d ე=e ვ=v ზ=z თ=t ი=i კ=k ლ=l მ=m ნ=n ო=o პ=p ჟ=zh რ=r ს=s ტ=t უ=u ფ=p ქ=k ღ=gh ყ=k "
        "შ=sh ჩ=tsh ც=ts ძ=dz წ=ts ჭ=tsh "
        "ხ=kh ჯ=zh ჰ=h "
        "ا=a ب=b پ=p ت=t ٹ=t ث=s ج=zh چ=tsh ح=h خ=kh د=d ڈ=d ذ=z ر=r ڑ=r ز=z ژ=zh س=s ش=sh ص=s ض=d ط=t ظ=z "
        "ع=a غ=gh ف=f ق=k ك=k گ=g ل=l "
        "م=m ن=n ں=n و=w ه=h ھ=h ي=y ے=e ئ=y ؤ=w "
        "א=a ב=b ג=g ד=d ה=h ו=w ז=z ח=kh ט=t י=y כ=k ך=k ל=l מ=m ם=m נ=n ן=n ס=s ע=a פ=p ף=f צ=ts ץ=ts ק=k "
        "ר=r ש=sh ת=t"
    ).split()
)
_TO_LATIN = str.maketrans(_LETTERS)
_KEPT = str.maketrans({letter: _LETTERS[letter] for letter in "çşğčšžć"})  # what folding would take for other letters
_SOUNDS = re.compile(
    "(?P<S>shch|t?sch|tch|tsh|ch|sh|zh|dzh|dj|dz|ts|tz|[szj]|c(?=[eiy]))|(?P<H>kh|gh|h)|(?P<B>ph|[bpfv])|(?P<T>th|[td])"
    "|(?P<N>ng|n)|(?P<X>x)|(?P<K>ck|[kgqc])|(?P<L>l)|(?P<M>m)|(?P<R>r)|(?P<W>w)|(?P<A>[aeiouy]+)"
)
_PAIRS = (("ու", "u"), ("μπ", "b"), ("ντ", "d"), ("γκ", "g"), ("τζ", "zh"))
# Endings and prefixes that a name takes on in a sentence, by the script of its first letter.
_ENDINGS = (
    ("а", "я", re.compile("(?<=[а-яґєії]{3})(?:ого|ему|ому|ыми|ым|им|ом|ем|ой|ей|ами|ах|ях)$")),
    ("ա", "ֆ", re.compile("(?<=[ա-ֆ]{3})(?:ներում|ում|ից|ին)$")),
    ("ა", "ჰ", re.compile("(?<=[ა-ჰ]{3})(?:თან|დან|ის|მა|ში|ზე|ით|ს|მ)$")),
)
_ARABIC_PREFIX = re.compile("^(?:[وبلكف]?ال|لل|[وبلف])(?=[ء-ۓ]{3})")
_HEBREW_PREFIX = re.compile("^[ובלמהשכ](?=[א-ת]{3})")


@lru_cache(maxsize=16_384)
def skeletons(word: str) -> tuple[str, ...]:
    """The skeletons of a word in any spelling: one, or two where its first letters may be a prefix; none for a word of a script
    that is not known, or without consonants worth the name (fewer than two classes)."""
    folded = fold_text(word.lower().translate(_KEPT)).replace("-", "")
    found = dict.fromkeys(_skeleton(form) for form in _forms(folded))
    return tuple(skeleton for skeleton in found if len(skeleton) > 1)


def _forms(folded: str) -> list[str]:
    first = folded[:1]
    for start, end, endings in _ENDINGS:
        if start <= first <= end:
            return [endings.sub("", folded)]
    for prefix in (_ARABIC_PREFIX, _HEBREW_PREFIX):
        if found := prefix.match(folded):
            return [folded, folded[found.end() :]]
    return [folded]


def _skeleton(folded: str) -> str:
    for pair, one_sound in _PAIRS:
        folded = folded.replace(pair, one_sound)
    latin = folded.translate(_TO_LATIN)
    if not latin.isascii():
        return ""
    classes = ""
    for sound in _SOUNDS.finditer(latin):
        one = _class_of(sound, is_first=not classes)
        if one and not classes.endswith(one):
            classes += one
    return classes[:LENGTH_MAX]


def _class_of(sound: re.Match[str], *, is_first: bool) -> str:
    name = sound.lastgroup or ""
    if name == "X":
        return "KS"
    if name == "H":
        return "K" if is_first else ""
    if name == "W":
        return "B" if is_first else ""
    if name == "A":
        return "A" if is_first else ""
    return name


@lru_cache(maxsize=16_384)
def sounds(word: str) -> frozenset[str]:
    """What the skeletons of a word are without inner ones of b: those of one name have one in common."""
    return frozenset(map(_without_inner_b, skeletons(word)))


def are_alike(one: str, other: str) -> bool:
    """Whether two skeletons may be of one name. Persian writes the v of Petrova as a vowel, so inner ones may be missing."""
    if one == other:
        return True
    ours, theirs = _without_inner_b(one), _without_inner_b(other)
    return ours == theirs and len(ours) > 2


def _without_inner_b(skeleton: str) -> str:
    return skeleton[:1] + skeleton[1:].replace("B", "")
