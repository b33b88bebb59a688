"""The stream of items that the stories benchmark takes in: releases, their copies and twins, with what is true of each.

A release of an official body or a wire is copied by outlets of its language within days; each copy is edited in one way, by
another publisher, so that none can be taken for the same article. Twins stand in the very source of what they resemble.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from benches.stories_edits import CHAIN, COPIES, NEEDS_PARAGRAPHS, TWINS, Desk, house_text, number_count, title_only
from benches.stories_writer import LANGUAGES, TONGUES, Facts, Text, Writer

SOURCES_EACH = 48  # a language: five official, five wires, the rest press
OFFICIALS, WIRES = 5, 5
HOUSES = 8  # of the press: outlets that print lines of their own around every article
HOUSE_ARTICLES = 12  # of such an outlet, before it copies anybody
DAYS = 10
PARAGRAPHS_LEAST = 4
NUMBERS_LEAST = 4  # in a text whose twin is told by its numbers
SERIES_LENGTH = 8
COLLECTED = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """An item to come. `truth` holds the stories it may be in (two for merged texts); `of` is the key of what it resembles."""

    key: int
    source: int
    at_h: float  # hours since the beginning
    text: Text
    kind: str
    truth: tuple[int, ...]
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Where edits take other texts and words from, by language: texts that are no releases, and single words."""

    stranger: Callable[[str], Text]
    word: Callable[[str], str]


