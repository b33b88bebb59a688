"""What an item tells of an event, in title and first words: names, words, numbers and dates, and the keys to find it by."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property, lru_cache
from hashlib import blake2b
from typing import NamedTuple

from monitor.stories.figures import figures
from monitor.stories.skeletons import skeletons, sounds
from monitor.stories.titles import SMALL_WORDS
from monitor.text.folding import fold_text
from monitor.text.remembered import Remembered
from monitor.text.tokens import is_unspaced
from monitor.text.wire_names import MONTHS, WEEKDAYS

LEAD_LENGTH = 300  # code points of the body that are read
STEM = 5  # letters of a word that count, since its end changes with the sentence
ENDING_MOST = STEM - 2  # letters that one spelling of a name may have more than another
WORD_LEAST, NAME_LEAST = 4, 3
TITLE_CASE, TITLE_CASE_OF = 0.6, 4  # of so many longer words of a title, with a capital: then capitals tell nothing
KEYED_NAMES, KEYED_NUMBERS = 7, 3
PAIRED_NAMES, PAIRED_NUMBERS = 3, 2
KEY_BITS = 40
WORDS_REMEMBERED = 8_000

_WORD = re.compile(r"([^\W\d_]+)")
_SENTENCE_ENDS = re.compile(r"(?:[.!?։:;«“\"(„‘'»*]\s*|\n\s*)\Z")
_SENTENCE_END_LENGTH = 4


@dataclass(frozen=True)
class Telling:
    """What an item tells in title and first words, folded. Where a script has no capitals (`is_cased` is false), `names` are all
    its longer words. `words` are stems; of Han, kana and Thai pairs of characters."""

    at: datetime
    publisher: str
    language: str  # as the feed says, "" where it does not
    script: str
    is_cased: bool
    names: frozenset[str]
    words: frozenset[str]
    numbers: frozenset[str]
    title_numbers: frozenset[str]  # those of them that stand in the title
    dates: frozenset[str]

    def like(self, name: str) -> Iterator[str]:
        """Those of the names that may be another spelling of this one: one of them begins with the other, or they sound alike."""
        for end in range(max(WORD_LEAST, len(name) - ENDING_MOST), len(name)):
            if name[:end] in self.names:
                yield name[:end]
        yield from self._by_beginning.get(name, ())
        for sound in sounds(name):
            yield from self._by_sound.get(sound, ())

    @cached_property
    def skeletons(self) -> frozenset[str]:
        """The skeletons of all names."""
        return frozenset(skeleton for name in self.names for skeleton in skeletons(name))

    @cached_property
    def _by_beginning(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name in self.names:
            for end in range(max(WORD_LEAST, len(name) - ENDING_MOST), len(name)):
                found[name[:end]].append(name)
        return found

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name in self.names:
            for sound in sounds(name):
                found[sound].append(name)
        return found


def tell(title: str, body: str, at: datetime, language: str = "", publisher: str = "") -> Telling:
    """What an item, without its furniture, tells; `at` is when it was published, or first seen where that is unknown."""
    lead = body[:LEAD_LENGTH]
    if len(body) > LEAD_LENGTH:
        lead = lead.rpartition(" ")[0] or lead
    in_title, in_lead = _WORD.split(title), _WORD.split(lead)  # what is between words, and words, by turns
    printed = [*in_title[1::2], *in_lead[1::2]]
    read = [_KNOWN[word] for word in printed]
    is_cased = any(word.is_cased for word in read)
    stems = {word.stem for word in read}
    (title_numbers, dates), (numbers, other_dates) = figures(title, in_title[1::2]), figures(lead, in_lead[1::2])
    return Telling(
        at=at,
        publisher=publisher,
        language=language[:2].lower() if language[:2].isalpha() else "",
        script=_script(printed[0][0]) if printed else "",
        is_cased=is_cased,
        names=_capitalised(in_title, in_lead) if is_cased else frozenset([word.told for word in read if word.told]),
        words=frozenset(stems.union(*[word.pairs for word in read if word.pairs]) - {""}),
        numbers=title_numbers | numbers,
        title_numbers=title_numbers,
        dates=dates | other_dates,
    )


class _Word(NamedTuple):
    """What is known of a word as printed. Empty: `told` where it is short, small or a run of characters, `stem` likewise, `name`
    where it has no capital."""

    told: str
    stem: str
    name: str
    pairs: tuple[str, ...]  # of the characters of a script without spaces
    is_cased: bool
    has_capital: bool
    is_capitals: bool


def _read(word: str) -> _Word:
    folded = fold_text(word)
    is_small, is_run = folded in _passed_over(), is_unspaced(word[0])
    told = "" if is_small or is_run or len(folded) < WORD_LEAST else folded
    is_name = len(word) >= NAME_LEAST and word[0].isupper() and not is_small
    pairs = tuple(word[at : at + 2] for at in range(len(word) - 1)) if is_run else ()
    return _Word(told, told[:STEM], folded if is_name else "", pairs, word.istitle(), word[0].isupper(), word.isupper())


_KNOWN = Remembered(_read, WORDS_REMEMBERED)


@lru_cache(maxsize=4_096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _capitalised(title: Sequence[str], lead: Sequence[str]) -> frozenset[str]:
    """The names of a script with capitals: those of the title too, unless it writes Every Word Like a Name."""
    in_lead = frozenset(_names_in(lead))
    longer = [word[0].isupper() for word in title[3::2] if len(word) >= WORD_LEAST]
    is_title_case = len(longer) >= TITLE_CASE_OF and sum(longer) > TITLE_CASE * len(longer)
    return in_lead if in_lead and is_title_case else in_lead.union(_names_in(title))


def _names_in(parts: Sequence[str]) -> Iterator[str]:
    """Words with a capital; at the beginning of a sentence only where another follows, or all its letters are capitals."""
    for at in range(1, len(parts), 2):
        word = _KNOWN[parts[at]]
        if not word.name:
            continue
        is_followed = len(parts[at + 1]) == 1 and at + 2 < len(parts) and _KNOWN[parts[at + 2]].has_capital
        if is_followed or word.is_capitals or not _opens(parts, at):
            yield word.name


def _opens(parts: Sequence[str], at: int) -> bool:
    before = parts[at - 1]
    return (at == 1 and not before.strip()) or _SENTENCE_ENDS.search(before[-_SENTENCE_END_LENGTH:]) is not None


@cache
def _passed_over() -> frozenset[str]:
    return SMALL_WORDS | frozenset(map(fold_text, (*MONTHS, *WEEKDAYS)))


# -- keeping -----------------------------------------------------------------------------------------


def written(telling: Telling) -> str:
    """A telling as text, for keeping: a line a part, the publisher's name last since it may hold anything."""
    sets = (telling.names, telling.words, telling.numbers, telling.title_numbers, telling.dates)
    voice = (telling.language, telling.script, "cased" if telling.is_cased else "")
    return "\n".join([telling.at.isoformat(), *voice, *map("\t".join, sets), telling.publisher])


