"""What a copy cut from a text and what it changed: sentences laid side by side in whatever order, then words.

Both sides are compared in folded words and shown in the words as printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import Match, SequenceMatcher

from monitor.model import ChangedPassage, CutPassage, Piece
from monitor.reports.passages import Passages, Sentence
from monitor.stories.shingles import shingles

SAME_FROM = 0.5  # of a sentence's words: with fewer in one place of the copy it was left out rather than reworded
TELLING_IN_MOST = 30  # sentences of the copy: a word that stands in more of them says little of where a sentence went
NEAREST = 3
AT_ONCE = 400  # words: a longer stretch without a common sentence is told as replaced, not compared word by word


@dataclass(frozen=True, slots=True)
class Differences:
    """What was cut and changed, in the order of the text; `added_words` counts words of sentences that are the copy's own."""

    cut: tuple[CutPassage, ...] = ()
    changed: tuple[ChangedPassage, ...] = ()
    added_words: int = 0


def differences(text: Passages, copy: Passages) -> Differences:
    """What `copy` did to `text`. Sentences that only moved are neither cut nor changed; a text without words loses nothing."""
    side = _Side(text, copy)
    cut: list[tuple[Sentence, int]] = []
    changed: list[ChangedPassage] = []
    for sentence, number in _within_paragraphs(text.sentences):
        if side.holds(text.texts[sentence.first : sentence.end]):
            continue
        window = side.nearest(text.texts[sentence.first : sentence.end])
        if window is None:
            cut.append((sentence, number))
            continue
        diff = _trimmed(text, (sentence.first, sentence.end), copy, window)
        changed.append(ChangedPassage(sentence.paragraph + 1, number, diff))
    return Differences(tuple(_passages(text, cut)), tuple(changed), side.unused_words())


def _within_paragraphs(sentences: Sequence[Sentence]) -> Iterator[tuple[Sentence, int]]:
    """Each sentence with its number in its paragraph, from 1."""
    seen: Counter[int] = Counter()
    for sentence in sentences:
        seen[sentence.paragraph] += 1
        yield sentence, seen[sentence.paragraph]


def _passages(text: Passages, cut: Sequence[tuple[Sentence, int]]) -> Iterator[CutPassage]:
    """What was cut, a paragraph that went whole as one."""
    of_paragraph = Counter(sentence.paragraph for sentence in text.sentences)
    gone = Counter(sentence.paragraph for sentence, _ in cut)
    told: set[int] = set()
    for sentence, number in cut:
        paragraph = sentence.paragraph
        if gone[paragraph] < of_paragraph[paragraph]:
            yield CutPassage(paragraph + 1, number, text.quote(sentence.first, sentence.end))
        elif paragraph not in told:
            told.add(paragraph)
            whole = [one for one in text.sentences if one.paragraph == paragraph]
            yield CutPassage(paragraph + 1, None, text.quote(whole[0].first, whole[-1].end))


