"""Same event in other words: a link between stories, never a fold.

Title and first words carry little, so much must agree. Numbers and dates veto: headlines that share half their words are mostly
of one event where their numbers agree, and seldom where they differ. Where numbers agree, names or words besides are enough;
where a telling has none, nearly all names must agree, and the tellings be of one day. Across scripts names are compared by their
skeletons, since each alphabet spells them its own way.

What agreement is worth was set on one part of the labelled pairs that stand with the tests, and judged on the other.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from hashlib import blake2b

from monitor.stories.figures import figures
from monitor.stories.skeletons import are_alike, skeletons
from monitor.stories.titles import SMALL_WORDS
from monitor.text.folding import fold_text
from monitor.text.tokens import is_unspaced
from monitor.text.wire_names import MONTHS, WEEKDAYS

WINDOW = timedelta(days=3)  # at most between two tellings of one event
ONE_DAY = timedelta(hours=20)
LEAD_LENGTH = 300  # code points of the body that are read
STEM = 5  # letters of a word that count, since its end changes with the sentence
WORD_LEAST, NAME_LEAST = 4, 3
TITLE_CASE, TITLE_CASE_OF = (
    0.6,
    4,
)  # of a title's longer words, where it has so many, with a capital: then capitals tell nothing
KEYED_NAMES, KEYED_NUMBERS = 7, 3
PAIRED_NAMES, PAIRED_NUMBERS = 3, 2

# Points in hundredths, so that their sum is the same in whatever order they are added.
POINTS_LEAST, FOREIGN_LEAST = 270, 200  # where numbers agree, within a language and across
OWN_LEAST, OWN_FIGURES = 500, 170  # in what one outlet tells twice, since it writes much of the same people
# Where there are none: so many points of names, and so many for each name of the fuller telling, of which at most ten count.
NAMES_LEAST, NAMES_SHARE, NAMES_MOST = 300, 60, 10
WORDS_LEAST = 0.45  # and so many words within a language
WORDS_SHARE = 0.3  # of the shorter telling's stems: so many agree within a language, seldom across
WORDS_POINTS = 400  # for all of them
DATE_POINTS = 70
NUMBER_POINTS = (35, 70, 100)  # by digits that are not zeros at an end: one, two, more
SPELLED_ALIKE, SAME_STEM = 100, 80
# What a shared name is worth by the classes of its skeleton: where both scripts have capitals; and where one has none, so that
# every word of it had to be tried.
NAME_POINTS = {True: (0, 0, 20, 60, 90, 100, 100, 100), False: (0, 0, 10, 35, 75, 100, 100, 100)}
WORD_POINTS, LONG_SKELETON, LONG_POINTS = 25, 5, 50  # where neither script has capitals

_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_ENDS = re.compile(r"(?:[.!?։:;«“\"(„‘'»*]\s*|\n\s*)\Z")


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether two tellings are of one event, with the points that speak for it, and the reason with figures."""

    is_same: bool
    points: int  # hundredths
    reason: str


def tell(title: str, body: str, at: datetime, language: str = "", publisher: str = "") -> Telling:
    """What an item, without its furniture, tells; `at` is when it was published, or first seen where that is unknown."""
    lead = body[:LEAD_LENGTH]
    if len(body) > LEAD_LENGTH:
        lead = lead.rpartition(" ")[0] or lead
    text = f"{title}\n{lead}"
    found = _WORD.findall(text)
    told = {folded for word in found if len(folded := _folded(word)) >= WORD_LEAST} - _passed_over()
    unspaced = [] if text.isascii() else [word for word in found if is_unspaced(word[0])]
    spaced = {word for word in told if not is_unspaced(word[0])} if unspaced else told
    is_cased = any(map(str.istitle, found))
    names = _capitalised(title, lead) if is_cased else spaced
    words = {word[:STEM] for word in spaced} | {word[at : at + 2] for word in unspaced for at in range(len(word) - 1)}
    (in_title, dates), (in_lead, other_dates) = figures(title), figures(lead)
    return Telling(
        at=at,
        publisher=publisher,
        language=language[:2].lower(),
        script=_script(found[0][0]) if found else "",
        is_cased=is_cased,
        names=frozenset(names),
        words=frozenset(words),
        numbers=in_title | in_lead,
        title_numbers=in_title,
        dates=dates | other_dates,
    )


