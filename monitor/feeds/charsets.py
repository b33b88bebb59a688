"""Which encoding a document is really in. What is declared is a claim; the bytes decide.

The decision is taken on the whole document, before anything is cut out of it, so that the entries read the same
either way.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from unicodedata import category

SAMPLE_BYTES = 60_000
TRUSTED_BELOW = 40  # so few bytes above ASCII may be valid UTF-8 by chance in a two-byte encoding

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:\-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:\-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9._:\-]{1,40})", re.IGNORECASE)
_HIGH = re.compile(rb"[\x80-\xff]+")
_ABOVE_ASCII = re.compile(r"[^\x00-\x7f]")

# What labels mean in practice (WHATWG Encoding Standard §4.2): supersets, and names that Python lacks.
_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_ALIASES = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "x-gbk": "gb18030",
    "unicode": "utf-16",
}
# Two-byte encodings, in the order in which they are tried: each is stricter than the next.
_WIDE = ("cp932", "euc_jp", "cp949", "gb18030", "big5hkscs")
_WEAK = frozenset({"cp1252", "cp1254", "utf-8"})  # servers and templates say so by default
_PUNCTUATION = frozenset("«»“”„‘’–—…№§©®°·•،؛؟\u00a0\u200c\u200d")
_CJK_PUNCTUATION = frozenset("、。「」《》“”（），：；？！")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Single bytes, in the order in which an equal score is settled.
_NARROW = ("cp1252", "cp1251", "koi8-r", "cp1256", "cp1253", "cp1255", "cp874", "cp1250", "cp866")


def decide(body: bytes, content_type: str = "") -> str:
    """The name of a Python codec for `body`, of which `content_type` is the HTTP header ("" where there is none).

    A mark at the start decides, then zero bytes, then validity as UTF-8, then what is declared where the bytes allow
    it (the header before the document, except for the labels that servers give by default), then the likeliest by the
    look of the words. Decode the result with errors="replace".
    """
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return codec
    wide = _wide_zeros(body[:4])
    if wide:
        return wide
    header = _CHARSET.search(content_type)
    written = _DECLARED.search(body[:1_000]) or _META.search(body[:2_000])
    claims = [known_codec(found) for found in (header[1] if header else "", written[1].decode() if written else "")]
    return _decide_claims(body, [claim for claim in claims if claim])


def is_ascii_compatible(codec: str) -> bool:
    """Whether ASCII bytes always stand for themselves, so that tags can be found in the raw bytes."""
    if codec.startswith(("utf-16", "utf-32", "utf-7", "utf_7", "iso2022", "hz")):
        return False
    printable = bytes(range(0x20, 0x7F))
    try:
        return printable.decode(codec) == printable.decode("ascii") or codec in _WIDE
    except UnicodeDecodeError:
        return False


@lru_cache(maxsize=256)
def known_codec(label: str) -> str:
    """The codec for a label as feeds write it; "" for one that is unknown or no text encoding."""
    try:
        found = codecs.lookup(_ALIASES.get(label.lower(), label))
    except LookupError:
        return ""
    if not found._is_text_encoding or found.name in ("idna", "punycode", "unicode-escape", "raw-unicode-escape"):
        return ""
    return _SUPERSETS.get(found.name, found.name)


def _decide_claims(body: bytes, claims: list[str]) -> str:
    if body.isascii():
        stateful = [claim for claim in claims if not is_ascii_compatible(claim) and _decodes(body, claim)]
        escapes = [claim for claim in stateful if claim.startswith(("iso2022", "hz", "utf_7", "utf-7"))]
        return escapes[0] if escapes else "utf-8"
    is_utf8 = _decodes(body, "utf-8")
    for claim in claims:
        if claim in _WIDE and (not is_utf8 or _utf8_by_chance(body, claim)) and _decodes(body, claim):
            return claim
    if is_utf8:
        return "utf-8"
    for claim in claims:
        if claim not in _WEAK and claim not in _WIDE and _decodes(body, claim):
            return claim
    return _guess(body, claims)


def _utf8_by_chance(body: bytes, claim: str) -> bool:
    """Whether so little stands above ASCII, and in such runs, that the two-byte encoding claimed is the likelier
    one."""
    longest = max(map(len, _HIGH.findall(body)), default=0)
    return longest >= 4 and _high_count(body) < TRUSTED_BELOW and _wide_score(body, claim) >= 0.85


def _guess(body: bytes, claims: list[str]) -> str:
    """The likeliest encoding of bytes that are not what they are said to be."""
    sample = body[:SAMPLE_BYTES]
    runs = _HIGH.findall(sample)
    if _mostly_utf8(sample):
        return "utf-8"
    for wide in [claim for claim in claims if claim in _WIDE] or _WIDE:
        if any(len(run) > 2 for run in runs) and _wide_score(sample, wide) >= 0.85:
            return wide
    pairs = _pairs(sample)
    scores = {narrow: _narrow_score(pairs, narrow) for narrow in _NARROW}
    likeliest = max(_NARROW, key=lambda narrow: scores[narrow])
    claimed = [claim for claim in claims if claim in scores or claim == "cp1254"]
    if likeliest in ("cp1252", "cp1250") or (claimed and scores.get(claimed[0], -1.0) >= scores[likeliest]):
        return "cp1254" if _looks_turkish(sample) else claimed[0] if claimed else likeliest
    return "cp1255" if likeliest == "cp1251" and _looks_hebrew(sample) else likeliest


def _wide_zeros(head: bytes) -> str:
    """UTF-16 or UTF-32 without a mark, by the zeros around the first character (XML 1.0, appendix F)."""
    zeros = "".join("0" if byte == 0 else "x" for byte in head)
    return {"000x": "utf-32-be", "x000": "utf-32-le", "0x0x": "utf-16-be", "x0x0": "utf-16-le"}.get(zeros, "")


def _decodes(body: bytes, codec: str) -> bool:
    try:
        body.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _high_count(body: bytes) -> int:
    return len(body) - len(body.translate(None, bytes(range(0x80, 0x100))))


def _mostly_utf8(sample: bytes) -> bool:
    """A few broken places in a document that is UTF-8 otherwise: at most one in eight."""
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(_ABOVE_ASCII.findall(text)) - broken
    return whole > 8 * broken


def _wide_score(sample: bytes, codec: str) -> float:
    """The share of characters above ASCII that are among the common ones of the encoding's language; 0 if it is not."""
    text = sample.decode(codec, "replace")
    high = Counter(_ABOVE_ASCII.findall(text))
    count = high.total()
    if not count or high["\ufffd"] > 1 + count // 200:
        return 0.0
    if codec == "cp949":
        good = _count(high, lambda char: "가" <= char <= "힣")
    elif codec in ("cp932", "euc_jp"):
        kana = _count(high, lambda char: "ぁ" <= char <= "ヿ")
        others = _count(high, lambda char: "一" <= char <= "鿿" or char in "、。「」")
        good = kana + others if kana * 6 > count else 0
    else:
        first, last = (0xB0, 0xD7) if codec == "gb18030" else (0xA4, 0xC6)
        good = _count(high, lambda char: first <= char.encode(codec, "replace")[0] <= last or char in _CJK_PUNCTUATION)
    return good / count


