"""How much of one text is in another, and what speaks against their being copies: containment, not similarity of the
whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from monitor.model import Relation
from monitor.stories.numbers import Figured, are_twins, numbers_in, same_numbers, veto_of
from monitor.stories.shingles import containment, shingle_run
from monitor.stories.titles import title_keys
from monitor.text.reading import Reading
from monitor.text.tokens import is_unspaced

REPRINT_FROM = 0.6
PARTIAL_FROM = 0.2
TITLE_ONLY_BELOW = 12  # shingles
SHARED_LEAST = 8  # shingles: a long name of an office has so many
UNSPACED_LOOKED_AT = 16  # words of a text, from which its script shows
SHARED_LEAST_UNSPACED = 20  # of Han, kana or Thai characters, each of which is a word


@dataclass(frozen=True)
class Text:
    """A text as copies are told by: folded words of title and body without furniture, and the body's shingles without
    what its source puts under everything (`boilerplate`)."""

    title: tuple[str, ...]
    body: tuple[str, ...]
    shingles: frozenset[int]
    boilerplate: frozenset[int] = field(default=frozenset(), repr=False)
    edges: frozenset[int] = frozenset()  # the body's first and last shingle, where boilerplate stands

    @classmethod
    def of(cls, reading: Reading, boilerplate: frozenset[int] = frozenset()) -> Text:
        """The text of what was read."""
        body = reading.compared("body").texts
        run = shingle_run(body)
        found, edges = frozenset(run), frozenset([run[0], run[-1]] if run else ())
        if boilerplate:
            found, edges = found - boilerplate, edges - boilerplate
        return cls(reading.compared("title").texts, body, found, boilerplate, edges)

    @cached_property
    def figured(self) -> Figured:
        """The body's numbers and dates."""
        return Figured(self.body)

    @cached_property
    def is_unspaced(self) -> bool:
        """Whether the body is in a script without spaces."""
        looked_at = self.body[:: max(1, len(self.body) // UNSPACED_LOOKED_AT)]
        return sum(map(is_unspaced, looked_at)) * 2 > len(looked_at)

    @cached_property
    def has_number(self) -> bool:
        """Whether the headline has a number."""
        return bool(numbers_in(self.title))

    @cached_property
    def title_keys(self) -> tuple[int, ...]:
        """The keys of the headline (`titles.title_keys`)."""
        return title_keys(self.title)

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
    if found.of_shorter < PARTIAL_FROM or found.shared < (SHARED_LEAST_UNSPACED if copy.is_unspaced else SHARED_LEAST):
        return Comparison(
            None, None, found.of_shorter, "too few runs of three words shared", found.of_copy, found.shared
        )
    told = f"{found.shared} of {min(len(ours), len(theirs))} runs of three words shared"
    if not is_update and (against := _veto(copy, lead, found.of_shorter)):
        return Comparison(None, None, found.of_shorter, f"{told}, but {against}", found.of_copy)
    relation = Relation.REPRINT if found.of_shorter >= REPRINT_FROM else Relation.PARTIAL
    return Comparison(relation, round(found.of_lead, 3), found.of_shorter, told, found.of_copy, found.shared)


def _veto(copy: Text, lead: Text, covered: float) -> str | None:
    shorter, other = (copy, lead) if len(copy.shingles) <= len(lead.shingles) else (lead, copy)
    against = veto_of(shorter.figured, other.figured, covered, other.shingles)
    if against is None and copy.has_number and lead.has_number and are_twins(copy.title, lead.title):
        against = veto_of(shorter.figured, other.figured, covered, other.shingles, has_twin_title=True)
    return against


def _by_title(copy: Text, lead: Text) -> Comparison:
    """Texts of which one is too short to be told by: the same headline and the same numbers make a copy."""
    if not set(copy.title_keys) & set(lead.title_keys):
        return Comparison(None, None, 0.0, "title only, and the headlines differ")
    if not same_numbers((*copy.title, *copy.body), (*lead.title, *lead.body)):
        return Comparison(None, None, 0.0, "title only, the same headline, but the numbers differ")
    return Comparison(Relation.REPRINT, None, 0.0, "title only: the same headline")
