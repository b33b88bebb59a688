"""How much of one text is in another, and what speaks against their being copies: containment, not similarity of the
whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from monitor.model import Relation
from monitor.stories.numbers import Figured, are_twins, same_numbers, veto_of
from monitor.stories.shingles import containment, shingles
from monitor.stories.titles import title_keys
from monitor.text.reading import Reading
from monitor.text.tokens import is_unspaced

REPRINT_FROM = 0.6
PARTIAL_FROM = 0.2
TITLE_ONLY_BELOW = 12  # shingles
SHARED_LEAST = 8  # shingles: a long name of an office has so many
SHARED_LEAST_UNSPACED = 20  # of Han, kana or Thai characters, each of which is a word


@dataclass(frozen=True)
class Text:
    """A text as copies are told by: folded words of title and body without furniture, and the body's shingles without
    what its source puts under everything (`boilerplate`)."""

    title: tuple[str, ...]
    body: tuple[str, ...]
    shingles: frozenset[int]
    boilerplate: frozenset[int] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, reading: Reading, boilerplate: frozenset[int] = frozenset()) -> Text:
        """The text of what was read."""
        body = reading.compared("body").texts
        return cls(reading.compared("title").texts, body, shingles(body) - boilerplate, boilerplate)

    @cached_property
    def figured(self) -> Figured:
        """The body's numbers and dates."""
        return Figured(self.body)

    @cached_property
    def is_unspaced(self) -> bool:
        """Whether the body is in a script without spaces."""
        return sum(map(is_unspaced, self.body)) * 2 > len(self.body)

    @property
    def is_title_only(self) -> bool:
        """Whether the body is too short to tell copies by."""
        return len(self.shingles) < TITLE_ONLY_BELOW


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a copy relates to a lead: `relation` is None for texts that are no copies of each other, `share` (0 to 1)
    how much of the lead's text the copy kept (None where only titles tell), `contained` the shared part of the shorter
    text, `of_copy` of the copy."""

    relation: Relation | None
    share: float | None
    contained: float
    reason: str
    of_copy: float = 0.0
    shared: int = 0  # runs of three words


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """The share (0–1) of the shorter text's distinct words that stand in the other; 0 where either is empty."""
    ours, theirs = set(one), set(other)
    shorter = min(len(ours), len(theirs))
    return len(ours & theirs) / shorter if shorter else 0.0


def relate(copy: Text, lead: Text, *, is_update: bool = False) -> Comparison:
    """How a copy relates to its lead. Numbers of an update of the lead's own outlet (`is_update`) may differ."""
    ours = copy.shingles - lead.boilerplate if lead.boilerplate else copy.shingles
    theirs = lead.shingles - copy.boilerplate if copy.boilerplate else lead.shingles
    if min(len(ours), len(theirs)) < TITLE_ONLY_BELOW:
        return _by_title(copy, lead)
    found = containment(ours, theirs)
    told = f"{found.shared} of {min(len(ours), len(theirs))} runs of three words shared"
    if found.of_shorter < PARTIAL_FROM or found.shared < (SHARED_LEAST_UNSPACED if copy.is_unspaced else SHARED_LEAST):
        return Comparison(None, None, found.of_shorter, f"{told}: too few", found.of_copy, found.shared)
    if not is_update and (against := _veto(copy, lead, found.of_shorter)):
        return Comparison(None, None, found.of_shorter, f"{told}, but {against}", found.of_copy)
    relation = Relation.REPRINT if found.of_shorter >= REPRINT_FROM else Relation.PARTIAL
    return Comparison(relation, round(found.of_lead, 3), found.of_shorter, told, found.of_copy, found.shared)


def _veto(copy: Text, lead: Text, covered: float) -> str | None:
    shorter, other = sorted((copy, lead), key=lambda text: len(text.shingles))
    return veto_of(shorter.figured, other.figured, covered, has_twin_title=are_twins(copy.title, lead.title))


def _by_title(copy: Text, lead: Text) -> Comparison:
    """Texts of which one is too short to be told by: the same headline and the same numbers make a copy."""
    if not set(title_keys(copy.title)) & set(title_keys(lead.title)):
        return Comparison(None, None, 0.0, "title only, and the headlines differ")
    if not same_numbers((*copy.title, *copy.body), (*lead.title, *lead.body)):
        return Comparison(None, None, 0.0, "title only, the same headline, but the numbers differ")
    return Comparison(Relation.REPRINT, None, 0.0, "title only: the same headline")
