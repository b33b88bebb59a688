"""What outlets do to a release: each edit takes a text and gives the copy, or a twin that must not be taken for one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from benches.stories_writer import Text, Writer

_WORD = re.compile(r"[一-鿿]{1,2}|[^\W\d_]+(?:[’'‌-][^\W\d_]+)*")
_NUMBER = re.compile(r"\d+")
_LIKE_LATIN = dict(zip("aeopcxyAEOPCXBHKMT", "аеорсхуАЕОРСХВНКМТ", strict=True))
_LIKE_CYRILLIC = {other: latin for latin, other in _LIKE_LATIN.items()}
OUTLETS = ("TNS", "RMP", "KLN", "ODN", "VPR", "BCS")
SHORT_PARAGRAPHS = 3
AGENCIES = ("Xinhua", "AFP", "TASS", "dpa", "Reuters", "AP")


@dataclass(frozen=True, slots=True)
class Desk:
    """What an edit works with: a writer, texts (`stranger`) and words of the language, and the outlet's own lines."""

    writer: Writer
    stranger: Callable[[], Text]
    word: Callable[[], str]
    boilerplate: tuple[str, ...] = ()

    @property
    def random(self) -> Random:
        return self.writer.random


Edit = Callable[[Text, Desk], Text]


def exact(text: Text, desk: Desk) -> Text:
    return text


def label(text: Text, desk: Desk) -> Text:
    city = desk.random.choice(("Islamabad", "Ankara", "Geneva", "Nairobi"))
    return replace(text, title=f"{city}({desk.random.choice(OUTLETS)}): {text.title}")


def dateline(text: Text, desk: Desk) -> Text:
    random = desk.random
    day, city = random.randint(1, 28), random.choice(("Baku", "Geneva", "Ankara", "Vienna"))
    heads = (
        f"{city.upper()}, Nov. {day} ({random.choice(AGENCIES[:2])}) -- ",
        f"{city.upper()}, November {day}. /TASS/. ",
        f"{city} – {day} November 2026 : ",
        f"{city} ({random.choice(('dpa', 'AFP'))}) - ",
        f"{city.upper()}, Nov {day} (APP): ",
    )
    return replace(text, paragraphs=(random.choice(heads) + text.paragraphs[0], *text.paragraphs[1:]))


def headline(text: Text, desk: Desk) -> Text:
    return replace(text, title=desk.stranger().title)


def first_paragraphs(text: Text, desk: Desk) -> Text:
    return replace(text, paragraphs=text.paragraphs[:3])


def first_replaced(text: Text, desk: Desk) -> Text:
    return replace(text, paragraphs=(desk.stranger().paragraphs[-1], *text.paragraphs[1:]))


def reworded(share: float) -> Edit:
    """So many of the words are others, wherever they stand; of numbers one changes in every third copy."""

    def edit(text: Text, desk: Desk) -> Text:
        random = desk.random
        body = _WORD.sub(lambda word: desk.word() if random.random() < share else word[0], text.body)
        numbers = list(_NUMBER.finditer(body))
        if len(numbers) > 3 and random.random() < 1 / 3:
            one = random.choice(numbers)
            body = body[: one.start()] + _other(one[0], random) + body[one.end() :]
        title = _WORD.sub(lambda word: desk.word() if random.random() < share else word[0], text.title)
        return Text(title, tuple(body.split("\n\n")), text.language)

    return edit


def shuffled(text: Text, desk: Desk) -> Text:
    paragraphs = list(text.paragraphs)
    while len(set(paragraphs)) > 1 and tuple(paragraphs) == text.paragraphs:
        desk.random.shuffle(paragraphs)
    return replace(text, paragraphs=tuple(paragraphs))


def merged(text: Text, desk: Desk) -> Text:
    """The text and another release's behind it; the caller sees that the other is one that was published."""
    other = desk.stranger()
    return Text(f"{text.title}; {other.title}", text.paragraphs + other.paragraphs, text.language)


def embedded(text: Text, desk: Desk) -> Text:
    before, after = desk.stranger(), desk.stranger()
    return Text(before.title, before.paragraphs + text.paragraphs + after.paragraphs, text.language)


def boilerplate(text: Text, desk: Desk) -> Text:
    first, *rest = desk.boilerplate
    return replace(text, paragraphs=(first, *text.paragraphs, *rest))


def smart_quotes(text: Text, desk: Desk) -> Text:
    table = str.maketrans({'"': "”", "'": "’", "-": "–", "“": '"', "”": '"', "’": "'", "«": '"', "»": '"'})
    spaced = text.body.translate(table).replace(" - ", " — ")
    spaced = spaced.replace(" ", "\u00a0", 5)
    return replace(text, paragraphs=tuple(spaced.split("\n\n")))


