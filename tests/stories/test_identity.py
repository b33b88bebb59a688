from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Candidate, Observed
from monitor.stories.canonical import url_key
from monitor.stories.fingerprint import content_key, guid_key, text_key, title_key
from monitor.stories.identity import identify

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEXT = [
    "The",
    "two",
    "ministers",
    "signed",
    "a",
    "joint",
    "statement",
    "on",
    "energy",
    "in",
    "the",
    "capital",
    "on",
    "Monday",
    "after",
    "a",
    "day",
    "of",
    "talks",
]
OTHER = [
    "Rain",
    "is",
    "expected",
    "along",
    "the",
    "coast",
    "while",
    "inland",
    "districts",
    "stay",
    "dry",
    "with",
    "light",
    "winds",
    "from",
    "the",
    "north",
    "until",
    "Friday",
]


@dataclass
class Seen:
    """An entry in few words; `stored` is the same as a stored article's candidate."""

    guid: str | None
    url: str | None
    title: str
    text: list[str]
    at: datetime | None = NOON

    def observed(self) -> Observed:
        return Observed(
            guid=self.guid,
            guid_key=guid_key(self.guid),
            url=self.url,
            url_key=url_key(self.url),
            title_key=title_key(self.title.split()),
            text_key=text_key(self.text),
            content_key=content_key(self.title, " ".join(self.text)),
            words=(*self.title.split(), *self.text),
            published_at=self.at,
        )

    def stored(self, item_id: int = 1, *, source: bool = True, publisher: bool = True) -> Candidate:
        entry = self.observed()
        return Candidate(
            item_id,
            source,
            publisher,
            entry.guid_key,
            entry.url,
            entry.url_key,
            entry.title_key,
            entry.text_key,
            entry.words,
            self.at,
        )


BASE = Seen("guid-1", "https://example.org/news/1", "ministers sign statement", TEXT)

SAME = {
    "nothing changed": BASE,
    "the title was edited": Seen("guid-1", "https://example.org/news/1", "joint statement signed", TEXT),
    "title and text were rewritten under guid and address": Seen(
        "guid-1", "https://example.org/news/1", "an update", OTHER
    ),
    "the guid churns, the address stays": Seen(
        "sid-99", "https://example.org/news/1", "ministers sign statement", TEXT
    ),
    "the guid churns and the title was edited": Seen(
        "sid-99", "https://example.org/news/1", "joint statement signed", TEXT
    ),
    "the link carries a fresh token": Seen(
        "guid-1", "https://example.org/news/1?session=77", "ministers sign statement", TEXT
    ),
    "the page moved to another path under its guid": Seen(
        "guid-1", "https://example.org/archive/1", "ministers sign statement", TEXT
    ),
    "guid and address churn, title and text stay": Seen(
        "sid-5", "https://example.org/x/5", "ministers sign statement", TEXT
    ),
    "white space stands about the guid": Seen(
        "  guid-1\n", "https://example.org/news/1", "ministers sign statement", TEXT
    ),
    "no guid any more": Seen(None, "https://example.org/news/1", "ministers sign statement", TEXT),
}
DIFFERENT = {
    "the guid was given to another article": Seen("guid-1", "https://example.org/news/2", "rain on the coast", OTHER),
    "the address was given to another article": Seen(
        "guid-2", "https://example.org/news/1", "rain on the coast", OTHER
    ),
    "the address was given to another article without guid": Seen(
        None, "https://example.org/news/1", "rain on the coast", OTHER
    ),
    "only the title is shared": Seen("guid-2", "https://example.org/news/2", "ministers sign statement", OTHER),
    "nothing is shared": Seen("guid-2", "https://example.org/news/2", "rain on the coast", OTHER),
    "only the text is shared": Seen("guid-2", "https://example.org/news/2", "rain on the coast", TEXT),
}


@pytest.mark.parametrize("entry", SAME.values(), ids=SAME)
def test_an_article_is_known_again_when(entry: Seen) -> None:
    assert identify(entry.observed(), [BASE.stored()]).item_id == 1


@pytest.mark.parametrize("entry", DIFFERENT.values(), ids=DIFFERENT)
def test_an_article_is_new_when(entry: Seen) -> None:
    assert identify(entry.observed(), [BASE.stored()]).item_id is None


def test_without_candidates_an_entry_is_new() -> None:
    assert identify(BASE.observed(), []).reason == "no stored article agrees"


def test_one_guid_on_every_entry_of_a_document_keeps_the_articles_apart() -> None:
    entry = Seen("site", "https://example.org/news/2", "ministers sign statement", OTHER)
    known = Seen("site", "https://example.org/news/1", "ministers sign statement", TEXT)
    assert identify(entry.observed(), [known.stored()], claimed={1}).item_id is None


def test_one_guid_without_addresses_keeps_two_articles_of_a_document_apart() -> None:
    entry = Seen("site", None, "rain on the coast", OTHER)
    known = Seen("site", None, "ministers sign statement", TEXT)
    assert identify(entry.observed(), [known.stored()], claimed={1}).item_id is None
    assert identify(entry.observed(), [known.stored()]).item_id == 1


def test_a_front_page_as_guid_identifies_nothing_by_itself() -> None:
    entry = Seen("https://example.org/", "https://example.org/", "rain on the coast", OTHER)
    known = Seen("https://example.org/", "https://example.org/", "ministers sign statement", TEXT)
    assert identify(entry.observed(), [known.stored()]).item_id is None


def test_one_address_on_every_entry_without_guid_keeps_articles_apart() -> None:
    entry = Seen(None, "https://example.org/news", "rain on the coast today", OTHER)
    known = Seen(None, "https://example.org/news", "rain on the hills today", TEXT)
    assert identify(entry.observed(), [known.stored()], claimed={1}).item_id is None


