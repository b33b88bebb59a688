"""Made-up wire items and rules that look for them, in the scripts that a press office reads.

Words are made of syllables and drawn as prose draws them (the n-th word about 1/n as often as the first, short ones first);
some pairs of words come together again and again, as names do. Everything follows from numbers, so two runs meet the same texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, product
from random import Random

from monitor.model import Rule

TEXT_WORDS, TITLE_WORDS = 95, 9
WORDS, NAMES = 30_000, 8_000  # different ones a language
RULE_TERMS_MAX = 40
RARE_FROM = 15_000  # rules look for words that are rarer than this many others
_NAME_FROM = 300  # names are made of words that are rarer than this many others

# So many of a hundred items are in each language.
SHARES = {"english": 25, "accented": 15, "russian": 20, "urdu": 15, "chinese": 10, "hindi": 10} | {
    "hebrew": 2,
    "armenian": 1,
    "greek": 2,
}
SCRIPTS = "40 % Latin, 20 % Cyrillic, 15 % Arabic, 10 % Han, 10 % Devanagari, 5 % Hebrew, Armenian and Greek"

_SYLLABLES = {
    "english": "ba be bor can den der fal for gan har in ker lan lo mar men ne or par ra ri sa shi ta ton ul ver wi al est",
    "accented": "ba bə çi də ğan əl fə gü ha ı qa kö lə ma né ö pa re ru sə şa tü u və ya zi à ên ço ğı",
    "russian": "ба ва го дер е жи за ий ка ло ми на об по ра ст ти ук фе хо це ча ши эн ю ского ный ла ру но",
    "urdu": "با پا تر جن چی خو دا رو زی سا شہر علی فر قو کا گر لم مو نا وی ہے یں ات ان گا کے می سے دی ری",
    "chinese": " ".join(map(chr, range(0x4E00, 0x9000, 31))),
    "hindi": "का की में से रा दे न्या ता पु सर नी मा हि भा ल वि प्र क्ष या तो जी ने र्य अ को बै ठ स ग ही",
    "hebrew": "בא גל דר הו זר חי טו יש כל לם מר נו סע עי פר צה קו רש שלום תן אב הם ית ות בן נה לי רו מה די",
    "armenian": "բա գի դե զա թե ժի լա խո կա հա ձի մե նա շու ոս պա ջր ռա սի վե տո րի ցա ու փե քա ան յան եր իկ",
    "greek": "βα γε δη ζω θα κι λό μο νέ ξα πο ρά σι τη φω χα ψυ ώρ αν εις ου ής μα το πρό κα λι στη ρε να",
}
_PAUSES = {"chinese": ("", "。"), "hindi": (" ", "। ")}
_MARKS = (("“", "”"), ("— ", ""), ("", "’s"), ("$", ""), ("(", ")"))
_DATELINES = ("BERLIN, Nov. 7 (Xinhua) -- ", "PARIS, Nov 7, 2026 (AFP) - ", "ROME: ", "Berlin (dpa) - ", "", "", "", "")


@dataclass(frozen=True, slots=True)
class Language:
    """Words by rank and how often one of the first n is met, and the names that are made of them."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    names: tuple[tuple[str, str], ...]
    name_weights: tuple[float, ...]
    gap: str
    stop: str

    def joined(self, name: tuple[str, str]) -> str:
        return self.gap.join(name)


@cache
def language(called: str) -> Language:
    """The words of a language; made once."""
    random = Random(called)
    syllables = _SYLLABLES[called].split()
    random.shuffle(syllables)
    pairs = ["".join(pair) for pair in product(syllables, repeat=2)]
    random.shuffle(pairs)
    longer = dict.fromkeys(
        "".join(random.choices(syllables, k=random.choice((3, 3, 3, 4, 4, 5)))) for _ in range(2 * WORDS)
    )
    if called == "chinese":  # words of two characters, seldom more
        longer = dict.fromkeys(random.choice(pairs) + random.choice(syllables) for _ in range(2 * WORDS))
        words = tuple(dict.fromkeys([*pairs, *syllables, *longer]))[:WORDS]
    else:
        words = tuple(dict.fromkeys([*syllables, *pairs, *longer]))[:WORDS]
    weights = _by_rank(len(words))
    rarer = words[_NAME_FROM:]
    names = tuple(
        (first.title(), second.title())
        for first, second in zip(_picked(random, rarer), _picked(random, rarer), strict=True)
    )
    return Language(words, weights, names, _by_rank(NAMES), *_PAUSES.get(called, (" ", ". ")))


