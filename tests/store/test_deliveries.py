"""The outbox keeps every message until it is sent, and lets one be claimed by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import ChannelTally, DeliveryState, Outgoing, Refusal, Resting
from monitor.store import Store, open_store

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BOTH = ("mail", "chat")


def message(key: str, channel: str = "mail") -> Outgoing:
    body = f"Subject: {key}\r\n\r\nText\r\n".encode()
    return Outgoing(key, "edition", channel, f"{key}@example.org", f"<{key}@m>", f"Review {key}", body, (3, 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "monitor.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = open_store(path)
    yield opened
    opened.close()


def queue(store: Store, key: str, at: datetime = NOW, channel: str = "mail") -> bool:
    with store.transaction(durable=True):
        return store.deliveries.queue(message(key, channel), at)


def test_a_queued_message_is_kept_as_it_was_given(store) -> None:
    assert queue(store, "a")
    [row] = store.deliveries.list()
    expected = message("a")
    assert (row.key, row.kind, row.channel, row.recipient) == (expected.key, "edition", "mail", "a@example.org")
    assert (row.message_id, row.subject, row.items) == (expected.message_id, expected.subject, (3, 1))
    assert (row.state, row.attempts, row.queued_at, row.next_attempt_at) == (DeliveryState.QUEUED, 0, NOW, NOW)
    assert (row.sent_at, row.last_error, row.edition_id) == (None, "", None)
    assert store.deliveries.body(row.id) == expected.body
    assert store.deliveries.get(row.id) == row


def test_what_is_unknown_is_none(store) -> None:
    assert store.deliveries.get(7) is None
    assert store.deliveries.body(7) is None
    assert store.deliveries.next_attempt_at() is None
    assert store.deliveries.counts() == {}


def test_a_key_is_queued_once_for_ever(store) -> None:
    assert queue(store, "a")
    claimed, _ = store.deliveries.claim(NOW, 60, BOTH)
    store.deliveries.sent(claimed.id, NOW)
    assert not queue(store, "a", NOW + timedelta(days=1))
    assert store.deliveries.counts() == {DeliveryState.SENT: 1}


def test_a_message_queued_in_a_transaction_that_fails_is_not_queued(store) -> None:
    def queue_and_fail() -> None:
        with store.transaction(durable=True):
            store.deliveries.queue(message("a"), NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        queue_and_fail()
    assert store.deliveries.list() == []


def test_claims_go_to_the_longest_due_and_to_each_once(store) -> None:
    queue(store, "late", NOW - timedelta(minutes=1))
    queue(store, "later", NOW)
    queue(store, "first", NOW - timedelta(minutes=2))
    claims = [store.deliveries.claim(NOW, 60, BOTH) for _ in range(4)]
    assert [claim and claim[0].key for claim in claims] == ["first", "late", "later", None]
    delivery, body = claims[0]
    assert (delivery.state, delivery.attempts, body) == (DeliveryState.SENDING, 1, message("first").body)


def test_what_is_not_yet_due_is_not_claimed(store) -> None:
    queue(store, "a", NOW + timedelta(milliseconds=1))
    assert store.deliveries.claim(NOW, 60, BOTH) is None
    assert store.deliveries.next_attempt_at() == NOW + timedelta(milliseconds=1)


def test_a_lease_that_ran_out_lets_the_row_be_claimed_again(store) -> None:
    queue(store, "a")
    store.deliveries.claim(NOW, 60, BOTH)
    assert store.deliveries.next_attempt_at() == NOW + timedelta(seconds=60)
    assert store.deliveries.claim(NOW + timedelta(seconds=59), 60, BOTH) is None
    again, _ = store.deliveries.claim(NOW + timedelta(seconds=60), 60, BOTH)
    assert (again.key, again.attempts) == ("a", 2)


def test_only_rows_of_the_channels_asked_for_are_claimed(store) -> None:
    queue(store, "a", channel="chat")
    queue(store, "b")
    claimed, _ = store.deliveries.claim(NOW, 60, ["mail"])
    assert claimed.key == "b"
    assert store.deliveries.claim(NOW, 60, []) is None


def test_a_starting_daemon_frees_what_its_predecessor_held(store) -> None:
    queue(store, "a")
    queue(store, "b")
    store.deliveries.claim(NOW, 600, BOTH)
    assert store.deliveries.void_leases() == 1
    assert store.deliveries.void_leases() == 0
    assert store.deliveries.claim(NOW, 600, BOTH)[0].key == "a"


def test_what_became_of_a_message_is_recorded(store) -> None:
    for key in ("sent", "retried", "failed"):
        queue(store, key)
    ids = [store.deliveries.claim(NOW, 60, BOTH)[0].id for _ in range(3)]
    later = NOW + timedelta(minutes=5)
    store.deliveries.sent(ids[0], later)
    store.deliveries.retry_at(ids[1], later, "450 busy")
    store.deliveries.failed(ids[2], "550 unknown", later)
    sent, retried, failed = (store.deliveries.get(number) for number in ids)
    assert (sent.state, sent.sent_at, sent.last_error) == (DeliveryState.SENT, later, "")
    assert (retried.state, retried.next_attempt_at, retried.last_error) == (DeliveryState.QUEUED, later, "450 busy")
    assert (failed.state, failed.last_error, failed.failed_at) == (DeliveryState.FAILED, "550 unknown", later)
    assert store.deliveries.counts() == {DeliveryState.SENT: 1, DeliveryState.QUEUED: 1, DeliveryState.FAILED: 1}
    assert [row.key for row in store.deliveries.list(DeliveryState.FAILED)] == ["failed"]
    assert [row.key for row in store.deliveries.list(limit=2)] == ["failed", "retried"]
    assert store.deliveries.claim(later + timedelta(days=1), 60, BOTH)[0].key == "retried"
    assert store.deliveries.claim(later + timedelta(days=1), 60, BOTH) is None


def resting(channel: str, until: datetime, **changes: object) -> Resting:
    values = {
        "channel": channel,
        "since": NOW,
        "until": until,
        "failure_count": 1,
        "is_login": False,
        "reason": "no answer",
    }
    return Resting(**(values | changes))


def test_a_channel_that_rests_has_nothing_to_claim_until_it_is_over_what_comes_later_included(store) -> None:
    until = NOW + timedelta(minutes=5)
    queue(store, "a")
    queue(store, "c", channel="chat")
    rest = resting("mail", until, failure_count=3, is_login=True)
    assert store.deliveries.rest([rest], NOW - timedelta(days=5), NOW) == []
    queue(store, "b")
    assert store.deliveries.resting() == {"mail": rest}
    assert store.deliveries.due_channels(NOW) == ["chat"]
    assert store.deliveries.claim(NOW, 60, BOTH)[0].key == "c"
    assert store.deliveries.claim(NOW, 60, BOTH) is None
    assert store.deliveries.next_attempt_at() == NOW + timedelta(seconds=60)
    assert store.deliveries.due_channels(until) == ["chat", "mail"]
    assert store.deliveries.claim(until, 60, ["mail"])[0].key == "a"


def test_a_message_that_is_taken_ends_the_rest_of_all_who_share_its_way(store) -> None:
    queue(store, "a")
    names = ("mail", "desk", "chat")
    store.deliveries.rest([resting(name, NOW) for name in names], NOW - timedelta(days=5), NOW)
    store.deliveries.sent(store.deliveries.claim(NOW, 60, BOTH)[0].id, NOW, ("mail", "desk"))
    assert list(store.deliveries.resting()) == ["chat"]


def test_what_waited_five_days_for_a_channel_fails_with_its_reason(store) -> None:
    later = NOW + timedelta(days=5, minutes=1)
    queue(store, "old")
    queue(store, "elsewhere", channel="chat")
    queue(store, "new", NOW + timedelta(days=1))
    [given_up] = store.deliveries.rest([resting("mail", later)], later - timedelta(days=5), later)
    assert (given_up.key, given_up.state, given_up.failed_at) == ("old", DeliveryState.FAILED, later)
    assert given_up.last_error == "given up after 5 days; no answer"
    assert {row.key for row in store.deliveries.list(DeliveryState.QUEUED)} == {"elsewhere", "new"}


def test_hastening_ends_all_delays_and_forgets_no_trouble(store) -> None:
    queue(store, "a", NOW + timedelta(hours=1))
    store.deliveries.rest([resting("mail", NOW + timedelta(hours=1))], NOW - timedelta(days=5), NOW)
    assert store.deliveries.hasten(NOW) == 1
    assert store.deliveries.resting() == {"mail": resting("mail", NOW)}
    assert store.deliveries.claim(NOW, 60, BOTH)[0].key == "a"


def test_a_held_row_waits_until_it_is_queued_again(store) -> None:
    with store.transaction(durable=True):
        assert store.deliveries.queue(message("a"), NOW, is_held=True)
    assert store.deliveries.counts() == {DeliveryState.HELD: 1}
    assert store.deliveries.claim(NOW + timedelta(days=9), 60, BOTH) is None
    assert store.deliveries.next_attempt_at() is None
    assert store.deliveries.requeue(1, NOW)
    assert store.deliveries.claim(NOW, 60, BOTH)[0].key == "a"


def test_all_that_failed_in_a_channel_can_be_sent_again(store) -> None:
    for key, channel in (("a", "mail"), ("b", "mail"), ("c", "chat"), ("d", "mail")):
        queue(store, key, channel=channel)
    for _ in range(3):
        store.deliveries.failed(store.deliveries.claim(NOW, 60, BOTH)[0].id, "550 unknown", NOW)
    later = NOW + timedelta(hours=1)
    again = store.deliveries.requeue_failed("mail", later)
    assert [(row.key, row.state, row.attempts, row.queued_at) for row in again] == [
        ("a", DeliveryState.QUEUED, 0, later),
        ("b", DeliveryState.QUEUED, 0, later),
    ]
    assert [row.key for row in store.deliveries.list(DeliveryState.FAILED)] == ["c"]
    assert [row.key for row in store.deliveries.list(channel="chat")] == ["c"]


def test_whom_messages_are_refused_for_good_is_known_until_one_is_taken(store) -> None:
    def refuse(key: str, at: datetime, reason: str = "550 unknown") -> None:
        store.deliveries.failed(store.deliveries.claim(at, 60, BOTH)[0].id, reason, at)

    queue(store, "a")
    refuse("a", NOW)
    later = NOW + timedelta(hours=1)
    with store.transaction():
        store.deliveries.queue(replace(message("a"), key="a2"), later)
    refuse("a2", later, "551 moved")
    assert store.deliveries.refusals() == [Refusal("mail", "a@example.org", 2, NOW, "551 moved")]
    with store.transaction():
        store.deliveries.queue(replace(message("a"), key="a3"), later)
    store.deliveries.sent(store.deliveries.claim(later, 60, BOTH)[0].id, later)
    assert store.deliveries.refusals() == []


def test_what_became_of_each_channels_messages_is_counted(store) -> None:
    for key in ("a", "b", "c"):
        queue(store, key)
    with store.transaction():
        store.deliveries.queue(message("d", "chat"), NOW, is_held=True)
    store.deliveries.sent(store.deliveries.claim(NOW, 60, BOTH)[0].id, NOW)
    store.deliveries.failed(store.deliveries.claim(NOW, 60, BOTH)[0].id, "550", NOW)
    assert store.deliveries.tallies() == {"mail": ChannelTally(1, 0, 1, 1, NOW), "chat": ChannelTally(0, 1, 0, 0, None)}


def test_how_long_each_channel_has_waited_is_known(store) -> None:
    queue(store, "a", NOW)
    queue(store, "b", NOW + timedelta(hours=1))
    queue(store, "c", NOW + timedelta(hours=2), channel="chat")
    assert store.deliveries.waiting_since() == {"mail": (NOW, 2), "chat": (NOW + timedelta(hours=2), 1)}


def test_a_message_can_be_sent_again_from_the_start_but_not_while_it_is_on_its_way(store) -> None:
    queue(store, "a")
    claimed, body = store.deliveries.claim(NOW, 60, BOTH)
    assert not store.deliveries.requeue(claimed.id, NOW)
    store.deliveries.failed(claimed.id, "550 unknown", NOW)
    later = NOW + timedelta(days=9)
    assert store.deliveries.requeue(claimed.id, later)
    again, same_body = store.deliveries.claim(later, 60, BOTH)
    assert (again.attempts, again.queued_at, again.message_id, same_body) == (1, later, claimed.message_id, body)
    assert not store.deliveries.requeue(99, later)


def test_everything_is_there_after_the_store_is_opened_again(path) -> None:
    store = open_store(path)
    queue(store, "a")
    queue(store, "b")
    store.deliveries.sent(store.deliveries.claim(NOW, 60, BOTH)[0].id, NOW)
    before = store.deliveries.list()
    store.close()
    again = open_store(path)
    assert again.deliveries.list() == before
    again.close()


WRITERS: dict[str, Callable[[Store], object]] = {
    "queue": lambda store: store.deliveries.queue(message("b"), NOW),
    "claim": lambda store: store.deliveries.claim(NOW, 60, BOTH),
    "void_leases": lambda store: store.deliveries.void_leases(),
    "sent": lambda store: store.deliveries.sent(1, NOW),
    "retry_at": lambda store: store.deliveries.retry_at(1, NOW, "busy"),
    "failed": lambda store: store.deliveries.failed(1, "unknown", NOW),
    "rest": lambda store: store.deliveries.rest([resting("mail", NOW)], NOW, NOW),
    "requeue_failed": lambda store: store.deliveries.requeue_failed("mail", NOW),
    "requeue": lambda store: store.deliveries.requeue(1, NOW),
    "hasten": lambda store: store.deliveries.hasten(NOW),
}
READERS: dict[str, Callable[[Store], object]] = {
    "get": lambda store: store.deliveries.get(1),
    "body": lambda store: store.deliveries.body(1),
    "of_edition": lambda store: store.deliveries.of_edition(1),
    "counts": lambda store: store.deliveries.counts(),
    "next_attempt_at": lambda store: store.deliveries.next_attempt_at(),
    "list": lambda store: store.deliveries.list(),
    "due_channels": lambda store: store.deliveries.due_channels(NOW),
    "resting": lambda store: store.deliveries.resting(),
    "waiting_since": lambda store: store.deliveries.waiting_since(),
    "tallies": lambda store: store.deliveries.tallies(),
    "refusals": lambda store: store.deliveries.refusals(),
}


def test_the_tables_of_methods_are_whole(store) -> None:
    methods = {name for name in dir(store.deliveries) if not name.startswith("_")}
    assert methods == WRITERS.keys() | READERS.keys()


@pytest.mark.parametrize("method", WRITERS)
def test_writing_raises_a_store_error_while_another_program_writes(path, store, method) -> None:
    queue(store, "a")
    hurried = open_store(path, busy_s=0.01)
    with store.transaction(), pytest.raises(StoreError, match="locked") as caught:
        WRITERS[method](hurried)
    hurried.close()
    assert caught.value.is_transient


@pytest.mark.parametrize("method", READERS)
def test_reading_goes_on_while_another_program_writes(path, store, method) -> None:
    queue(store, "a")
    hurried = open_store(path, busy_s=0.01)
    with store.transaction():
        READERS[method](hurried)
    hurried.close()
