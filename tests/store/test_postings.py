"""Lists of items by number: held within a transaction, written at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.store.connection import Connection
from monitor.store.postings import Postings

MOST = 3
ENTRIES = st.lists(st.tuples(st.integers(1, 9), st.sets(st.integers(0, 6), max_size=4), st.booleans()), max_size=12)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = Connection(tmp_path / "monitor.db")
    opened.execute("CREATE TABLE filling (number INTEGER PRIMARY KEY, holders BLOB NOT NULL)")
    yield opened
    opened.close()


@pytest.fixture
def filling(connection: Connection) -> Postings:
    return Postings(connection, "filling", MOST)


def test_the_newest_come_first_in_whatever_order_they_were_added(filling: Postings) -> None:
    for item_id in (5, 9, 7, 9):
        filling.add(item_id, [1, 2])
    assert filling.holders([1, 3]) == {1: (9, 7, 5)}
    assert filling.count() == 6


def test_a_full_list_takes_in_no_more(filling: Postings) -> None:
    for item_id in range(1, 6):
        filling.add(item_id, [1])
    assert filling.holders([1]) == {1: (3, 2, 1)}


def test_what_was_added_is_seen_at_once_and_written_at_the_end(connection: Connection, filling: Postings) -> None:
    with connection.transaction():
        filling.add(1, [7])
        assert filling.holders([7]) == {7: (1,)}
        assert connection.rows("SELECT * FROM filling") == []
    assert connection.rows("SELECT * FROM filling") == [(7, b"\0\0\0\1")]


def test_a_part_that_fails_leaves_nothing_and_the_rest_stays(connection: Connection, filling: Postings) -> None:
    with connection.transaction():
        filling.add(1, [7, 8])
        with pytest.raises(ZeroDivisionError), connection.savepoint():
            filling.add(2, [7, 9])
            filling.remove(1, [7, 8])
            assert filling.holders([7, 8, 9]) == {7: (2,), 9: (2,)}
            _ = 1 / 0
        assert filling.holders([7, 8, 9]) == {7: (1,), 8: (1,)}
        filling.add(2, [8])
    assert filling.holders([7, 8, 9]) == {7: (1,), 8: (2, 1)}


def test_a_transaction_that_fails_leaves_nothing(connection: Connection, filling: Postings) -> None:
    with pytest.raises(ZeroDivisionError), connection.transaction():
        filling.add(1, [7])
        _ = 1 / 0
    assert filling.holders([7]) == {}
    with connection.transaction():
        filling.add(2, [8])
    assert filling.holders([7, 8]) == {8: (2,)}


def test_what_another_process_wrote_is_seen(connection: Connection, filling: Postings) -> None:
    assert filling.holders([7]) == {}
    other = Connection(connection.path)
    Postings(other, "filling", MOST).add(4, [7])
    other.close()
    assert filling.holders([7]) == {7: (4,)}


def test_a_list_that_nobody_is_left_in_goes(connection: Connection, filling: Postings) -> None:
    filling.add(1, [7, 8])
    filling.remove(1, [7, 9])
    filling.remove(2, [8])
    assert connection.rows("SELECT number FROM filling") == [(8,)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES)
def test_it_is_what_a_plain_dictionary_would_be(
    connection: Connection, filling: Postings, entries: list[tuple[int, set[int], bool]]
) -> None:
    plain: dict[int, list[int]] = {}
    connection.execute("DELETE FROM filling")
    with connection.transaction():
        for item_id, numbers, is_kept in entries:
            try:
                with connection.savepoint():
                    filling.add(item_id, numbers)
                    if not is_kept:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue
            for number in numbers:
                ids = plain.setdefault(number, [])
                if len(ids) < MOST and item_id not in ids:
                    ids.append(item_id)
    assert filling.holders(range(7)) == {number: tuple(sorted(ids)[::-1]) for number, ids in plain.items()}
