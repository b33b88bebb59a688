"""The outbox keeps every message until it is sent, and lets one be claimed by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import DeliveryState, Outgoing
from monitor.store import Store, open_store

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


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
    claimed, _ = store.deliveries.claim(NOW, 60)
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
    claims = [store.deliveries.claim(NOW, 60) for _ in range(4)]
    assert [claim and claim[0].key for claim in claims] == ["first", "late", "later", None]
    delivery, body = claims[0]
    assert (delivery.state, delivery.attempts, body) == (DeliveryState.SENDING, 1, message("first").body)


def test_what_is_not_yet_due_is_not_claimed(store) -> None:
    queue(store, "a", NOW + timedelta(milliseconds=1))
    assert store.deliveries.claim(NOW, 60) is None
    assert store.deliveries.next_attempt_at() == NOW + timedelta(milliseconds=1)


def test_a_lease_that_ran_out_lets_the_row_be_claimed_again(store) -> None:
    queue(store, "a")
    store.deliveries.claim(NOW, 60)
    assert store.deliveries.next_attempt_at() == NOW + timedelta(seconds=60)
    assert store.deliveries.claim(NOW + timedelta(seconds=59), 60) is None
    again, _ = store.deliveries.claim(NOW + timedelta(seconds=60), 60)
    assert (again.key, again.attempts) == ("a", 2)


def test_channels_that_are_down_are_passed_over(store) -> None:
    queue(store, "a", channel="chat")
    queue(store, "b")
    claimed, _ = store.deliveries.claim(NOW, 60, without=["chat"])
    assert claimed.key == "b"
    assert store.deliveries.claim(NOW, 60, without=["chat", "mail"]) is None


def test_a_starting_daemon_frees_what_its_predecessor_held(store) -> None:
    queue(store, "a")
    queue(store, "b")
    store.deliveries.claim(NOW, 600)
    assert store.deliveries.void_leases() == 1
    assert store.deliveries.void_leases() == 0
    assert store.deliveries.claim(NOW, 600)[0].key == "a"


def test_what_became_of_a_message_is_recorded(store) -> None:
    for key in ("sent", "retried", "failed"):
        queue(store, key)
    ids = [store.deliveries.claim(NOW, 60)[0].id for _ in range(3)]
    later = NOW + timedelta(minutes=5)
    store.deliveries.sent(ids[0], later)
    store.deliveries.retry_at(ids[1], later, "450 busy")
    store.deliveries.failed(ids[2], "550 unknown")
    sent, retried, failed = (store.deliveries.get(number) for number in ids)
    assert (sent.state, sent.sent_at, sent.last_error) == (DeliveryState.SENT, later, "")
    assert (retried.state, retried.next_attempt_at, retried.last_error) == (DeliveryState.QUEUED, later, "450 busy")
    assert (failed.state, failed.last_error) == (DeliveryState.FAILED, "550 unknown")
    assert store.deliveries.counts() == {DeliveryState.SENT: 1, DeliveryState.QUEUED: 1, DeliveryState.FAILED: 1}
    assert [row.key for row in store.deliveries.list(DeliveryState.FAILED)] == ["failed"]
    assert [row.key for row in store.deliveries.list(limit=2)] == ["failed", "retried"]
    assert store.deliveries.claim(later + timedelta(days=1), 60)[0].key == "retried"
    assert store.deliveries.claim(later + timedelta(days=1), 60) is None


def test_the_rows_of_a_channel_wait_together_and_none_is_hurried(store) -> None:
    queue(store, "a")
    queue(store, "b", NOW + timedelta(hours=1))
    queue(store, "c", channel="chat")
    assert store.deliveries.postpone("mail", NOW + timedelta(minutes=5)) == 1
    due = {row.key: row.next_attempt_at - NOW for row in store.deliveries.list()}
    assert due == {"a": timedelta(minutes=5), "b": timedelta(hours=1), "c": timedelta(0)}


def test_a_message_can_be_sent_again_from_the_start_but_not_while_it_is_on_its_way(store) -> None:
    queue(store, "a")
    claimed, body = store.deliveries.claim(NOW, 60)
    assert not store.deliveries.requeue(claimed.id, NOW)
    store.deliveries.failed(claimed.id, "550 unknown")
    later = NOW + timedelta(days=9)
    assert store.deliveries.requeue(claimed.id, later)
    again, same_body = store.deliveries.claim(later, 60)
    assert (again.attempts, again.queued_at, again.message_id, same_body) == (1, later, claimed.message_id, body)
    assert not store.deliveries.requeue(99, later)


def test_everything_is_there_after_the_store_is_opened_again(path) -> None:
    store = open_store(path)
    queue(store, "a")
    queue(store, "b")
    store.deliveries.sent(store.deliveries.claim(NOW, 60)[0].id, NOW)
    before = store.deliveries.list()
    store.close()
    again = open_store(path)
    assert again.deliveries.list() == before
    again.close()


WRITERS: dict[str, Callable[[Store], object]] = {
    "queue": lambda store: store.deliveries.queue(message("b"), NOW),
    "claim": lambda store: store.deliveries.claim(NOW, 60),
    "void_leases": lambda store: store.deliveries.void_leases(),
    "sent": lambda store: store.deliveries.sent(1, NOW),
    "retry_at": lambda store: store.deliveries.retry_at(1, NOW, "busy"),
    "failed": lambda store: store.deliveries.failed(1, "unknown"),
    "postpone": lambda store: store.deliveries.postpone("mail", NOW),
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