class Stream:
    """Makes the pieces of releases; all follows from the writer's random numbers."""

    def __init__(self, releases: Sequence[Text], writer: Writer, words: Words, languages: Sequence[str]) -> None:
        self._releases, self._writer, self._words = releases, writer, words
        self._languages = tuple(languages)
        self._house = {number: self._house_of(number) for number in range(len(self._languages) * SOURCES_EACH)}
        self._pieces: list[Piece] = []

    @property
    def source_languages(self) -> list[str]:
        """The language of each source, by number."""
        return [language for language in self._languages for _ in range(SOURCES_EACH)]

    def pieces(self, *, bulletins: bool = True) -> list[Piece]:
        """Everything, in the order of time."""
        for language in self._languages:
            self._house_articles(language)
        for number, text in enumerate(self._releases):
            self._family(number, text)
        if bulletins:
            self._bulletins(max(1, len(self._releases) // SERIES_LENGTH))
        self._collections(max(1, len(self._releases) // COLLECTED))
        return sorted(self._pieces, key=lambda piece: (piece.at_h, piece.key))

    def _house_of(self, source: int) -> tuple[str, ...]:
        language = self._languages[source // SOURCES_EACH]
        return house_text(language if language in TONGUES else "en", self._writer)

    def _add(
        self, text: Text, kind: str, place: tuple[int, float], truth: tuple[int, ...], of: int | None = None
    ) -> int:
        key = len(self._pieces)
        self._pieces.append(Piece(key, *place, text, kind, truth, of))
        return key

    def _other_release(self, language: str, but: int) -> int:
        """Another release, if need be of another language."""
        of_language = [
            number for number, text in enumerate(self._releases) if text.language == language and number != but
        ]
        return self._writer.random.choice(of_language or [(but + 1) % len(self._releases)])

    def _house_articles(self, language: str) -> None:
        """What outlets with lines of their own print besides: from this the lines can be learned."""
        first = (self._languages.index(language) + 1) * SOURCES_EACH - HOUSES
        for source in range(first, first + HOUSES):
            desk = self._desk(language, source)
            for number in range(HOUSE_ARTICLES):
                text = COPIES["boilerplate added"](desk.stranger(), desk)
                self._add(text, "article", (source, 2.0 * number), (-len(self._pieces) - 1,))

    def _family(self, number: int, text: Text) -> None:
        """A release, its copies, its later versions and its twins."""
        random, language = self._writer.random, text.language
        first = self._languages.index(language) * SOURCES_EACH
        press = random.sample(range(first + OFFICIALS + WIRES, first + SOURCES_EACH - HOUSES), len(COPIES) + 2)
        houses = random.sample(range(first + SOURCES_EACH - HOUSES, first + SOURCES_EACH), 2)
        is_wire = random.random() < 0.3
        origin = first + (OFFICIALS + random.randrange(WIRES) if is_wire else random.randrange(OFFICIALS))
        at_h = random.uniform(24, 24 * (DAYS - 4))
        base = self._add(text, "release", (origin, at_h + random.choice((0, 0, 0, 0, 20))), (number,))
        for (kind, edit), outlet in zip(COPIES.items(), press, strict=False):
            if kind in NEEDS_PARAGRAPHS and len(text.paragraphs) < PARAGRAPHS_LEAST:
                continue
            source = houses[0] if kind == "boilerplate added" else outlet
            truth, lag_h = (number,), random.expovariate(1 / 12)
            if kind == "merged":
                other = self._other_release(language, number)
                truth += (other,)
                desk = replace(self._desk(language, source), stranger=partial(self._releases.__getitem__, other))
                lag_h += 24 * 4
            else:
                desk = self._desk(language, source)
            self._add(edit(text, desk), kind, (source, at_h + 0.5 + lag_h), truth, base)
        desk = self._desk(language, origin)
        if is_wire:
            for hours, (kind, edit) in enumerate(CHAIN.items(), 1):
                self._add(edit(text, desk), kind, (origin, at_h + 20 + hours), (number,), base)
        self._twins(text, base, origin, at_h, (*press[len(COPIES) :], houses[1]))

    def _desk(self, language: str, source: int) -> Desk:
        words = self._words
        return Desk(self._writer, partial(words.stranger, language), partial(words.word, language), self._house[source])

    def _twins(self, text: Text, base: int, origin: int, at_h: float, sources: Sequence[int]) -> None:
        """What must not fold: the same with other numbers, another text under the headline, the event in another language, and
        two short texts of one outlet that share its own lines."""
        random, desk = self._writer.random, self._desk(text.language, origin)
        for kind, edit in TWINS.items():
            if kind == "numbers changed" and number_count(text) < NUMBERS_LEAST:
                continue
            source = random.choice((origin, sources[0]))
            self._add(edit(text, desk), kind, (source, at_h + random.uniform(12, 72)), (-len(self._pieces) - 1,), base)
        titled = title_only(TWINS["numbers changed"](text, desk), desk)
        if titled.title not in (text.title, self._pieces[-1].text.title, self._pieces[-2].text.title):
            place = (sources[1], at_h + random.uniform(1, 72))
            self._add(titled, "title only, numbers changed", place, (-len(self._pieces) - 1,), base)
        short = desk.stranger()
        house = self._house[sources[2]]
        body = (house[0], *short.paragraphs[:2], *house[1:])
        place = (sources[2], at_h + random.uniform(0, 72))
        self._add(replace(short, paragraphs=body), "short, house lines", place, (-len(self._pieces) - 1,), base)

    def _bulletins(self, count: int) -> None:
        """Templated series: the same words every day, under other dates, with other numbers."""
        random = self._writer.random
        for _ in range(count):
            language, subjects = random.choice(self._languages), random.random()
            source = self._languages.index(language) * SOURCES_EACH + random.randrange(OFFICIALS)
            before: int | None = None
            for day in range(1, SERIES_LENGTH + 1):
                text = self._writer.series(language, Random(subjects), day, 10)
                place = (source, 24.0 * day + random.uniform(0, 3))
                before = self._add(text, "date-template twin", place, (-len(self._pieces) - 1,), before)

    def _collections(self, count: int) -> None:
        """News summaries: the first paragraphs of several long releases in one item, of each release in one summary at most."""
        random = self._writer.random
        for language in self._languages:
            known = [text for text in self._releases if text.language == language]
            known = [text for text in known if len(text.paragraphs) > PARAGRAPHS_LEAST]
            random.shuffle(known)
            for at in range(0, min(len(known), count * COLLECTED) - COLLECTED + 1, COLLECTED):
                text = self._summary(language, tuple(known[at : at + COLLECTED]))
                source = self._languages.index(language) * SOURCES_EACH + random.randrange(SOURCES_EACH - HOUSES)
                self._add(text, "news summary", (source, 24.0 * (DAYS - 1)), (-len(self._pieces) - 1,), None)

    def _summary(self, language: str, parts: tuple[Text, ...]) -> Text:
        if language in TONGUES:
            return self._writer.summary(language, parts, self._writer.random.randint(1, 28), 10)
        return Text("News summary", tuple(f"{part.title}. {part.paragraphs[0]}" for part in parts), language)


def made_up(count: int, seed: int = 1) -> tuple[Stream, list[Piece]]:
    """The stream of `count` composed releases, translations of a tenth of them among the twins."""
    writer = Writer(Random(seed))
    languages = [LANGUAGES[number % len(LANGUAGES)] for number in range(count)]
    releases, told = [], []
    for language in languages:
        facts = writer.facts()
        releases.append(writer.release(language, facts))
        told.append(facts)
    stream = Stream(releases, writer, Words(writer.release, writer.word), tuple(TONGUES))
    pieces = stream.pieces()
    return stream, sorted([*pieces, *_translations(writer, pieces, told)], key=lambda piece: (piece.at_h, piece.key))


def _translations(writer: Writer, pieces: Sequence[Piece], told: Sequence[Facts]) -> Iterator[Piece]:
    """The same event told in another language, by an outlet there: no copy, though names, numbers and dates agree."""
    languages = tuple(TONGUES)
    key = len(pieces)
    for piece in pieces:
        if piece.kind != "release" or piece.truth[0] % 5:
            continue
        language = writer.random.choice([one for one in languages if one != piece.text.language])
        source = languages.index(language) * SOURCES_EACH + writer.random.randrange(OFFICIALS, SOURCES_EACH - HOUSES)
        text = writer.release(language, told[piece.truth[0]])
        yield Piece(key, source, piece.at_h + writer.random.uniform(1, 40), text, "translation", (-key - 1,), piece.key)
        key += 1