@dataclass(slots=True)
class _Side:
    """The copy's sentences, to be asked where a sentence of the text went."""

    text: Passages
    copy: Passages
    joined: str = ""
    kept: set[int] = field(default_factory=set)  # the copy's sentences that stand in the text as they are
    standing_in: dict[str, list[int]] = field(default_factory=dict)  # word → the copy's sentences that hold it
    used: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.joined = f" {' '.join(self.copy.texts)} "
        whole = f" {' '.join(self.text.texts)} "
        for place, sentence in enumerate(self.copy.sentences):
            words = self.copy.texts[sentence.first : sentence.end]
            if f" {' '.join(words)} " in whole:
                self.kept.add(place)
            for word in set(words):
                self.standing_in.setdefault(word, []).append(place)

    def holds(self, words: Sequence[str]) -> bool:
        """Whether the words stand in the copy as they are."""
        return f" {' '.join(words)} " in self.joined

    def nearest(self, words: Sequence[str]) -> tuple[int, int] | None:
        """The words (first, end) of the copy, one sentence or two, that say most of these words; None where none says enough.
        What the copy kept as it was is no other sentence reworded."""
        votes: Counter[int] = Counter()
        for word in set(words):
            places = self.standing_in.get(word, ())
            if len(places) <= TELLING_IN_MOST:
                votes.update(places)
        best: tuple[float, int, tuple[int, int], tuple[int, ...]] | None = None
        wanted = Counter(words)
        for place, _ in votes.most_common(NEAREST):
            for window in ((place,), (place, place + 1), (place - 1, place)):
                if window[0] < 0 or window[-1] >= len(self.copy.sentences) or not self.kept.isdisjoint(window):
                    continue
                first, end = self.copy.sentences[window[0]].first, self.copy.sentences[window[-1]].end
                shared = (wanted & Counter(self.copy.texts[first:end])).total() / len(words)
                if shared >= SAME_FROM and (best is None or (shared, first - end) > best[:2]):
                    best = shared, first - end, (first, end), window
        if best is None:
            return None
        self.used.update(best[3])
        return best[2]

    def unused_words(self) -> int:
        """How many words stand in sentences of the copy that nothing of the text went to."""
        return sum(
            sentence.end - sentence.first
            for place, sentence in enumerate(self.copy.sentences)
            if place not in self.used and place not in self.kept and not self._is_mostly_kept(sentence)
        )

    def _is_mostly_kept(self, sentence: Sentence) -> bool:
        """Whether half of its runs of three words come from the text: two sentences of it made one, for example."""
        runs = shingles(self.copy.texts[sentence.first : sentence.end])
        return bool(runs) and 2 * len(runs & self.text.shingles) >= len(runs)


def _trimmed(text: Passages, span: tuple[int, int], copy: Passages, window: tuple[int, int]) -> tuple[Piece, ...]:
    """The diff of a sentence against a window of the copy, without what the copy says before and after it."""
    diff = list(diff_words(text, span, copy, window))
    while diff and diff[0].op == "+" and len(diff) > 1 and diff[1].op == "=":
        del diff[0]
    while diff and diff[-1].op == "+" and len(diff) > 1 and diff[-2].op == "=":
        del diff[-1]
    return tuple(diff)


def diff_words(former: Passages, span: tuple[int, int], later: Passages, window: tuple[int, int]) -> Iterator[Piece]:
    """The word diff of a stretch (first, end) of one text against one of another. Two long stretches count as replaced whole."""
    one, other = former.texts[span[0] : span[1]], later.texts[window[0] : window[1]]
    if len(one) > AT_ONCE or len(other) > AT_ONCE:
        matched = [Match(len(one), len(other), 0)]
    else:
        matched = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    first = start = 0
    for end, stop, size in matched:
        if end > first:
            yield Piece("-", former.quote(span[0] + first, span[0] + end))
        if stop > start:
            yield Piece("+", later.quote(window[0] + start, window[0] + stop))
        if size:
            yield Piece("=", former.quote(span[0] + end, span[0] + end + size))
        first, start = end + size, stop + size


def diff_texts(former: Passages, later: Passages) -> tuple[Piece, ...]:
    """The word diff of two whole texts: sentences first, then words where they differ. Empty for texts alike once folded."""
    ones, others = former.sentences, later.sentences
    matcher = SequenceMatcher(None, _sentence_texts(former), _sentence_texts(later), autojunk=False)
    pieces: list[Piece] = []
    for op, first, end, start, stop in matcher.get_opcodes():
        span, window = _stretch(ones, first, end), _stretch(others, start, stop)
        if op == "equal":
            pieces.append(Piece("=", former.quote(*span)))
        else:
            pieces += diff_words(former, span, later, window)
    return tuple(pieces) if any(piece.op != "=" for piece in pieces) else ()


def _sentence_texts(text: Passages) -> list[tuple[str, ...]]:
    return [text.texts[sentence.first : sentence.end] for sentence in text.sentences]


def _stretch(sentences: Sequence[Sentence], first: int, end: int) -> tuple[int, int]:
    return (sentences[first].first, sentences[end - 1].end) if end > first else (0, 0)