def as_told(kept: str) -> Telling:
    """The telling that `written` wrote."""
    at, language, script, cased, *sets, publisher = kept.split("\n", 9)
    parts = [frozenset(words.split("\t")) if words else frozenset[str]() for words in sets]
    return Telling(datetime.fromisoformat(at), publisher, language, script, bool(cased), *parts)


# -- finding -----------------------------------------------------------------------------------------


def event_keys(telling: Telling) -> frozenset[int]:
    """The keys, below 2**40, by which tellings that may agree are found: of its longest names (of some words
    where it has none), of its numbers, and of both together, which is rare where each is common. At most 16; empty for an empty
    telling."""
    classes = {max(found, key=len) for name in telling.names if (found := skeletons(name))}
    names = sorted([skeleton for skeleton in classes if len(skeleton) > 2], key=_rarest)[:KEYED_NAMES]
    if not names:  # of a script whose names have no skeleton: words that every text would pick alike
        names = sorted(telling.words, key=_KEYS.__getitem__)[:KEYED_NAMES]
    numbers = sorted([number for number in telling.numbers if len(number) > 1], key=_rarest)[:KEYED_NUMBERS]
    paired = [f"{name} {number}" for name in names[:PAIRED_NAMES] for number in numbers[:PAIRED_NUMBERS]]
    return frozenset([*_keys(names), *_keys(numbers), *map(_key, paired)])


def _keys(texts: Collection[str]) -> list[int]:
    return [_KEYS[text] for text in texts]


def _rarest(text: str) -> tuple[int, str]:
    return -len(text.strip("0")), text


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=KEY_BITS // 8, person=b"event").digest(), "big")


_KEYS = Remembered(_key, WORDS_REMEMBERED)
