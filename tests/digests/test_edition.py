"""Editions made from a real store: everything once, nothing lost, all of it or nothing."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.digests.edition import (
    draft_edition,
    due_plans,
    file_edition,
    make_edition,
    open_digests,
    preview_bytes,
)
from monitor.digests.plan import Plan
from monitor.digests.schedule import Due
from monitor.model import (
    Acquired,
    Digest,
    Failure,
    FailureKind,
    Gate,
    Item,
    Kind,
    Observed,
    Relation,
    Section,
    Source,
    SourceState,
    Wire,
)
from monitor.rules import compile_query
from monitor.store import Store, open_store
from monitor.store.sources import Outcome

DUE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 07:00 in Karachi
DAY = timedelta(days=1)
SENDER = "Monitor <monitor@example.org>"
SOURCES = [
    Source("embassy", "https://embassy.example/feed", "Embassy of Atlantis", "embassy", Kind.EMBASSY),
    Source("courier", "https://courier.example/feed", "The Daily Courier", "courier"),
    Source("radio", "https://radio.example/feed", "Radio Indus", "radio"),
]
SECTIONS = (Section("Our mission", "kind:embassy"), Section("Trade", "trade"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "monitor.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = open_store(path)
    opened.sources.mirror(SOURCES)
    yield opened
    opened.close()


def plan(sections: Sequence[Section] = SECTIONS, **changes: object) -> Plan:
    values: dict[str, object] = {
        "id": "morning",
        "title": "Morning press review",
        "cron": "0 7 * * *",
        "timezone": "Asia/Karachi",
        "to": ("ambassador@example.org", "Desk <desk@example.org>"),
        "sections": tuple(sections),
    }
    digest = Digest(**(values | changes))  # type: ignore[arg-type]
    queries = [compile_query(section.query, {}, purpose="search") if section.query else None for section in sections]
    return Plan(digest, tuple(queries))


def keep(store: Store, source: str, title: str, seen_at: datetime, *, story: int = 0, is_backlog: bool = False) -> int:
    """An article as polling stores it; returns its id."""
    item = Item(
        id=0,
        source_id=source,
        publisher=source,
        title=title,
        url=f"https://{source}.example/{abs(hash(title))}",
        author="",
        text=f"{title}. There is more to read.",
        html="",
        language="en",
        published_at=seen_at,
        published_claim="",
        first_seen_at=seen_at,
        updated_at=None,
        version=1,
        story_id=story,
        relation=Relation.REPRINT if story else Relation.LEAD,
        share=None,
        wire=Wire(),
    )
    key = title.encode()[:8].ljust(8, b".")
    observed = Observed(None, None, item.url, None, key, None, key, (), seen_at)
    with store.transaction():
        item_id = store.items.add(item, observed, (title, item.text), is_backlog=is_backlog)
        if story:
            store.stories.move(item_id, story, seen_at)
        return item_id


def mails(store: Store) -> dict[str, email.message.EmailMessage]:
    return {
        row.recipient: email.message_from_bytes(store.deliveries.body(row.id), policy=email.policy.default)
        for row in store.deliveries.list()
    }


def text_of(message: email.message.EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def latest_text(store: Store) -> str:
    return text_of(
        email.message_from_bytes(store.deliveries.body(store.deliveries.list()[0].id), policy=email.policy.default)
    )


def test_an_edition_leaves_as_one_mail_a_recipient_with_what_its_sections_ask_for(store) -> None:
    open_digests(store, [plan().digest], DUE - DAY)
    own = keep(store, "embassy", "Embassy opens exhibition", DUE - timedelta(hours=5))
    trade = keep(store, "courier", "Trade grows", DUE - timedelta(hours=4))
    keep(store, "radio", "Rain in the north", DUE - timedelta(hours=3))
    number = make_edition(store, plan(), Due(DUE, is_late=False), DUE + timedelta(seconds=2), SENDER)
    made = store.editions.get(number)
    assert made.subject == "Morning press review – Mon 23 Nov 2026 – 2 items"
    assert (made.item_count, made.is_scheduled, made.due_at) == (2, True, DUE)
    assert [(entry.section, entry.item_id) for entry in store.editions.entries(number)] == [
        ("Our mission", own),
        ("Trade", trade),
    ]
    assert set(mails(store)) == {"ambassador@example.org", "desk@example.org"}
    message = mails(store)["desk@example.org"]
    assert (message["subject"], message["to"]) == (made.subject, "Desk <desk@example.org>")
    text = text_of(message)
    assert text.index("Embassy opens exhibition") < text.index("Trade grows")
    assert "Rain in the north" not in text
    assert "1 article fitted no section." in text
    rows = store.deliveries.of_edition(number)
    assert [row.items for row in rows] == [(own, trade)] * 2
    assert len({row.message_id for row in rows}) == 2


def test_an_edition_is_made_once_for_its_instant(store) -> None:
    open_digests(store, [plan().digest], DUE - DAY)
    due = Due(DUE, is_late=False)
    assert make_edition(store, plan(), due, DUE, SENDER) is not None
    assert make_edition(store, plan(), due, DUE, SENDER) is None
    assert len(store.deliveries.list()) == 2
    assert due_plans(store, [plan()], DUE + timedelta(hours=1)) == []


def test_a_draft_that_another_edition_overtook_is_not_filed(store) -> None:
    open_digests(store, [plan().digest], DUE - DAY)
    keep(store, "courier", "Trade grows", DUE - timedelta(hours=4))
    slow = draft_edition(store, plan(), Due(DUE, is_late=False), DUE, SENDER)
    assert make_edition(store, plan(), None, DUE + timedelta(seconds=1), SENDER) is not None
    assert file_edition(store, slow, DUE + timedelta(seconds=2)) is None
    assert len(store.editions.list()) == 1
    assert len(store.deliveries.list()) == 2


def test_editions_follow_one_another_without_gap_or_repeat(store) -> None:
    open_digests(store, [plan().digest], DUE - DAY)
    keep(store, "courier", "Trade one", DUE - timedelta(hours=4))
    make_edition(store, plan(), Due(DUE, is_late=False), DUE, SENDER)
    keep(store, "courier", "Trade two", DUE + timedelta(hours=1))
    make_edition(store, plan(), None, DUE + timedelta(hours=2), SENDER)  # asked for by hand
    keep(store, "courier", "Trade three", DUE + timedelta(hours=3))
    make_edition(store, plan(), Due(DUE + DAY, is_late=False), DUE + DAY, SENDER)
    last, by_hand, first = store.editions.list()
    assert [store.editions.entries(made.id)[0].item_id for made in (first, by_hand, last)] == [1, 2, 3]
    assert [len(store.editions.entries(made.id)) for made in (first, by_hand, last)] == [1, 1, 1]
    assert (by_hand.is_scheduled, by_hand.window_from, last.window_from) == (False, DUE, DUE + timedelta(hours=2))
    assert store.editions.last_due_at("morning", DUE + DAY) == DUE + DAY


def test_a_clock_that_goes_back_neither_repeats_nor_loses_an_item(store) -> None:
    open_digests(store, [plan().digest], DUE - DAY)
    keep(store, "courier", "Trade one", DUE - timedelta(hours=4))
    make_edition(store, plan(), Due(DUE, is_late=False), DUE, SENDER)
    back = DUE - timedelta(hours=6)
    keep(store, "courier", "Trade two", back)  # seen before the last edition's cut-off, stored after it
    assert due_plans(store, [plan()], back) == []
    number = make_edition(store, plan(), Due(DUE + DAY, is_late=False), DUE + DAY, SENDER)
    assert [entry.item_id for entry in store.editions.entries(number)] == [2]


def test_the_printed_span_never_runs_backwards(store) -> None:
    open_digests(store, [plan().digest], DUE - DAY)
    make_edition(store, plan(), Due(DUE, is_late=False), DUE, SENDER)
    draft = draft_edition(store, plan(), None, DUE - timedelta(hours=1), SENDER)
    assert draft.edition.window_from == draft.edition.window_to == DUE - timedelta(hours=1)


def test_the_first_window_opens_one_period_before_the_digest_was_loaded(store) -> None:
    loaded = DUE - timedelta(hours=3)
    keep(store, "courier", "Trade long ago", loaded - timedelta(hours=25))
    wanted = keep(store, "courier", "Trade yesterday", loaded - timedelta(hours=23))
    open_digests(store, [plan().digest], loaded)
    number = make_edition(store, plan(), Due(DUE, is_late=False), DUE + 3 * DAY, SENDER)
    assert [entry.item_id for entry in store.editions.entries(number)] == [wanted]
    assert store.editions.get(number).window_from == loaded - DAY


def test_what_missed_its_hour_is_one_late_edition_with_its_true_span(store) -> None:
    open_digests(store, [plan().digest], DUE - 3 * DAY - timedelta(hours=1))
    now = DUE + timedelta(hours=2, minutes=30)
    [(_, due)] = due_plans(store, [plan()], now)
    assert due == Due(DUE, is_late=True)
    keep(store, "courier", "Trade one", DUE - 2 * DAY)
    make_edition(store, plan(), due, now, SENDER)
    text = latest_text(store)
    assert "Sent late: this edition was due on Mon 23 Nov 2026, 07:00." in text
    assert "to Mon 23 Nov 2026, 09:30 (Asia/Karachi," in text
    assert due_plans(store, [plan()], now) == []


def test_a_digest_that_was_never_opened_is_not_due(store) -> None:
    assert due_plans(store, [plan()], DUE) == []


def test_an_empty_day_is_mailed_and_says_so(store) -> None:
    open_digests(store, [plan().digest], DUE - DAY)
    number = make_edition(store, plan(), Due(DUE, is_late=False), DUE, SENDER)
    assert store.editions.get(number).subject == "Morning press review – Mon 23 Nov 2026 – no items"
    assert len(store.deliveries.list()) == 2
    assert "No items: nothing new that this digest asks for." in latest_text(store)


def test_an_empty_day_is_skipped_where_told_so_and_stays_skipped(store) -> None:
    quiet = plan(when_empty="skip")
    open_digests(store, [quiet.digest], DUE - DAY)
    number = make_edition(store, quiet, Due(DUE, is_late=False), DUE, SENDER)
    assert store.editions.get(number).is_skipped
    assert store.deliveries.list() == []
    keep(store, "courier", "Trade grows", DUE + timedelta(hours=1))
    assert due_plans(store, [quiet], DUE + timedelta(hours=2)) == []
    later = make_edition(store, quiet, Due(DUE + DAY, is_late=False), DUE + DAY, SENDER)
    assert store.editions.get(later).item_count == 1


def test_an_edition_asked_for_by_hand_is_sent_also_when_empty(store) -> None:
    quiet = plan(when_empty="skip")
    number = make_edition(store, quiet, None, DUE, SENDER)
    assert not store.editions.get(number).is_skipped
    assert len(store.deliveries.list()) == 2


def test_a_story_once_mailed_returns_as_further_pick_up(store) -> None:
    open_digests(store, [plan().digest], DUE - DAY)
    keep(store, "courier", "Trade grows", DUE - timedelta(hours=4))
    make_edition(store, plan(), Due(DUE, is_late=False), DUE, SENDER)
    keep(store, "radio", "Trade grows, says paper", DUE + timedelta(hours=1), story=1)
    second = make_edition(store, plan(), Due(DUE + DAY, is_late=False), DUE + DAY, SENDER)
    [entry] = store.editions.entries(second)
    assert (entry.item_id, entry.is_follow_up, entry.publishers) == (1, True, ("courier", "radio"))
    assert "further pick-up: +1 (Radio Indus)" in latest_text(store)
    keep(store, "radio", "Trade grows once more", DUE + DAY + timedelta(hours=1), story=1)
    third = make_edition(store, plan(), Due(DUE + 2 * DAY, is_late=False), DUE + 2 * DAY, SENDER)
    assert store.editions.entries(third) == []


def test_two_digests_tell_the_same_story_each_once(store) -> None:
    evening = plan(id="evening", title="Evening")
    keep(store, "courier", "Trade grows", DUE - timedelta(hours=4))
    for digest in (plan(), evening):
        make_edition(store, digest, None, DUE, SENDER)
    assert [len(store.editions.entries(made.id)) for made in store.editions.list()] == [1, 1]
    assert len({row.message_id for row in store.deliveries.list()}) == 4


def test_the_backlog_of_a_first_poll_is_no_news(store) -> None:
    keep(store, "courier", "Trade of old", DUE - timedelta(hours=4), is_backlog=True)
    number = make_edition(store, plan(), None, DUE, SENDER)
    assert store.editions.entries(number) == []


def test_a_recipient_written_twice_gets_one_mail(store) -> None:
    twice = plan(to=("desk@example.org", "Desk <DESK@example.org>"))
    make_edition(store, twice, None, DUE, SENDER)
    assert [row.recipient for row in store.deliveries.list()] == ["desk@example.org"]


def test_a_preview_stores_nothing_and_shows_what_would_go(store) -> None:
    keep(store, "courier", "Trade grows", DUE - timedelta(hours=4))
    draft = draft_edition(store, plan(), None, DUE, SENDER)
    assert store.editions.list() == []
    assert store.deliveries.list() == []
    file_edition(store, draft, DUE)
    assert preview_bytes(draft, SENDER) == store.deliveries.body(1)


def test_a_preview_needs_no_write_access_no_recipient_and_no_items(path, store) -> None:
    reader = open_store(path, read_only=True)
    draft = draft_edition(reader, plan(to=(), when_empty="skip"), Due(DUE, is_late=False), DUE, SENDER)
    message = email.message_from_bytes(preview_bytes(draft, SENDER), policy=email.policy.default)
    reader.close()
    assert message["to"] == SENDER
    assert "No items" in text_of(message)


def test_the_footer_names_the_sources_that_ail(store) -> None:
    polled = Acquired("radio", Gate.WHOLE, failure=Failure(FailureKind.HTTP, "HTTP 503"))
    with store.transaction():
        outcome = Outcome(SourceState.FAILING, "HTTP 503", 1.0, DUE, 0, 0)
        store.sources.record(store.sources.job(SOURCES[2]), polled, outcome, DUE)
    text = text_of(
        email.message_from_bytes(
            preview_bytes(draft_edition(store, plan(), None, DUE, SENDER), SENDER), policy=email.policy.default
        )
    )
    told = " ".join(text.split())
    assert "2 sources not polled yet. 1 source polled, of which 1 did not bring what it should:" in told
    assert "Radio Indus: failing (HTTP 503)" in text


class DiskGoneError(Exception):
    """Stands for whatever ends the process between two writes."""


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_crash_while_filing_leaves_all_or_nothing(path, store, monkeypatch, after) -> None:
    open_digests(store, [plan().digest], DUE - DAY)
    keep(store, "courier", "Trade grows", DUE - timedelta(hours=4))
    written: list[str] = []

    def dying(method):
        def call(*arguments):
            if len(written) == after:
                raise DiskGoneError
            written.append(method.__name__)
            return method(*arguments)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(store.editions, "add", dying(store.editions.add))
        patch.setattr(store.deliveries, "queue", dying(store.deliveries.queue))
        with pytest.raises(DiskGoneError):
            make_edition(store, plan(), Due(DUE, is_late=False), DUE, SENDER)
    assert (store.editions.list(), store.deliveries.list()) == ([], [])
    [(again, due)] = due_plans(store, [plan()], DUE)
    number = make_edition(store, again, due, DUE, SENDER)
    assert [len(store.editions.entries(number)), len(store.deliveries.list())] == [1, 2]


def test_a_sender_that_is_no_address_is_refused(store) -> None:
    with pytest.raises(ValueError, match="no mail address"):
        make_edition(store, plan(), None, DUE, "nobody")
    assert store.editions.list() == []