def look_alikes(text: Text, desk: Desk) -> Text:
    """Letters of the other script in every word that has one, as copies that mean to slip through have them."""
    cyrillic = sum("а" <= letter <= "я" for letter in text.body) > len(text.body) / 4
    table = _LIKE_CYRILLIC if cyrillic else _LIKE_LATIN
    random = desk.random
    body = "".join(table.get(letter, letter) if random.random() < 0.4 else letter for letter in text.body)
    return replace(text, paragraphs=tuple(body.split("\n\n")))


def as_outlets_do(text: Text, desk: Desk) -> Text:
    """Label, dateline, a new headline, and the end cut off."""
    kept = max(2, len(text.paragraphs) * 3 // 5)
    return label(dateline(headline(replace(text, paragraphs=text.paragraphs[:kept]), desk), desk), desk)


def both(first: Edit, second: Edit) -> Edit:
    """One edit after the other."""
    return lambda text, desk: second(first(text, desk), desk)


def title_only(text: Text, desk: Desk) -> Text:
    return replace(text, paragraphs=())


def update(number: int) -> Edit:
    """What a wire sends later: a new first paragraph (of a short text besides the old one), more at the end, and its mark in the
    title."""

    def edit(text: Text, desk: Desk) -> Text:
        added = tuple(desk.stranger().paragraphs[-1] for _ in range(number))
        kept = text.paragraphs[len(text.paragraphs) > SHORT_PARAGRAPHS :]
        return Text(f"UPDATE {number}-{text.title}", (added[0], *kept, *added[1:]), text.language)

    return edit


def corrected(text: Text, desk: Desk) -> Text:
    """One number of the text put right, or a word where it has none."""
    numbers = list(_NUMBER.finditer(text.body))
    one = desk.random.choice(numbers or list(_WORD.finditer(text.body)))
    body = text.body[: one.start()] + (_other(one[0], desk.random) if numbers else desk.word()) + text.body[one.end() :]
    return Text(f"CORRECTED-{text.title}", tuple(body.split("\n\n")), text.language)


def numbers_changed(text: Text, desk: Desk) -> Text:
    """The same words with all other numbers: another day's figures, not a copy."""
    random = desk.random
    body = _NUMBER.sub(lambda number: _other(number[0], random), text.body)
    title = _NUMBER.sub(lambda number: _other(number[0], random), text.title)
    return Text(title, tuple(body.split("\n\n")), text.language)


def renumbered(text: Text, variant: int) -> Text:
    """The same words with all other numbers; no two of 88 variants have the same number in one place."""
    change = partial(re.sub, _NUMBER, lambda found: _shifted(found[0], variant))
    return replace(text, title=change(text.title), paragraphs=tuple(map(change, text.paragraphs)))


def _shifted(number: str, variant: int) -> str:
    low = 10 ** max(1, len(number) - 1)
    at = int(number) - low if len(number) > 1 else int(number)
    return str(low + (at + variant * (low * 9 * 7 // 90)) % (low * 9))


def same_headline(text: Text, desk: Desk) -> Text:
    return replace(desk.stranger(), title=text.title)


def number_count(text: Text) -> int:
    return len(set(_NUMBER.findall(text.body)))


def _other(number: str, random: Random) -> str:
    low = 10 ** (len(number) - 1) if len(number) > 1 else 2
    while (other := str(random.randrange(low, low * 10))) == number:
        pass
    return other


def house_text(language: str, writer: Writer) -> tuple[str, ...]:
    """An outlet's own lines about its articles: some forty words before and after them, the same under each."""
    return (writer.paragraph(language, 1), writer.paragraph(language, 2))


COPIES: dict[str, Edit] = {
    "exact": exact,
    "outlet label": label,
    "dateline": dateline,
    "new headline": headline,
    "first three paragraphs": first_paragraphs,
    "first paragraph replaced": first_replaced,
    "10 % reworded": reworded(0.1),
    "20 % reworded": reworded(0.2),
    "30 % reworded": reworded(0.3),
    "shuffled": shuffled,
    "merged": merged,
    "embedded": embedded,
    "boilerplate added": boilerplate,
    "smart quotes": smart_quotes,
    "look-alike letters": look_alikes,
    "label, dateline, headline, cut": as_outlets_do,
    "first three, 10 % reworded": both(first_paragraphs, reworded(0.1)),
    "10 % reworded, embedded": both(reworded(0.1), embedded),
    "dateline, quotes, 10 % reworded": both(both(reworded(0.1), smart_quotes), dateline),
    "cut, with an article of its own": both(first_paragraphs, embedded),
    "title only": title_only,
}
NEEDS_PARAGRAPHS = frozenset({"first paragraph replaced"})  # of which too little would stay of a short text
CHAIN: dict[str, Edit] = {"update 1": update(1), "update 2": update(2), "corrected": corrected}
TWINS: dict[str, Edit] = {"numbers changed": numbers_changed, "same headline": same_headline}
