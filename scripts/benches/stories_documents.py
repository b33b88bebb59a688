"""Real documents as releases: the items of feed files that somebody has, edited as made-up ones are.

Of a script's texts two thirds are releases; the others lend paragraphs and words to the edits. Nothing of them is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from benches.stories_stream import Piece, Stream, Words
from benches.stories_writer import Text, Writer
from monitor.errors import ParseError
from monitor.feeds.charsets import decide
from monitor.feeds.jsonfeed import parse_json
from monitor.feeds.messages import Request
from monitor.feeds.parse import parse_xml
from monitor.model import Entry
from monitor.stories.shingles import containment, shingles
from monitor.text.reading import read
from monitor.text.tokens import words

WORDS_LEAST = 30
PARAGRAPHS = 6
TEXTS_LEAST = 6  # of one script, else they lend each other too little
ALIKE = 0.1  # texts that share as much are copies of each other as they come
CHANGED = 0.7  # of the words of a borrowed text: what stays of its shingles is below 3 in 100
_SENTENCE_END = re.compile(r"(?<=[.!?。！？։۔؟])\s*(?=\S)|\n+")


def from_documents(folder: Path, seed: int) -> tuple[Stream, list[Piece]]:
    """The stream of what the feed files in and below `folder` hold. Raises SystemExit where that is too little."""
    random = Random(seed)
    releases, words = borrowed(folder, random)
    languages = tuple(dict.fromkeys(text.language for text in releases))
    stream = Stream(releases, Writer(random), words, languages)
    return stream, stream.pieces(bulletins=False)


def borrowed(folder: Path, random: Random) -> tuple[list[Text], Words]:
    """The releases that the feed files in and below `folder` hold, and the texts and words that they lend. Raises SystemExit
    where that is too little."""
    releases: list[Text] = []
    lent: dict[str, list[Text]] = {}
    for script, texts in sorted(_by_script(folder).items()):
        random.shuffle(texts)
        cut = len(texts) * 2 // 3
        releases += texts[:cut]
        lent[script] = texts[cut:]
    if not releases:
        raise SystemExit(
            f"{folder}: no feed files with at least {TEXTS_LEAST} texts of {WORDS_LEAST} words in one script"
        )
    vocabulary = {script: [word for text in texts for word in _bare_words(text)] for script, texts in lent.items()}
    return releases, Words(
        lambda script: _new_text(random.choice(lent[script]), vocabulary[script], random),
        lambda script: random.choice(vocabulary[script]),
    )


def _new_text(text: Text, vocabulary: Sequence[str], random: Random) -> Text:
    """A text of the same length that shares little with any other: most of its words are others."""
    lines = "\n".join((text.title, *text.paragraphs)).split("\n")
    title, *rest = [
        " ".join(random.choice(vocabulary) if random.random() < CHANGED else word for word in line.split())
        for line in lines
    ]
    return Text(title, tuple(rest), text.language)


def _bare_words(text: Text) -> list[str]:
    return [word for word in text.body.split() if any(map(str.isalpha, word))]


def _by_script(folder: Path) -> dict[str, list[Text]]:
    """Texts long enough, by the script of most of their letters, none much like another."""
    found: dict[str, list[tuple[Text, frozenset[int]]]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        for entry in _entries(path) if path.is_file() else ():
            text = _text(entry)
            if text is None:
                continue
            runs = shingles(read(text.title, text.body).bare("body").texts)
            others = found[text.language]
            if all(containment(runs, other).of_shorter < ALIKE for _, other in others):
                others.append((text, runs))
    return {script: [text for text, _ in texts] for script, texts in found.items() if len(texts) >= TEXTS_LEAST}


def _entries(path: Path) -> Iterator[Entry]:
    document = path.read_bytes()
    encoding = decide(document)
    is_json = document.lstrip()[:1] == b"{"
    request = Request("xml", "https://documents.example/feed", encoding, "2026-11-01T00:00:00+00:00")
    try:
        parsed = (parse_json if is_json else parse_xml)(replace(request, form="json" if is_json else "xml"), document)
    except ParseError:
        return
    yield from parsed.entries


def _text(entry: Entry) -> Text | None:
    """An entry as paragraphs of about equal length; None where it is short."""
    count = len(words(entry.text))
    if count < WORDS_LEAST:
        return None
    paragraphs: list[list[str]] = [[]]
    for sentence in filter(None, _SENTENCE_END.split(entry.text)):
        if paragraphs[-1] and len(words(" ".join(paragraphs[-1]))) >= count / PARAGRAPHS:
            paragraphs.append([])
        paragraphs[-1].append(sentence)
    return Text(entry.title, tuple(" ".join(one) for one in paragraphs), _script(entry.text))


def _script(text: str) -> str:
    letters: Sequence[str] = [letter for letter in text[:400] if letter.isalpha()]
    return Counter(unicodedata.name(letter, "?").partition(" ")[0] for letter in letters).most_common(1)[0][0]
