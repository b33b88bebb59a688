"""The words of all rules in one index: which leaves a text hits, found by looking each of its different words up once.

A phrase is found by its rarest word, or by two characters that stand together where its script has no spaces. What a word sets
off is remembered, so that beginnings and patterns are tried on a word when it is first met.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from operator import add
from typing import NamedTuple

from monitor.rules.asking import Asked, Either, Every, Leaf, One, OneOf, Other, Placed, Question, Without
from monitor.rules.match import Absent, All, Any, AtLeast, Case, Hits, Near, NotNear, Part, Plan, Term, Within
from monitor.rules.prepare import TITLE_AND_BODY, Prepared
from monitor.text.remembered import Remembered
from monitor.text.tokens import is_unspaced

WORDS_REMEMBERED = 30_000
_INDEXED_FIELDS = frozenset((*TITLE_AND_BODY, "lead"))
_SEEN_JOINED = frozenset(TITLE_AND_BODY)
_UNSPACED = re.compile("[一-鿿ぁ-ヿก-๛]")  # of the scripts without spaces, those in which rules are many
_LETTERS_OF_A_CHARACTER = 4  # that a character of such a script is about as rare as

SetOff = tuple[tuple[int, ...], tuple[int, ...]]
"""What a word sets off: leaves that hit wherever it stands, and leaves that may."""


class Index:
    """Leaves by what finds them."""

    def __init__(self) -> None:
        self._leaves: list[Leaf] = []
        self._numbers: dict[Leaf, int] = {}
        self._sets: dict[frozenset[int], frozenset[int]] = {}
        self._sure: set[int] = set()  # leaves that hit wherever what finds them stands
        self._phrases: dict[int, _Phrase] = {}
        self._by_word: dict[str, list[int]] = {}
        self._by_stem: dict[str, list[int]] = {}
        self._by_prefix: dict[str, list[tuple[re.Pattern[str], int]]] = {}  # of patterns
        self._by_pair: dict[str, tuple[list[int], list[int]]] = {}  # as a word's in `SetOff`
        self._stem_lengths: list[int] = []
        self._prefix_lengths: list[int] = []
        self._set_off = Remembered(self._look_up, WORDS_REMEMBERED)

    # -- asking ----------------------------------------------------------------------------------------

    def ask(self, text: Prepared) -> Asked:
        """The text with the leaves that hit it."""
        asked = Asked(text, self._leaves)
        hit = asked.hit
        perhaps: set[int] = set()
        for field in TITLE_AND_BODY:
            view = text.view(field)
            for sure, open_ones in filter(None, map(self._set_off.__getitem__, view.places)):
                hit.update(sure)
                if open_ones:
                    perhaps.update(open_ones)
            if self._by_pair and _UNSPACED.search(view.joined):
                for pair in self._by_pair.keys() & set(map(add, view.words.texts, view.words.texts[1:])):
                    hit.update(self._by_pair[pair][0])
                    perhaps.update(self._by_pair[pair][1])
            if field == "title":
                asked.hit_in_title = hit | perhaps
        hit.update([leaf for leaf in perhaps if self._does_hit(leaf, asked)])
        return asked

    def _does_hit(self, leaf: int, asked: Asked) -> bool:
        phrase = self._phrases.get(leaf)
        if phrase is None:
            return bool(asked.hits(leaf))
        words, fields, first = phrase
        for field in fields:
            view = asked.text.view(field)
            if first in view.places and words in view.joined:
                return True
        return False

    def _look_up(self, word: str) -> SetOff | None:
        found = list(self._by_word.get(word, ()))
        for length in self._stem_lengths:
            if length > len(word):
                break
            if word[:length] in self._by_stem:
                found += self._by_stem[word[:length]]
        for length in self._prefix_lengths:
            found += [leaf for pattern, leaf in self._by_prefix.get(word[:length], ()) if pattern.fullmatch(word)]
        if not found:
            return None
        sure = self._sure.intersection(found)
        return tuple(sure), tuple(set(found) - sure)

    # -- compiling -------------------------------------------------------------------------------------

    def question(self, plan: Plan) -> Question:
        """A plan as asked of leaves, which are taken up in the index."""
        match plan:
            case Term() | Case():
                return One(self._leaf(plan)) if _is_indexed(plan) else Other(plan)
            case Any(parts):
                return self._either([self.question(part) for part in parts])
            case All(parts):
                return Every(tuple([self.question(part) for part in parts]))
            case Absent(inner):
                return Without(self.question(inner))
            case Near(left, right, distance, is_ordered):
                build = partial(Near, distance=distance, is_ordered=is_ordered)
                return Placed(build, (self.question(left), self.question(right)), needed=2)
            case NotNear(inner, other, distance):
                return Placed(
                    partial(NotNear, distance=distance), (self.question(inner), self.question(other)), needed=1
                )
            case AtLeast(count, inner):
                return Placed(partial(AtLeast, count), (self.question(inner),), needed=1)
            case Within(parts, distance):
                found = tuple([self.question(part) for part in parts])
                return Placed(partial(_within, distance), found, needed=len(found))
            case _:
                return Other(plan)

    def _either(self, parts: Sequence[Question]) -> Question:
        leaves = frozenset([part.leaf for part in parts if isinstance(part, One)])
        others = [part for part in parts if not isinstance(part, One)]
        if not leaves:
            return Either(tuple(others))
        one_of = OneOf(self._sets.setdefault(leaves, leaves))
        return Either((one_of, *others)) if others else one_of

    def triggers(self, question: Question) -> Triggers | None:
        """Leaves of which a text must hit one for the question to hold; None where it may hold without any."""
        match question:
            case One(leaf):
                return Triggers(self._frequency(leaf), frozenset((leaf,)))
            case OneOf(leaves):
                return Triggers(sum(map(self._frequency, leaves)), leaves)
            case Either(parts):
                return any_of([self.triggers(part) for part in parts])
            case Every(parts) | Placed(parts):
                return min(filter(None, map(self.triggers, parts)), default=None)
            case _:
                return None

    def _frequency(self, leaf: int) -> float:
        """How often a leaf is met, beside others: long words and phrases of several are rare."""
        return 2.0 ** -sum(map(_letter_count, _term_of(self._leaves[leaf]).parts))

    def _leaf(self, leaf: Leaf) -> int:
        """The number of a leaf, which is taken up where it is new."""
        number = self._numbers.get(leaf)
        if number is None:
            number = self._numbers[leaf] = len(self._leaves)
            self._leaves.append(leaf)
            self._take_up(leaf, number)
        return number

    def _take_up(self, leaf: Leaf, number: int) -> None:
        term = _term_of(leaf)
        parts = term.parts
        is_plain = isinstance(leaf, Term) and not term.signs
        if is_plain and len(parts) == 1 and term.fields == TITLE_AND_BODY:
            self._sure.add(number)
        elif is_plain and _SEEN_JOINED.issuperset(term.fields) and all(map(_is_whole, parts)):
            words = [part.text for part in parts]
            shortest = min(words, key=len)  # not what it is found by
            self._phrases[number] = _Phrase(f" {' '.join(words)} ", term.fields, shortest)
        pair = next((one.text + other.text for one, other in pairwise(parts) if _stand_together(one, other)), None)
        if pair is None:
            self._find_by(max(parts, key=_letter_count), number)
        else:
            is_all = is_plain and len(parts) == 2 and term.fields == TITLE_AND_BODY
            self._by_pair.setdefault(pair, ([], []))[0 if is_all else 1].append(number)

    def _find_by(self, part: Part, number: int) -> None:
        if _is_whole(part):
            self._by_word.setdefault(part.text, []).append(number)
            return
        if part.pattern is None:
            self._by_stem.setdefault(part.text, []).append(number)
            lengths = self._stem_lengths
        else:
            self._by_prefix.setdefault(part.text, []).append((part.pattern, number))
            lengths = self._prefix_lengths
        if len(part.text) not in lengths:
            insort(lengths, len(part.text))


class _Phrase(NamedTuple):
    """Whole words one behind the other, between two spaces; one of them, that is looked for first; and in which fields."""

    words: str
    fields: tuple[str, ...]
    one: str


class Triggers(NamedTuple):
    """Leaves, and how often one of them is met, beside other such sets; those met less sort first."""

    frequency: float
    leaves: frozenset[int]


def any_of(found: Sequence[Triggers | None]) -> Triggers | None:
    """The triggers of several questions of which one is enough; None where one has none."""
    known = [triggers for triggers in found if triggers is not None]
    if len(known) < len(found):
        return None
    leaves = frozenset().union(*(triggers.leaves for triggers in known))
    return Triggers(sum(triggers.frequency for triggers in known), leaves)


def _term_of(leaf: Leaf) -> Term:
    return leaf if isinstance(leaf, Term) else leaf.term


def _is_indexed(leaf: Leaf) -> bool:
    return _INDEXED_FIELDS.issuperset(_term_of(leaf).fields)


def _is_whole(part: Part) -> bool:
    return not part.is_stem and part.pattern is None


def _letter_count(part: Part) -> int:
    """The letters of a part that tell it from others; a character that is a word says as much as several."""
    if is_unspaced(part.text):
        return _LETTERS_OF_A_CHARACTER
    return len(part.text) if _is_whole(part) else max(0, len(part.text) - 2)


def _stand_together(one: Part, other: Part) -> bool:
    return all(_is_whole(part) and is_unspaced(part.text) and _UNSPACED.match(part.text) for part in (one, other))


def _within(distance: int, *parts: Hits) -> Within:
    return Within(parts, distance)