def test_another_source_with_the_same_address_carries_the_same_article() -> None:
    entry = Seen("other", "https://example.org/news/1?utm_source=agg", "ministers sign statement", [])
    assert identify(entry.observed(), [BASE.stored(source=False, publisher=False)]).item_id == 1


def test_identical_text_of_another_publisher_is_an_article_of_its_own() -> None:
    entry = Seen("other", "https://other.example/1", "ministers sign statement", TEXT)
    assert identify(entry.observed(), [BASE.stored(source=False, publisher=False)]).item_id is None
    assert identify(entry.observed(), [BASE.stored(source=False, publisher=True)]).item_id == 1


@pytest.mark.parametrize(("at", "known"), [(NOON, True), (NOON + timedelta(days=1), False), (None, False)])
def test_a_link_without_guid_whose_query_changes_is_known_by_title_and_time(at: datetime | None, known: bool) -> None:
    entry = Seen(None, "https://example.org/show?token=2", "exchange rates", [], at)
    stored = Seen(None, "https://example.org/show?token=1", "exchange rates", [])
    assert identify(entry.observed(), [stored.stored()]).item_id == (1 if known else None)


def test_a_link_that_is_its_guid_may_carry_a_fresh_token_while_the_text_is_edited() -> None:
    page = "https://example.org/news/1?session="
    before = Seen(f"{page}1", f"{page}1", "ministers sign statement", TEXT)
    edited = Seen(f"{page}2", f"{page}2", "ministers sign statement", [*TEXT, "and", "dinner"])
    other = Seen(f"{page}2", f"{page}2", "ministers sign statement", OTHER)
    told_apart = Seen("guid-2", f"{page}2", "ministers sign statement", [*TEXT, "and", "dinner"])
    assert identify(edited.observed(), [before.stored()]).item_id == 1
    assert identify(other.observed(), [before.stored()]).item_id is None
    assert identify(told_apart.observed(), [before.stored()]).item_id is None


def test_undated_entries_whose_links_query_changes_are_known_by_title() -> None:
    entry = Seen(None, "https://example.org/show?token=2", "exchange rates", [], None)
    stored = Seen(None, "https://example.org/show?token=1", "exchange rates", [], None)
    assert identify(entry.observed(), [stored.stored()]).item_id == 1


def test_the_surest_of_several_candidates_is_taken() -> None:
    by_address = Seen("guid-9", "https://example.org/news/1", "ministers sign statement", TEXT)
    assert identify(BASE.observed(), [by_address.stored(7), BASE.stored(8)]).item_id == 8


@pytest.mark.parametrize(
    ("identity", "entry", "known"),
    [
        ("guid", Seen("guid-1", "https://example.org/z", "quite another", OTHER), True),
        ("guid", Seen("guid-2", "https://example.org/news/1", "ministers sign statement", TEXT), False),
        ("link", Seen("guid-2", "https://example.org/news/1", "quite another", OTHER), True),
        ("link", Seen("guid-1", "https://example.org/z", "ministers sign statement", TEXT), False),
        ("title+link", Seen("guid-2", "https://example.org/news/1", "ministers sign statement", OTHER), True),
        ("title+link", Seen("guid-1", "https://example.org/news/1", "quite another", TEXT), False),
    ],
)
def test_a_source_that_states_its_identity_is_believed(identity: str, entry: Seen, known: bool) -> None:
    assert identify(entry.observed(), [BASE.stored()], identity).item_id == (1 if known else None)


def test_entries_of_one_document_that_share_guid_or_link_but_not_their_title_are_different_articles() -> None:
    known = Seen("4.html", "https://example.org/4", "entry with empty author names", ["both", "feed", "authors"])
    entry = Seen("4.html", "https://example.org/5", "entry with single source author", ["both", "feed", "authors"])
    assert identify(entry.observed(), [known.stored()], claimed={1}).item_id is None
    linked = Seen("other", "https://example.org/4", "entry with single source author", ["both", "feed", "authors"])
    assert identify(linked.observed(), [known.stored()], claimed={1}).item_id is None


def test_revisions_under_one_link_and_title_with_guids_of_their_own_are_different_articles() -> None:
    known = Seen(
        "rev=1",
        "https://example.org/place",
        "jerusalem",
        ["delete", "the", "name", "hierusalem", "from", "the", "list"],
    )
    entry = Seen(
        "rev=2",
        "https://example.org/place",
        "jerusalem",
        ["add", "ir", "ha", "qodesh", "as", "spelling", "in", "hebrew"],
    )
    assert identify(entry.observed(), [known.stored()], claimed={1}).item_id is None
    assert identify(entry.observed(), [known.stored()]).item_id is None


def test_comments_on_one_page_without_guids_are_different_articles() -> None:
    known = Seen(None, "https://example.org/post#c1", "re: a post", TEXT)
    entry = Seen(None, "https://example.org/post#c2", "re: a post", OTHER)
    assert identify(entry.observed(), [known.stored()], claimed={1}).item_id is None


def test_the_same_entry_twice_in_one_document_is_one_article() -> None:
    assert identify(BASE.observed(), [BASE.stored()], claimed={1}).item_id == 1
    elsewhere = Seen("guid-2", "https://example.org/culture/1", "ministers sign statement", TEXT)
    assert identify(elsewhere.observed(), [BASE.stored()], claimed={1}).item_id == 1


def test_one_bare_title_at_two_addresses_of_one_document_is_two_articles() -> None:
    known = Seen("1", "https://example.org/rates/1", "exchange rates", [])
    entry = Seen("2", "https://example.org/rates/2", "exchange rates", [])
    assert identify(entry.observed(), [known.stored()], claimed={1}).item_id is None
