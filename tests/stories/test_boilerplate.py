from __future__ import annotations

from dataclasses import replace

from monitor.stories.boilerplate import Printed, different, learnt, segments, set_apart
from monitor.stories.shingles import shingles
from monitor.text.tokens import tokenize, words

FOOTER = "About us. This desk covers the harbour towns of the north. Follow our channel for more."
NEWS = [
    "The bridge was opened on Monday by the mayor of the town.",
    "A reading room for children opens in the spring. It has books in two languages.",
    "Ferries run again after the storm, the harbour office said.",
    "The museum shows maps of the coast from four centuries.",
]


def texts() -> list[str]:
    return [f"{news}\n{FOOTER}" for news in NEWS]


def test_segments_are_sentences_and_lines_as_stretches_of_words() -> None:
    text = 'It is 3.5 km long! "New," he said.\nAbout us\n\n… The end'
    found = tokenize(text)
    assert [" ".join(found.texts[first:after]) for first, after in segments(text, found)] == [
        "it is 3.5 km long",
        "new he said",
        "about us",
        "the end",
    ]


def test_what_stands_whole_in_all_the_others_is_learnt_short_sentences_with_their_neighbours() -> None:
    first, *others = texts()
    found = learnt(first, tokenize(first), [shingles(words(other)) for other in others])
    assert set(found) == shingles(words(FOOTER[len("About us. ") :]))
    assert learnt(NEWS[0], tokenize(NEWS[0]), [shingles(words(other)) for other in others]) == []
    before = f"{FOOTER}\n{NEWS[0]}"
    assert set(learnt(before, tokenize(before), [shingles(words(other)) for other in others])) == set(found)


def test_phrases_within_sentences_of_their_own_are_not_learnt() -> None:
    one = "The minister of public works said on Monday that a bridge opens."
    others = [
        shingles(words(f"The minister of public works said on Monday that {what}.")) for what in ("a", "b c", "d")
    ]
    assert learnt(one, tokenize(one), others) == []


def test_learnt_segments_are_set_apart_where_they_stand() -> None:
    text = f"{FOOTER}\n{NEWS[0]} {FOOTER}"
    learned = shingles(words(FOOTER))
    assert [text[start:end] for start, end in set_apart(text, tokenize(text), learned)] == [
        "About us",
        "This desk covers the harbour towns of the north",
        "Follow our channel for more",
        "About us",
        "This desk covers the harbour towns of the north",
        "Follow our channel for more",
    ]
    assert set_apart(NEWS[0], tokenize(NEWS[0]), learned) == ()
    assert set_apart(text, tokenize(text), frozenset()) == ()


def test_a_sentence_that_holds_more_than_what_was_learnt_stays() -> None:
    text = "This desk covers the harbour towns of the north and the Karabakh talks."
    assert set_apart(text, tokenize(text), shingles(words(FOOTER))) == ()


def test_texts_are_different_that_are_of_other_stories_or_unlike_apart_from_what_many_share() -> None:
    footer = frozenset(range(1000, 1040))

    def printed(number: int, story: int = 1, title: str = "") -> Printed:
        return Printed(story, (title or f"title{number}",), footer | set(range(number * 100, number * 100 + 20)))

    item, others = printed(0), [printed(number) for number in range(1, 7)]
    assert different(item, others) == [0, 1, 2, 3, 4, 5]
    assert different(item, [*others, replace(others[0], title=("again",))]) == [0, 1, 2, 3, 4, 5]  # its text
    assert different(item, [*others, printed(9, title="title1")]) == [0, 1, 2, 3, 4, 5]  # its headline
    assert different(item, [*others, replace(others[0], story_id=2)]) == [0, 1, 2, 3, 4, 5, 6]
    assert different(item, [Printed(1, (f"title{n}",), footer) for n in range(6)]) == []  # nothing but the footer
    assert different(item, []) == []
