"""Hard negatives by the thousand: releases, and around each what resembles it and must not fold with it.

Numbers and dates of a text changed, whatever else an outlet does to it; other texts under its headline; news summaries; short
articles of outlets that nothing was printed by before, several of which put the same lines around all they print.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from benches.stories_documents import borrowed
from benches.stories_edits import (
    Edit,
    dateline,
    embedded,
    exact,
    first_paragraphs,
    headline,
    number_count,
    renumbered,
    reworded,
    same_headline,
    smart_quotes,
)
from benches.stories_stream import (
    DAYS,
    HOUSES,
    NUMBERS_LEAST,
    OFFICIALS,
    PARAGRAPHS_LEAST,
    SERIES_LENGTH,
    SOURCES_EACH,
    Piece,
    Stream,
    Words,
)
from benches.stories_writer import LANGUAGES, TONGUES, Text, Writer
from monitor.text.tokens import words

GROUP = 4  # outlets that put the same lines around all they print
FIRST_ARTICLES = 8  # of an outlet that nobody knew
COLLECTED = 5  # releases a summary
SUMMED_WORDS = 40  # of each
EACH = 10  # twins a release, of those that are made up
BODY_WORDS_LEAST = 20  # a shorter body is all headline
TWINS: dict[str, Edit] = {
    "numbers changed": exact,
    "numbers changed, retitled": headline,
    "numbers changed, dateline": dateline,
    "numbers changed, smart quotes": smart_quotes,
    "numbers changed, cut": first_paragraphs,
    "numbers changed, 10 % reworded": reworded(0.1),
    "numbers changed, embedded": embedded,
}
DATED = {"en": "On {day} November 2026", "LATIN": "On {day} November 2026", "CYRILLIC": "{day} ноября 2026 года"}


class Twins(Stream):
    """The pieces of a stream of twins: each release once, and no copies of it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._count: Counter[str] = Counter()  # of twins with other numbers, by title

    def hard(self, count: int) -> list[Piece]:
        """About `count` twins beside their releases, in the order of time."""
        self._first_articles()
        keys = [self._release(number, text) for number, text in enumerate(self._releases)]
        self._collections()
        while sum(piece.truth[0] < 0 for piece in self._pieces) < count:
            for number, text in enumerate(self._releases):
                self._around(text, self._pieces[keys[number]])
        return sorted(self._pieces, key=lambda piece: (piece.at_h, piece.key))

    def _release(self, number: int, text: Text) -> int:
        random, first = self._writer.random, self._first_source(text.language)
        origin = first + random.randrange(OFFICIALS)
        return self._add(text, "release", (origin, random.uniform(24, 24 * (DAYS - 4))), (number,))

    def _first_source(self, language: str) -> int:
        return self._languages.index(language) * SOURCES_EACH

    def _around(self, text: Text, release: Piece) -> None:
        """One twin of each kind, at its own outlet or at another."""
        random, first = self._writer.random, self._first_source(text.language)
        for kind, edit in TWINS.items():
            source = random.choice((release.source, first + random.randrange(OFFICIALS, SOURCES_EACH - HOUSES)))
            desk = self._desk(text.language, source)
            twin = self._renumbered(text)
            if number_count(edit(text, desk)) >= NUMBERS_LEAST and number_count(twin) >= NUMBERS_LEAST:
                self._twin(edit(twin, desk), kind, (source, release.at_h + random.uniform(1, 96)), release.key)
        for kind, paragraphs in (("same headline", 9), ("same headline, short", 2)):
            source = first + random.randrange(SOURCES_EACH - HOUSES)
            other = same_headline(text, self._desk(text.language, source))
            other = replace(other, paragraphs=other.paragraphs[:paragraphs])
            if len(words(other.body)) >= BODY_WORDS_LEAST:
                self._twin(other, kind, (source, release.at_h + random.uniform(-20, 72)), release.key)
        if random.random() < 1 / SERIES_LENGTH:
            source = first + random.randrange(SOURCES_EACH - HOUSES)
            for day, bulletin in enumerate(self._series(text), 1):
                self._twin(bulletin, "date-template twin", (source, 24.0 * day + random.uniform(0, 3)), release.key)

    def _renumbered(self, text: Text) -> Text:
        """The text with all other numbers, and others than every twin of it has in the same places."""
        self._count[text.title] += 1
        return renumbered(text, self._count[text.title])

    def _series(self, text: Text) -> Iterator[Text]:
        """A text as a series of bulletins: the same words under other dates, with other numbers."""
        language, subjects = text.language, self._writer.random.random()
        for day in range(1, SERIES_LENGTH + 1):
            if language in TONGUES:
                yield self._writer.series(language, Random(subjects), day, 10)
            elif number_count(text) >= NUMBERS_LEAST:
                twin, date = self._renumbered(text), DATED.get(language, "{day}.11.2026").format(day=day)
                first, *rest = twin.paragraphs
                yield replace(twin, title=f"{twin.title}, {date}", paragraphs=(f"{date}: {first}", *rest))

    def _first_articles(self) -> None:
        for language in self._languages:
            first = self._first_source(language) + SOURCES_EACH - HOUSES
            for source in range(first, first + HOUSES):
                lines = self._house[first + (source - first) // GROUP * GROUP]
                for number in range(FIRST_ARTICLES):
                    text = self._desk(language, source).stranger()
                    body = (lines[0], *text.paragraphs[: 1 + number % 2], *lines[1:])
                    place = (source, 6.0 * number + self._writer.random.uniform(0, 5))
                    self._twin(replace(text, paragraphs=body), "first articles, house lines", place, None)

    def _collections(self) -> None:
        """Summaries of first paragraphs, as many as there are releases for; each is in one at most."""
        for language in self._languages:
            known = [text for text in self._releases if text.language == language]
            known = [_begun(text) for text in known if len(text.paragraphs) > PARAGRAPHS_LEAST]
            for at in range(0, len(known) - COLLECTED + 1, COLLECTED):
                text = self._summary(language, tuple(known[at : at + COLLECTED]))
                source = self._first_source(language) + self._writer.random.randrange(SOURCES_EACH - HOUSES)
                self._twin(text, "news summary", (source, 24.0 * (DAYS - 2)), None)

    def _twin(self, text: Text, kind: str, place: tuple[int, float], of: int | None) -> None:
        self._add(text, kind, place, (-len(self._pieces) - 1,), of)


def _begun(text: Text) -> Text:
    """Of a text the first words, as many as a summary has of each."""
    return replace(text, paragraphs=(" ".join(text.paragraphs[0].split()[:SUMMED_WORDS]),))


def made_up_twins(count: int, seed: int) -> tuple[Stream, list[Piece]]:
    """About `count` hard negatives around composed releases."""
    writer = Writer(Random(seed))
    releases = [writer.release(LANGUAGES[number % len(LANGUAGES)]) for number in range(max(13, count // EACH))]
    twins = Twins(releases, writer, Words(writer.release, writer.word), tuple(TONGUES))
    return twins, twins.hard(count)


def twins_of_documents(folder: Path, count: int, seed: int) -> tuple[Stream, list[Piece]]:
    """The same around the items of feed files. Raises SystemExit where those are too few."""
    random = Random(seed)
    releases, words = borrowed(folder, random)
    languages = tuple(dict.fromkeys(text.language for text in releases))
    twins = Twins(releases, Writer(random), words, languages)
    return twins, twins.hard(count)