def _count(high: Counter[str], is_good: Callable[[str], bool]) -> int:
    return sum(number for char, number in high.items() if is_good(char))


def _pairs(sample: bytes) -> Counter[bytes]:
    """How often each byte follows each other one in words (a blank before the first), where one of the two is above ASCII."""
    words = re.findall(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*", sample)[:4_000]
    spaced = b" ".join([b"", *words])
    pairs = Counter(pairwise(spaced))
    return Counter({bytes(pair): count for pair, count in pairs.items() if max(pair) >= 0x80 and pair[1] != 0x20})


def _narrow_score(pairs: Counter[bytes], codec: str) -> float:
    """How far the words look like words: one script in each, small letters after the first. About −2 to 1."""
    good = sum(count for pair, count in pairs.items() if _fits(*pair.decode(codec, "replace")))
    bad = pairs.total() - good
    return (good - 2 * bad) / max(1, good + bad)


def _fits(before: str, char: str) -> bool:
    """Whether `char` may follow `before` in a word, or open or close one."""
    if char == "\ufffd" or "\x80" <= char <= "\x9f":
        return False
    if not _is_letter(char):
        return char < "\x80" or (char in _PUNCTUATION and not (before.isalpha() and char in "«“„"))
    if not _is_letter(before):
        return not category(char).startswith("M")
    if "\x80" <= before < "\u0370" and "\x80" <= char < "\u0370":
        return False  # Latin letters with marks seldom stand together: such words belong to another script
    return _script(before) == _script(char) and not (before.islower() and char.isupper())


def _is_letter(char: str) -> bool:
    return category(char)[0] in "LM"


def _script(char: str) -> int:
    """Latin 0; Greek, Cyrillic, Hebrew, Arabic, Thai by their blocks."""
    return 0 if char < "\u0370" else ord(char) >> 8 if char < "\u0590" else 5 if char < "\u0600" else ord(char) >> 8


def _looks_turkish(sample: bytes) -> bool:
    """Windows-1254 differs from 1252 in six letters that are frequent in Turkish and rare where 1252 is used."""
    high = _high_count(sample)
    turkish = sum(sample.count(letter) for letter in (b"\xd0", b"\xdd", b"\xde", b"\xf0", b"\xfd", b"\xfe"))
    return turkish * 4 > high


def _looks_hebrew(sample: bytes) -> bool:
    """Hebrew fills the places of Russian's small letters, without its capitals and its last five."""
    letters = sum(sample.count(bytes([byte])) for byte in range(0xE0, 0xFB))
    others = sum(sample.count(bytes([byte])) for byte in (*range(0xC0, 0xE0), *range(0xFB, 0x100)))
    return letters >= 20 and others == 0
