"""Snippets show hits, whole words and no more than a line or two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Span
from monitor.search.snippets import MOST, WIDTH, Snippet, snippets


def spans(text: str, *words: str, field: str = "body") -> list[Span]:
    """Every place of each word."""
    found = []
    for word in words:
        start = text.find(word)
        while start >= 0:
            found.append(Span(field, start, start + len(word), word))
            start = text.find(word, start + 1)
    return found


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.marks]


def test_a_short_text_is_shown_whole_on_one_line() -> None:
    text = "A bridge\nof stone"
    [snippet] = snippets("", text, spans(text, "bridge", "stone"))
    assert snippet == Snippet("body", "A bridge of stone", ((2, 8), (12, 17)))


def test_the_title_is_shown_whole_and_first() -> None:
    title, body = "Bridges " * 30, "A bridge"
    first, second = snippets(title, body, [*spans(body, "bridge"), *spans(title, "Bridges", field="title")])
    assert (first.field, first.text, len(first.marks)) == ("title", title, 30)
    assert second.field == "body"


def test_nothing_is_shown_where_nothing_was_hit() -> None:
    assert snippets("Title", "Body", []) == ()
    assert snippets("Title", "Body", [Span("author", 0, 4, "Jane")]) == ()


def test_of_a_long_text_the_stretches_with_the_most_different_hits_are_shown_in_their_order() -> None:
    filler = "filler " * 60
    text = f"bridge {filler}bridge and bridge {filler}bridge beside a library {filler}library"
    first, second = snippets("", text, spans(text, "bridge", "library"))
    assert marked(first) == ["bridge"]
    assert first.text.startswith("bridge filler")
    assert marked(second) == ["bridge", "library"]
    assert second.text.startswith("… filler")
    assert second.text.endswith("filler …")


def test_hits_side_by_side_make_no_two_snippets_of_one_stretch() -> None:
    text = " ".join(f"word{number:02}" for number in range(60))
    found = snippets("", text, spans(text, "word"))
    shown = [snippet.text.strip("… ") for snippet in found]
    assert len(found) == MOST
    assert not set(shown[0].split()) & set(shown[1].split())


def test_scripts_without_spaces_are_cut_between_letters_and_never_before_a_mark() -> None:
    text = "กำ" * 200 + "สะพาน" + "ที่" * 200
    [snippet] = snippets("", text, spans(text, "สะพาน"))
    assert marked(snippet) == ["สะพาน"]
    assert snippet.text[2] not in "ำ่ี"


def test_a_hit_longer_than_a_snippet_is_shown_whole() -> None:
    text = "a " + "x" * (2 * WIDTH) + " b"
    [snippet] = snippets("", text, [Span("body", 2, 2 + 2 * WIDTH, "x" * (2 * WIDTH))])
    assert marked(snippet) == ["x" * (2 * WIDTH)]


@given(
    st.text(alphabet="ab \n\u0301\u200d桥", max_size=600),
    st.lists(st.tuples(st.integers(0, 599), st.integers(1, 30)), max_size=20),
)
def test_every_mark_is_a_hit_and_every_text_is_short(text: str, places: list[tuple[int, int]]) -> None:
    hits = [Span("body", at, min(at + n, len(text)), text[at : at + n]) for at, n in places if at < len(text)]
    found = snippets("", text, hits)
    assert bool(found) == bool(hits)
    assert len(found) <= MOST
    whole = ["".join(" " if letter.isspace() else letter for letter in hit.text) for hit in hits]
    for snippet in found:
        assert snippet.marks
        assert len(snippet.text) <= WIDTH + 64
        assert all(piece in whole for piece in marked(snippet))
