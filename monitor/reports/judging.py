"""Whether an article carries a release, and how much of it: measured exactly, on words without furniture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from monitor.model import Item, MentionClass, Relation, Release
from monitor.reports.passages import Passages
from monitor.reports.runs import Runs
from monitor.stories.likeness import PARTIAL_FROM, REPRINT_FROM, Text, relate
from monitor.stories.shingles import containment, shingles
from monitor.text.reading import read

LONG_RUN = 12  # words kept in a row that nobody writes twice by chance
PHRASE_LEAST, TITLE_LEAST = 5, 4  # words of a quotation, and of a title, that may stand for a release
SOME_RUN = 6  # words: an article under the same headline that shares no such run is another article
Stretches = tuple[tuple[int, int], ...]
_QUOTED = re.compile('["“„«»]([^"“”„«»]{10,600})["”“»«]')


class Measured:
    """A text laid out for measuring: its title, its body, and `whole`: the body, or title and body together where that is too
    short to be told by. `text` is what stories compare; `boilerplate` are shingles that its source puts under everything, and
    `set_apart` the stretches of the text where it does."""

    def __init__(
        self, title: str, text: str, boilerplate: frozenset[int] = frozenset(), set_apart: Stretches = ()
    ) -> None:
        reading = read(title, text).set_apart(set_apart)
        self.title = Passages.of(reading, "title", title)
        self.body = Passages.of(reading, "body", text)
        self.text = Text.of(reading, boilerplate)

    @cached_property
    def whole(self) -> Passages:
        if not self.text.is_title_only:
            return self.body
        together = f"{self.title.text}\n\n{self.body.text}"
        return Passages.of(read("", together), "body", together)


class MeasuredRelease(Measured):
    """A release, with what it is recognised by."""

    def __init__(self, release: Release, boilerplate: frozenset[int] = frozenset()) -> None:
        super().__init__(release.title, release.text, boilerplate, release.set_apart)
        self.url = release.url
        self.before = release.released_at or release.first_seen_at  # what was seen before it is none of its doing

    @cached_property
    def runs(self) -> Runs:
        return Runs(self.whole.texts)

    @cached_property
    def phrases(self) -> tuple[tuple[str, ...], ...]:
        """The folded words of its title and of its quotations, where they are long enough to stand for it."""
        title = [self.title.texts] if len(self.title.texts) >= TITLE_LEAST else []
        quoted = [Measured("", said[1]).body.texts for said in _QUOTED.finditer(self.body.text)]
        return tuple(dict.fromkeys([*title, *(words for words in quoted if len(words) >= PHRASE_LEAST)]))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an article kept of a release. `telling` are the folded words that show it most, and which others may have written
    before; empty where it kept too much for that to matter, or links to the release."""

    sort: MentionClass
    share: float | None  # None where one of the texts is too short to tell
    of_copy: float
    run: tuple[int, int]
    evidence: str
    telling: tuple[str, ...] = ()


def judge(release: MeasuredRelease, item: Item, copy: Measured, *, is_folded: bool) -> Judgement | None:
    """How the article carries the release; None where it does not. `is_folded`: they stand in one story."""
    found = relate(copy.text, release.text)
    run = release.runs.longest_in(copy.whole.texts)
    if found.relation is not None and found.share is not None:
        sort = MentionClass.REPRINT if found.relation is Relation.REPRINT else MentionClass.PARTIAL
        telling = release.whole.texts[run[0] : run[1]] if sort is MentionClass.PARTIAL else ()
        return Judgement(sort, found.share, round(found.of_copy, 3), run, found.reason, telling)
    kept = containment(copy.text.shingles, release.text.shingles)
    is_telling = not (copy.text.is_title_only or release.text.is_title_only)
    share = round(kept.of_lead, 3) if is_telling else None
    if (
        is_folded and is_telling and kept.of_shorter >= PARTIAL_FROM
    ):  # put there by hand, although something speaks against it
        sort = MentionClass.REPRINT if kept.of_shorter >= REPRINT_FROM else MentionClass.PARTIAL
        return Judgement(sort, share, round(kept.of_copy, 3), run, f"in the release's story; {found.reason}")
    told = next(_evidence(release, item, copy, run), None)
    if told is not None and is_telling and kept.of_shorter >= PARTIAL_FROM:
        told = f"{told[0]}; {found.reason}", told[1]
    if told is None and (is_folded or found.relation is not None):
        told = (found.reason if found.relation is not None else "in the release's story"), ()
    return None if told is None else Judgement(MentionClass.MENTION, share, round(kept.of_copy, 3), run, *told)


def is_copy_without(telling: tuple[str, ...], release: Measured, copy: Measured) -> bool:
    """Whether the article would be a copy by its measure if these words were nobody's."""
    text = replace(copy.text, boilerplate=copy.text.boilerplate | shingles(telling))
    return relate(text, release.text).relation is not None


def _evidence(
    release: MeasuredRelease, item: Item, copy: Measured, run: tuple[int, int]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What shows that an article that kept little speaks of the release, the surest first, with the words that show it."""
    if release.url and item.url != release.url and (release.url in item.html or release.url in item.text):
        yield "links to the release", ()
    if run[1] - run[0] >= LONG_RUN:
        yield f"a run of {run[1] - run[0]} words", release.whole.texts[run[0] : run[1]]
    for words in release.phrases:
        is_telling = copy.text.is_title_only or run[1] - run[0] >= SOME_RUN
        if _holds(copy.body, words) or (is_telling and _holds(copy.title, words)):
            is_title = words == release.title.texts
            yield "names it by its title" if is_title else "quotes what only it quotes", words


def _holds(passages: Passages, words: tuple[str, ...]) -> bool:
    return f" {' '.join(words)} " in f" {' '.join(passages.texts)} "
