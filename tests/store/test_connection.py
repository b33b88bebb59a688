from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import open_store
from monitor.store.connection import Connection, from_ms, stored_at, stored_ms, to_ms


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = Connection(tmp_path / "a.db")
    opened.execute("CREATE TABLE t (x INTEGER UNIQUE)")
    yield opened
    opened.close()


def test_a_transaction_keeps_all_or_nothing(connection: Connection) -> None:
    with pytest.raises(ZeroDivisionError), connection.transaction():
        connection.execute("INSERT INTO t VALUES (1)")
        raise ZeroDivisionError
    with connection.transaction(durable=True):
        connection.execute("INSERT INTO t VALUES (2)")
    assert connection.rows("SELECT x FROM t") == [(2,)]


def test_a_durable_transaction_waits_for_the_disk_and_the_next_one_does_not(connection: Connection) -> None:
    with connection.transaction(durable=True):
        assert connection.value("PRAGMA synchronous") == 2
    with connection.transaction():
        assert connection.value("PRAGMA synchronous") == 1


def test_a_part_that_fails_leaves_the_rest_of_its_transaction(connection: Connection) -> None:
    with connection.transaction():
        connection.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(ZeroDivisionError), connection.savepoint():
            connection.execute("INSERT INTO t VALUES (2)")
            raise ZeroDivisionError
        with connection.savepoint():
            connection.execute("INSERT INTO t VALUES (3)")
    assert connection.rows("SELECT x FROM t ORDER BY x") == [(1,), (3,)]


def test_a_second_writer_is_told_that_the_database_is_locked(connection: Connection) -> None:
    other = Connection(connection.path, busy_s=0.01)
    with connection.transaction(), pytest.raises(StoreError, match="locked") as caught, other.transaction():
        pass
    assert caught.value.is_transient
    other.close()


def test_a_reader_sees_what_is_committed_while_another_writes(connection: Connection) -> None:
    reader = Connection(connection.path, read_only=True)
    with connection.transaction():
        connection.execute("INSERT INTO t VALUES (1)")
        assert reader.value("SELECT count(*) FROM t") == 0
    assert reader.value("SELECT count(*) FROM t") == 1
    with pytest.raises(StoreError, match="cannot be written"):
        reader.execute("INSERT INTO t VALUES (2)")
    reader.close()


def test_a_file_that_is_no_database_is_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    path.write_bytes(b"these are somebody's notes, and no database at all" * 40)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="no sound SQLite database"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_missing_database_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="monitor run"):
        open_store(tmp_path / "none.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="folder for the database"):
        open_store(tmp_path / "file" / "data" / "monitor.db")


def test_a_path_that_is_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="this is a folder") as caught:
        Connection(tmp_path)
    assert not caught.value.is_transient


def test_a_full_disk_is_told_and_passes(connection: Connection) -> None:
    connection.execute("CREATE TABLE big (x BLOB)")
    pages = connection.value("PRAGMA page_count")
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreError, match="disk is full") as caught, connection.transaction():
        connection.execute("INSERT INTO big VALUES (zeroblob(1000000))")
    assert caught.value.is_transient
    connection.execute("PRAGMA max_page_count = 100000")
    with connection.transaction():
        connection.execute("INSERT INTO big VALUES (zeroblob(1000000))")
    assert connection.value("SELECT count(*) FROM big") == 1


def test_a_faulty_statement_is_a_store_error_and_a_missing_row_is_none(connection: Connection) -> None:
    with pytest.raises(StoreError, match="no such table"):
        connection.rows("SELECT * FROM nowhere")
    with pytest.raises(StoreError):
        connection.executemany("INSERT INTO nowhere VALUES (?)", [(1,)])
    assert connection.value("SELECT x FROM t") is None
    assert connection.insert("INSERT INTO t VALUES (?)", (5,)) == 1


def test_an_error_in_reading_the_disk_is_transient(tmp_path: Path) -> None:
    from monitor.store.connection import _explained

    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    assert _explained(error, tmp_path / "a.db").is_transient


def test_times_are_kept_to_the_millisecond_also_before_1970() -> None:
    for moment in (
        datetime(2026, 11, 23, 7, 0, 0, 123000, UTC),
        datetime(1901, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
    ):
        assert from_ms(to_ms(moment)) == stored_at(stored_ms(moment)) == moment
    assert to_ms(None) is from_ms(None) is None
    assert stored_ms(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=1999)) == 1


def test_a_new_database_and_its_side_files_are_their_owners_alone_and_an_old_ones_mode_stays(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    store = open_store(path)
    with store.transaction():
        store.connection.execute("INSERT INTO digest (id, first_loaded_at) VALUES ('d', 0)")
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {
        "monitor.db": 0o600,
        "monitor.db-wal": 0o600,
        "monitor.db-shm": 0o600,
    }
    store.close()
    path.chmod(0o640)
    open_store(path).close()
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_opened_is_told_by_whether_it_is_there(tmp_path: Path) -> None:
    from monitor.store.connection import _explained

    error = sqlite3.OperationalError("unable to open database file")
    error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    assert "does its folder exist" in str(_explained(error, tmp_path / "a.db"))
    (tmp_path / "a.db").touch()
    assert "write to its folder" in str(_explained(error, tmp_path / "a.db"))
