"""The words and phrases of all rules in one automaton: which of them a text holds, found in one pass (Aho and Corasick, 1975).

A needle is what is looked for among the joined words of title and body, each between two spaces, so that no boundary need be
checked: ` whole `, ` whole phrase `, ` beginning`. Most leaves are a needle and have its number; the others (one field alone,
wildcards amid a phrase, currency signs, exact spelling) have numbers below zero and are looked at where their needle is met.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, cast

from monitor.rules.asked import Asked, Leaf, Others
from monitor.rules.asking import Beside, Either, Every, One, OneOf, Other, Placed, Question, Traced, Without
from monitor.rules.match import Absent, All, Any, AtLeast, Case, Hits, Near, NotNear, Part, Plan, Term, Within
from monitor.rules.prepare import TITLE_AND_BODY, Prepared
from monitor.text.remembered import Remembered
from monitor.text.tokens import is_unspaced

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

WORDS_REMEMBERED = 30_000
_INDEXED_FIELDS = frozenset((*TITLE_AND_BODY, "lead"))
# What a leaf that hits means: rules, points, other leaves to look at, one of them limited to the title.
SETS_OFF, BRINGS, _LOOKED_AT, _IN_TITLE = 1, 2, 4, 8
_LETTERS_OF_A_CHARACTER = 4  # that a character of a script without spaces is about as rare as


class Index:
    """Leaves by number. `finish` comes between taking plans up and asking; then nothing more is taken up."""

    def __init__(self) -> None:
        self._numbers: dict[Leaf, int] = {}
        self._needles: dict[str, int] = {}
        self._whole: dict[int, Leaf] = {}  # of the leaves that are needles
        self._others: list[Leaf] = []
        self._limited: dict[int, str] = {}
        self._needle_of: dict[int, int] = {}
        self._open: list[tuple[Part, int]] = []  # others of which it is not known how any of their words begins
        # Made of the list alone, so that a set of rules that is replaced goes at once, without waiting for a search for cycles.
        self._matched = Remembered(partial(_matching, self._open), WORDS_REMEMBERED)
        self._uses: Counter[int] = Counter()
        self._sets: dict[frozenset[int], frozenset[int]] = {}
        self._looked_at: dict[int, list[int]] = {}  # others by the needle that calls for a look
        self._joined: dict[
            int, str
        ] = {}  # needles with characters that must touch each other: those, if there are no others
        self._joining: frozenset[int] = frozenset()
        self._in_title: dict[int, int] = {}  # those of them that are the needle itself, in the title
        self.tells = bytearray()  # by leaf, which of the signs it has
        self._told_of_others = Others(self._others, self._needle_of, self._limited)
        self._automaton: AhoCorasick | None = None

    # -- asking ----------------------------------------------------------------------------------------

    def ask(self, text: Prepared) -> Asked:
        """The text with the leaves that hit it."""
        asked = Asked(text, self._told_of_others)
        if self._automaton is None:
            return asked
        asked.meet(self._automaton.find_matches_as_indexes(asked.joined, overlapping=True))
        if not self._joining.isdisjoint(asked.hit):
            asked.forget_parted(self._joined)
        tells = self.tells
        asked.telling = [leaf for leaf in asked.hit if tells[leaf]]
        found = self._found_others(asked)
        asked.hit.update(found)
        asked.telling += found
        return asked

    def _found_others(self, asked: Asked) -> list[int]:
        """The leaves below zero that hit."""
        tells = self.tells
        found = (
            [self._in_title[needle] for needle in asked.in_title if tells[needle] & _IN_TITLE] if self._in_title else []
        )
        if self._looked_at or self._open:
            looked_at = self._found_open(asked.text) if self._open else set()
            looked_at.update(
                [leaf for needle in asked.telling if tells[needle] & _LOOKED_AT for leaf in self._looked_at[needle]]
            )
            found += [leaf for leaf in looked_at if asked.hits(leaf)]
        return found

    def _found_open(self, text: Prepared) -> set[int]:
        words = {*text.view("title").words.texts, *text.view("body").words.texts}
        return {leaf for leaves in map(self._matched.__getitem__, words) for leaf in leaves}

    # -- compiling -------------------------------------------------------------------------------------

    def question(self, plan: Plan) -> Question:
        """A plan as asked of leaves, which are taken up in the index."""
        match plan:
            case Term() | Case():
                return One(self._leaf(plan)) if _INDEXED_FIELDS.issuperset(_term_of(plan).fields) else Other(plan)
            case Any(parts):
                return self._either([self.question(part) for part in parts])
            case All(parts):
                return Every(tuple([self.question(part) for part in parts]))
            case Absent(inner):
                return Without(self.question(inner))
            case Near() | NotNear() | AtLeast() | Within():
                return self._placed(plan)
            case _:
                return Other(plan)

    def _either(self, parts: Sequence[Question]) -> Question:
        leaves = frozenset([part.leaf for part in parts if isinstance(part, One)])
        others = [part for part in parts if not isinstance(part, One)]
        if not leaves:
            return Either(tuple(others))
        one_of = OneOf(self._sets.setdefault(leaves, leaves))
        return Either((one_of, *others)) if others else one_of

    def _traced(self, plan: Hits) -> Traced:
        return cast("Traced", self.question(plan))

    def _placed(self, plan: Near | NotNear | AtLeast | Within) -> Placed:
        match plan:
            case Near(left, right, distance, is_ordered):
                one, other = self._traced(left), self._traced(right)
                if isinstance(one, One | OneOf) and isinstance(other, One | OneOf):
                    return Beside(plan, one, other)
                return Placed(partial(Near, distance=distance, is_ordered=is_ordered), (one, other), needed=2)
            case NotNear(inner, other, distance):
                sides = self._traced(inner), self._traced(other)
                return Placed(partial(NotNear, distance=distance), sides, needed=1)
            case AtLeast(count, inner):
                return Placed(partial(AtLeast, count), (self._traced(inner),), needed=1)
            case Within(parts, distance):  # pragma: no branch - the last of the four
                return Placed(partial(_within, distance), tuple(map(self._traced, parts)), needed=len(parts))

    @property
    def leaves(self) -> list[int]:
        """The numbers of all leaves as `Packed` lists have them: those below zero stand at the end, where they are found from
        behind."""
        return [*range(len(self._needles)), *range(-len(self._others), 0)]

    def finish(self, rules: Container[int], points: Container[int]) -> None:
        """Make the automaton of what was taken up; `rules` and `points` are the leaves that set off rules, or bring points."""
        if not self._numbers:
            return
        from ahocorasick_rs import AhoCorasick, Implementation

        signs = ((SETS_OFF, rules), (BRINGS, points), (_LOOKED_AT, self._looked_at), (_IN_TITLE, self._in_title))
        self.tells = bytearray([sum([sign for sign, known in signs if leaf in known]) for leaf in self.leaves])
        needles = list(self._needles)
        self._joined = {number: _solid(needle) for number, needle in enumerate(needles) if _is_joined(needle)}
        self._joining = frozenset(self._joined)
        for known in (self._numbers, self._needles, self._whole, self._uses, self._sets):
            known.clear()  # many megabytes that only taking up needs, before the automaton takes its own
        self._automaton = AhoCorasick(needles, store_patterns=False, implementation=Implementation.ContiguousNFA)

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

    def _frequency(self, number: int) -> float:
        """How often a leaf is met, beside others: long words and phrases of several are rare, and what many rules ask for beside
        something else is common."""
        leaf = self._whole[number] if number >= 0 else self._others[-1 - number]
        return self._uses[number] ** 2 * 2.0 ** -sum(map(_letter_count, _term_of(leaf).parts))

    def _leaf(self, leaf: Leaf) -> int:
        """The number of a leaf, which is taken up where it is new."""
        number = self._numbers.get(leaf)
        if number is None:
            number = self._numbers[leaf] = self._take_up(leaf)
        self._uses[number] += 1
        return number

    def _take_up(self, leaf: Leaf) -> int:
        term = _term_of(leaf)
        needle = _needle(term.parts)
        is_plain = isinstance(leaf, Term) and not term.signs and needle is not None
        if is_plain and needle is not None and term.fields == TITLE_AND_BODY:
            number = self._needles.setdefault(needle, len(self._needles))
            self._whole[number] = leaf
            return number
        self._others.append(leaf)
        number = -len(self._others)
        if is_plain and needle is not None and term.fields in (("title",), ("body",)):
            self._limited[number] = term.fields[0]
        run = max(_runs(term.parts), key=lambda parts: sum(map(_letter_count, parts)))
        needle = needle or _joined(run)
        if run[0].text:
            self._needle_of[number] = found_by = self._needles.setdefault(needle, len(self._needles))
            if self._limited.get(number) == "title":
                self._in_title[found_by] = number
            else:
                self._looked_at.setdefault(found_by, []).append(number)
        else:
            self._open.append((run[0], number))
        return number


class Triggers(NamedTuple):
    """Leaves, and how often one of them is met, beside other such sets; those met less sort first."""

    frequency: float
    leaves: frozenset[int]


def any_of(found: Iterable[Triggers | None]) -> Triggers | None:
    """The triggers of several questions of which one is enough; None where one has none."""
    known = list(found)
    if None in known:
        return None
    leaves = frozenset().union(*(triggers.leaves for triggers in known if triggers))
    return Triggers(sum(triggers.frequency for triggers in known if triggers), leaves)


def _term_of(leaf: Leaf) -> Term:
    return leaf if isinstance(leaf, Term) else leaf.term


def _needle(parts: Sequence[Part]) -> str | None:
    """What stands for these words among joined ones, the last of which may go on; None where others are open."""
    if parts[-1].pattern is not None or (len(parts) > 1 and len(_runs(parts)) > 1):
        return None
    return _joined(parts)


def _joined(parts: Sequence[Part]) -> str:
    """Parts of one run as they stand among joined words."""
    return f" {' '.join([part.text for part in parts])}{' ' if _is_whole(parts[-1]) else ''}"


def _runs(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts with nothing open among them but the last word's end. Characters of scripts without spaces are of one run where they
    must touch each other, so that this need not be told of needles."""
    runs: list[list[Part]] = []
    before: Part | None = None
    for part in parts:
        is_apart = before is not None and is_unspaced(before.text) and is_unspaced(part.text) and not part.is_joined
        if before is None or is_apart or not (_is_whole(before) and part.text):
            runs.append([])
        runs[-1].append(part)
        before = part
    return runs


def _is_joined(needle: str) -> bool:
    words = () if needle.isascii() else needle.split()
    return any(is_unspaced(word) and is_unspaced(after) for word, after in pairwise(words))


def _solid(needle: str) -> str:
    words = needle.split()
    return "".join(words) if all(map(is_unspaced, words)) else ""


def _is_whole(part: Part) -> bool:
    return not part.is_stem and part.pattern is None


def _letter_count(part: Part) -> int:
    """The letters of a part that tell it from others; a character that is a word says as much as several."""
    if is_unspaced(part.text):
        return _LETTERS_OF_A_CHARACTER
    return len(part.text) if _is_whole(part) else max(0, len(part.text) - 2)


def _matching(open_parts: Sequence[tuple[Part, int]], word: str) -> tuple[int, ...]:
    return tuple([leaf for part, leaf in open_parts if part.pattern and part.pattern.fullmatch(word)])


def _within(distance: int, *parts: Hits) -> Within:
    return Within(parts, distance)