def _picked(random: Random, words: tuple[str, ...]) -> list[str]:
    return random.choices(words, k=NAMES)


def _by_rank(count: int) -> tuple[float, ...]:
    """Cumulative weights by which the n-th of `count` is drawn about 1/n as often as the first."""
    return tuple(accumulate(1 / (rank + 3) for rank in range(count)))


def items(count: int, first: int = 0) -> Iterator[tuple[str, str]]:
    """Title and body of so many items, from the number `first` on."""
    called = [name for name, share in SHARES.items() for _ in range(share)]
    for number in range(first, first + count):
        # 37 and 100 have no common divisor, so any hundred numbers in a row have the shares exactly.
        yield _item(Random(number), language(called[number * 37 % 100]))


def _item(random: Random, spoken: Language) -> tuple[str, str]:
    words = _prose(random, spoken, TITLE_WORDS + TEXT_WORDS)
    body = spoken.stop.join(spoken.gap.join(words[at : at + 12]) for at in range(TITLE_WORDS, len(words), 12))
    return spoken.gap.join(words[:TITLE_WORDS]).capitalize(), random.choice(_DATELINES) + body + spoken.stop.strip()


def _prose(random: Random, spoken: Language, count: int) -> list[str]:
    """So many words, some names, a few numbers and words with a mark of print among them."""
    words = random.choices(spoken.words, cum_weights=spoken.weights, k=count)
    for name in random.choices(spoken.names, cum_weights=spoken.name_weights, k=5):
        place = random.randrange(count - 1)
        words[place : place + 2] = name
    for _ in range(3):
        words[random.randrange(count)] = str(random.randrange(1, 3_000))
    place = random.randrange(count)
    before, after = random.choice(_MARKS)
    words[place] = f"{before}{words[place]}{after}"
    return words


# -- rules -------------------------------------------------------------------------------------------


def rules(count: int) -> list[Rule]:
    """So many rules of one to forty terms: a third with NEAR, a tenth weighted, the others OR, AND and NOT."""
    return [_rule(number) for number in range(count)]


def _rule(number: int) -> Rule:
    random = Random(-1 - number)
    own = language(_any_language(random))
    terms = [_term(random, own) for _ in range(random.randint(1, RULE_TERMS_MAX))]
    name, tags = f"Rule {number}", (f"tag-{number % 50}",)
    if number % 10 == 9:
        weights = {term: random.randint(2, 8) for term in terms}
        weights |= {word: random.randint(2, 5) for word in _context(random, own)} | {_context(random, own)[0]: -10}
        return Rule(id=f"rule-{number}", name=name, tags=tags, terms=tuple(weights.items()), threshold=10)
    return Rule(id=f"rule-{number}", name=name, tags=tags, query=_query(random, number, terms, own))


def _query(random: Random, number: int, terms: list[str], own: Language) -> str:
    looked_for = _either([f'"{term}"' for term in terms])
    context = _context(random, own)
    if number % 3 == 0:
        near = random.choice(("NEAR", "NEAR/5", "NEAR/10", "ONEAR/3"))
        return f"{looked_for} {near} {_either([_truncated(word) for word in context])}"
    shape = number % 4
    if shape == 0:
        return f"{looked_for} AND {_either(context)}"
    if shape == 1:
        return f"{looked_for} AND NOT {_either(context)}"
    return looked_for if shape == 2 else f"title:{looked_for}"


def _either(terms: list[str]) -> str:
    return f"({' OR '.join(terms)})"


def _any_language(random: Random) -> str:
    return random.choices(tuple(SHARES), weights=tuple(SHARES.values()))[0]


def _term(random: Random, own: Language) -> str:
    """What a rule looks for, two thirds of it in a language of its own: names, words and beginnings of words."""
    spoken = own if random.random() < 2 / 3 else language(_any_language(random))
    kind = random.random()
    if kind < 0.02:  # one that is much in the news
        return spoken.joined(random.choices(spoken.names, cum_weights=spoken.name_weights)[0])
    if kind < 0.5:
        return spoken.joined(random.choice(spoken.names))
    word = random.choice(spoken.words[RARE_FROM:])
    return _truncated(word) if kind > 0.85 else word


def _truncated(word: str) -> str:
    return f"{word}*" if sum(map(str.isalnum, word)) > 3 else word


def _context(random: Random, own: Language) -> list[str]:
    """A few everyday words that a name must, or must not, stand beside."""
    return random.sample([word for word in own.words[30:1_000] if len(word) > 1], k=random.randint(2, 6))
