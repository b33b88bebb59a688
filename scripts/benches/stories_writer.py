"""Composes releases, bulletins and summaries out of the words of a language; everything follows from the random numbers given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from benches.stories_words import Tongue, tongue

TONGUES = {code: tongue(code) for code in ("en", "fr", "de", "ru", "tr", "hy", "ar", "fa", "zh")}
LANGUAGES = (
    "en",
    "en",
    "en",
    "en",
    "fr",
    "de",
    "ru",
    "ru",
    "tr",
    "hy",
    "ar",
    "fa",
    "zh",
)  # English is most of what is copied
SHORT = 0.25  # of releases
_SLOT = re.compile(r"\{(\w)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """A title and paragraphs, as a feed would bring them."""

    title: str
    paragraphs: tuple[str, ...]
    language: str

    @property
    def body(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Facts:
    """What an event's title and first paragraph say in any language: places and people by their place in the lists."""

    place: int
    person: int
    other: int
    numbers: tuple[int, int, int]
    day: int
    month: int


class Writer:
    """Writes with the random numbers it is given."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def language(self) -> str:
        return self.random.choice(LANGUAGES)

    def release(self, language: str, facts: Facts | None = None) -> Text:
        """A title and paragraphs: mostly five to eight, some hundred and fifty to three hundred words; of every fourth release
        one or two, as many feeds bring no more."""
        random = self.random
        facts = facts or self.facts()
        more = random.randint(0, 1) if random.random() < SHORT else random.randint(4, 7)
        paragraphs = [self.told(language, facts), *self.paragraphs(language, more)]
        return Text(self.title(language, facts), tuple(paragraphs), language)

    def facts(self) -> Facts:
        random = self.random
        person, other = random.sample(range(20), 2)
        numbers = (random.randint(13, 98), random.randint(101, 999), random.randint(1_001, 9_999))
        return Facts(random.randrange(24), person, other, numbers, random.randint(1, 28), random.randrange(12))

    def told(self, language: str, facts: Facts) -> str:
        """The first paragraph: everybody and every number of the event, in the words of this telling."""
        tongue = TONGUES[language]
        first = self._fill(tongue, self.random.choice(tongue.sentences), {"P": tongue.places[facts.place]})
        who = tongue.gap.join((tongue.people[facts.person], tongue.saying[0], tongue.people[facts.other]))
        figures = tongue.gap.join([self._fill(tongue, f"{{N}} {number}", {}) for number in facts.numbers])
        return tongue.gap.join((first, f"{who}: {self.date(language, facts.day, facts.month)}, {figures}{tongue.stop}"))

    def title(self, language: str, facts: Facts | None = None) -> str:
        tongue = TONGUES[language]
        fixed = {}
        if facts is not None:
            fixed = {"P": tongue.places[facts.place], "W": tongue.people[facts.person], "n": str(facts.numbers[0])}
        filled = self._fill(tongue, self.random.choice(tongue.titles), fixed)
        return filled[0].upper() + filled[1:]

    def paragraphs(self, language: str, count: int) -> list[str]:
        return [self.paragraph(language, self.random.randint(2, 3)) for _ in range(count)]

    def paragraph(self, language: str, sentences: int) -> str:
        tongue = TONGUES[language]
        said = [self._fill(tongue, self.random.choice(tongue.sentences), {}) for _ in range(sentences)]
        return tongue.gap.join(one[0].upper() + one[1:] for one in said)

    def date(self, language: str, day: int, month: int) -> str:
        tongue = TONGUES[language]
        return tongue.dated.format(day=day, month=tongue.months[month])

    def series(self, language: str, subjects: Random, day: int, month: int) -> Text:
        """One bulletin of a series: the words follow from `subjects`, so that every bulletin has the same; date and numbers do
        not."""
        tongue = TONGUES[language]
        date, writer = self.date(language, day, month), Writer(subjects)
        lines = [writer._fill(tongue, pattern, {"d": date}, figures=self) for pattern in tongue.series]
        paragraphs = tuple(tongue.gap.join(lines[at : at + 2]) for at in range(0, len(lines), 2))
        return Text(lines[0].rstrip(tongue.stop), paragraphs, language)

    def summary(self, language: str, parts: tuple[Text, ...], day: int, month: int) -> Text:
        """A collective item: the title and first paragraph of each of several releases, one after the other."""
        title = TONGUES[language].summary.format(d=self.date(language, day, month))
        return Text(title, tuple(f"{part.title}. {part.paragraphs[0]}" for part in parts), language)

    def word(self, language: str) -> str:
        """A word that may stand in for another: from the nouns, adjectives and verbs alike."""
        tongue = TONGUES[language]
        return self.random.choice(self.random.choice((tongue.nouns, tongue.of, tongue.adjectives, tongue.verbs)))

    def _fill(self, tongue: Tongue, pattern: str, fixed: dict[str, str], figures: Writer | None = None) -> str:
        return _SLOT.sub(lambda slot: fixed.get(slot[1]) or self._slot(tongue, slot[1], figures or self), pattern)

    def _slot(self, tongue: Tongue, slot: str, figures: Writer) -> str:
        random = self.random
        if slot in "nm":
            return str(_figure(figures.random))
        if slot == "N":
            return self._noun(tongue)
        if slot == "A":
            adjective, noun = random.choice(tongue.adjectives), random.choice(tongue.nouns)
            if random.random() < 0.6 and tongue.of_noun.startswith("{of}"):
                noun = tongue.of_noun.format(of=random.choice(tongue.of), noun=noun)
            return tongue.of_adjective.format(adjective=adjective, noun=noun)
        lists = {"V": tongue.verbs, "P": tongue.places, "W": tongue.people, "R": tongue.roles, "S": tongue.saying}
        return self._fill(tongue, random.choice(lists.get(slot, tongue.circumstances)), {})

    def _noun(self, tongue: Tongue) -> str:
        return tongue.of_noun.format(of=self.random.choice(tongue.of), noun=self.random.choice(tongue.nouns))


def _figure(random: Random) -> int:
    """A number of two to five digits, each length as likely."""
    digits = random.randint(2, 5)
    return random.randrange(10 ** (digits - 1) + 3, 10**digits)