@lru_cache(maxsize=4_096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


@lru_cache(maxsize=16_384)
def _folded(word: str) -> str:
    return fold_text(word)


def _capitalised(title: str, lead: str) -> set[str]:
    """The names of a script with capitals: those of the title too, unless it writes Every Word Like a Name."""
    in_lead, in_title = set(_names_in(lead)), set(_names_in(title))
    longer = [word for word in _WORD.findall(title)[1:] if len(word) >= WORD_LEAST]
    is_title_case = len(longer) >= TITLE_CASE_OF and sum(word[0].isupper() for word in longer) > TITLE_CASE * len(
        longer
    )
    return in_lead if in_lead and is_title_case else in_lead | in_title


def _names_in(text: str) -> Iterator[str]:
    """Words with a capital; at the beginning of a sentence only where another follows, or all its letters are capitals."""
    words = list(_WORD.finditer(text))
    for word, after in zip(words, [*words, None][1:], strict=True):
        if len(word[0]) < NAME_LEAST or not word[0][0].isupper():
            continue
        opens = not text[: word.start()].strip() or _SENTENCE_ENDS.search(text, max(0, word.start() - 4), word.start())
        is_followed = after is not None and after.start() == word.end() + 1 and after[0][0].isupper()
        if (is_followed or word[0].isupper() or not opens) and (folded := _folded(word[0])) not in _passed_over():
            yield folded


@cache
def _passed_over() -> frozenset[str]:
    return SMALL_WORDS | frozenset(map(fold_text, (*MONTHS, *WEEKDAYS)))


def written(telling: Telling) -> str:
    """A telling as JSON, for keeping."""
    sets = (telling.names, telling.words, telling.numbers, telling.title_numbers, telling.dates)
    voice = (telling.publisher, telling.language, telling.script)
    return json.dumps([telling.at.isoformat(), *voice, telling.is_cased, *map(sorted, sets)], ensure_ascii=False)


def as_told(kept: str) -> Telling:
    """The telling that `written` wrote."""
    at, publisher, language, script, is_cased, *sets = json.loads(kept)
    return Telling(datetime.fromisoformat(at), publisher, language, script, is_cased, *map(frozenset, sets))


# -- deciding ----------------------------------------------------------------------------------------


def same_event(one: Telling, other: Telling) -> Agreement:
    """Whether two tellings, in whatever languages, are of one event."""
    apart = abs(one.at - other.at)
    if apart > WINDOW:
        return Agreement(False, 0, "told more than three days apart")
    if (veto := _veto(one, other)) is not None:
        return Agreement(False, 0, veto)
    shared = one.numbers & other.numbers
    names, words = _shared_names(one, other), _shared_words(one, other)
    figured = sum(map(_number_points, shared)) + DATE_POINTS * len(one.dates & other.dates)
    points = names + figured + (int(WORDS_POINTS * words) if words >= WORDS_SHARE else 0)
    told = f"names {names / 100:.1f}, numbers and dates {figured / 100:.1f}, words {words:.0%}"
    is_foreign = _are_foreign(one, other)
    is_own = not is_foreign and one.publisher == other.publisher != ""
    if figured >= DATE_POINTS:
        least = FOREIGN_LEAST if is_foreign else OWN_LEAST if is_own else POINTS_LEAST
        return Agreement(points >= least and (not is_own or figured >= OWN_FIGURES), points, told)
    if apart > ONE_DAY or is_own:
        return Agreement(False, points, f"{told}; no number or date in both")
    wanted = max(NAMES_LEAST, NAMES_SHARE * _names_to_share(one, other))
    is_same = names >= wanted and (is_foreign or words >= WORDS_LEAST)
    return Agreement(is_same, points, f"{told}; no number or date in both")


def _are_foreign(one: Telling, other: Telling) -> bool:
    """Whether two tellings are in different scripts or languages, as far as feeds say."""
    return one.script != other.script or (one.language != other.language and "" not in (one.language, other.language))


def _veto(one: Telling, other: Telling) -> str | None:
    """Why dates or numbers speak against one event; None where they do not."""
    if one.dates and other.dates and not one.dates & other.dates:
        return "the dates differ"
    if not one.numbers or not other.numbers:
        return None
    fewer = min(one.numbers, other.numbers, key=len)
    for told, known in (
        (fewer, one.numbers & other.numbers),
        (one.title_numbers, other.numbers),
        (other.title_numbers, one.numbers),
    ):
        if len(told & known) * 2 < len(told):
            return f"{len(told - known)} of {len(told)} numbers differ"
    return None


def _names_to_share(one: Telling, other: Telling) -> float:
    """How many names two tellings could share, at most ten; without capitals in either nobody knows."""
    counts = [len(telling.names) for telling in (one, other) if telling.is_cased]
    return min(max(counts), NAMES_MOST) if counts else math.inf


def _shared_names(one: Telling, other: Telling) -> int:
    """Points for the names that stand in both."""
    if not one.is_cased and not other.is_cased:
        return sum(_word_points(name, other.names) for name in one.names)
    asking, asked = sorted((one, other), key=lambda telling: (not telling.is_cased, len(telling.names)))
    points = NAME_POINTS[asked.is_cased]
    return sum(max((_name_points(name, known, points) for known in asked.names), default=0) for name in asking.names)


def _name_points(name: str, other: str, points: tuple[int, ...]) -> int:
    if name == other:
        return SPELLED_ALIKE
    short, long = sorted((name, other), key=len)
    if len(short) >= WORD_LEAST and len(long) - len(short) <= STEM - 2 and long.startswith(short):
        return SAME_STEM
    ours, theirs = skeletons(name), skeletons(other)
    return max((points[min(len(a), len(b))] for a in ours for b in theirs if are_alike(a, b)), default=0)


def _word_points(word: str, others: frozenset[str]) -> int:
    """Of two scripts without capitals each word counts, and any word may be a name: little for one that is spelled alike, and for
    another only where its skeleton is long."""
    if word in others:
        return WORD_POINTS
    ours = [skeleton for skeleton in skeletons(word) if len(skeleton) >= LONG_SKELETON]
    return LONG_POINTS if any(skeleton in skeletons(other) for skeleton in ours for other in others) else 0


def _shared_words(one: Telling, other: Telling) -> float:
    fewer = min(len(one.words), len(other.words))
    return len(one.words & other.words) / fewer if fewer else 0.0


def _number_points(number: str) -> int:
    telling = number.replace(".", "").strip("0")
    return NUMBER_POINTS[min(max(len(telling), min(len(number), 2)), len(NUMBER_POINTS)) - 1]


# -- finding -----------------------------------------------------------------------------------------


def event_keys(telling: Telling) -> frozenset[int]:
    """The keys, below 2**40, by which tellings that may agree are found: of its longest names (of some words
    where it has none), of its numbers, and of both together, which is rare where each is common. At most 16; empty for an empty
    telling."""
    classes = sorted({max(found, key=len) for name in telling.names if (found := skeletons(name))}, key=_rarest)
    names = [skeleton for skeleton in classes if len(skeleton) > 2][:KEYED_NAMES]
    if not names:  # of a script whose names have no skeleton: words that every text would pick alike
        names = sorted(telling.words, key=_key)[:KEYED_NAMES]
    numbers = sorted((number for number in telling.numbers if len(number) > 1), key=_rarest)[:KEYED_NUMBERS]
    paired = [f"{name} {number}" for name in names[:PAIRED_NAMES] for number in numbers[:PAIRED_NUMBERS]]
    return frozenset(map(_key, (*names, *numbers, *paired)))


def _rarest(text: str) -> tuple[int, str]:
    return -len(text.strip("0")), text


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=5, person=b"event").digest(), "big")
