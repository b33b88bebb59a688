from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from monitor.errors import StoreError
from monitor.store import open_store
from monitor.store.finding import Words
from monitor.store.migrations import ALERTS, DELIVERIES, FIRST, RULES, STORIES
from monitor.text.tokens import FTS5_TOKENIZER


def test_a_new_database_is_sound_and_opening_it_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "data" / "monitor.db"
    store = open_store(path)
    schema = store.connection.rows("SELECT name, sql FROM sqlite_master ORDER BY name")
    store.close()
    store = open_store(path)
    assert store.connection.rows("SELECT name, sql FROM sqlite_master ORDER BY name") == schema
    assert store.connection.value("PRAGMA integrity_check") == "ok"
    assert store.connection.value("PRAGMA journal_mode") == "wal"
    store.close()


def test_the_word_index_splits_as_our_words_do() -> None:
    assert any(FTS5_TOKENIZER in statement for statement in FIRST)


def test_a_database_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    store = open_store(path)
    store.connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('monitor', 'later', 'x')"
    )
    store.close()
    with pytest.raises(StoreError, match="newer version of the monitor made this database"):
        open_store(path)


def test_a_database_of_the_first_schema_keeps_all_it_holds_and_is_indexed_anew(tmp_path: Path) -> None:
    path, old = tmp_path / "monitor.db", Migrations("monitor")

    @old()
    def first(db: Database) -> None:
        for statement in FIRST:
            db.conn.execute(statement)

    connection = sqlite3.connect(path)
    old.apply(Database(connection))
    texts = [
        ("The bridge opens", "It is open."),
        ("Visit", "ISLAMABAD, Nov 7 (APP): The bridge was shown."),
        ("पुल", "पुल सिंगापुर में खुला"),
    ]
    for number, (title, text) in enumerate(texts, 1):
        connection.execute("INSERT INTO story VALUES (?1, ?1, 1, 1)", (number,))
        connection.execute(
            """INSERT INTO item
                (source_id, publisher, title, author, language, published_claim, first_seen_at, story_id, relation)
            VALUES ('a', 'A', ?, '', 'en', '', 1, ?, 'lead')""",
            (title, number),
        )
        connection.execute("INSERT INTO body VALUES (?, ?, '')", (number, text))
        connection.execute(
            "INSERT INTO item_text (rowid, title, body) VALUES (?, 'as it was', 'folded before')", (number,)
        )
        connection.execute("INSERT INTO match VALUES (?, 'r', 1, '[]')", (number,))
    connection.commit()
    connection.close()

    store = open_store(path)
    try:
        assert [(item.title, item.text) for item in store.items.by_ids([1, 2, 3]).values()] == texts
        assert [match.rule_id for match in store.items.matches(3)] == ["r"]
        assert {
            item_id: list(store.items.find(Words(word)))
            for item_id, word in ((1, "bridge"), (3, "सिंगापुर"), (0, "before"))
        } == {
            1: [2, 1],
            3: [3],
            0: [],
        }
        assert [row[0] for row in store.connection.rows("SELECT is_cut FROM item ORDER BY id")] == [0, 0, 0]
        assert store.connection.value("PRAGMA integrity_check") == "ok"
    finally:
        store.close()


def test_a_database_of_an_earlier_schema_says_how_it_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    connection = sqlite3.connect(path)
    for statement in FIRST:
        connection.execute(statement)
    connection.close()
    store = open_store(path, read_only=True)
    try:
        with pytest.raises(StoreError, match="`monitor fetch` brings it up to date"):
            store.rules.pending()
    finally:
        store.close()


def test_a_database_from_before_alerts_keeps_all_it_holds(tmp_path: Path) -> None:
    path, old = tmp_path / "monitor.db", Migrations("monitor")
    for name, statements in (("first", FIRST), ("rules", RULES), ("stories", STORIES)):

        def step(db: Database, statements: tuple[str, ...] = statements) -> None:
            for statement in statements:
                db.conn.execute(statement)

        step.__name__ = name
        old()(step)
    connection = sqlite3.connect(path)
    old.apply(Database(connection))
    connection.execute("INSERT INTO digest VALUES ('morning', 7)")
    connection.executemany(
        """INSERT INTO delivery (key, kind, channel, recipient, message_id, subject, body, items, state, queued_at,
        next_attempt_at) VALUES (?1, 'edition', 'mail', 'a@b.org', ?1, 'S', x'41', '[1]', ?2, 7, 7)""",
        [("waits", "queued"), ("failed", "failed")],
    )
    connection.commit()
    connection.close()
    store = open_store(path)
    try:
        assert store.connection.value("SELECT first_loaded_at FROM digest") == 7
        assert store.alerts.list() == []
        assert [(row.key, row.state.value, row.failed_at) for row in store.deliveries.list()] == [
            ("failed", "failed", None),
            ("waits", "queued", None),
        ]
        claimed = store.deliveries.claim(datetime.now(UTC), 60, ["mail"])
        assert claimed is not None
        assert (claimed[0].key, claimed[1]) == ("waits", b"A")
        assert store.deliveries.resting() == {}
        assert store.deliveries.refusals() == []
        assert store.connection.value("PRAGMA integrity_check") == "ok"
    finally:
        store.close()


def test_a_database_from_before_reviews_keeps_its_editions_as_they_left(tmp_path: Path) -> None:
    path, old = tmp_path / "monitor.db", Migrations("monitor")
    for name, statements in (
        ("first", FIRST),
        ("rules", RULES),
        ("stories", STORIES),
        ("alerts", ALERTS),
        ("deliveries", DELIVERIES),
    ):

        def step(db: Database, statements: tuple[str, ...] = statements) -> None:
            for statement in statements:
                db.conn.execute(statement)

        old(name=name)(step)
    connection = sqlite3.connect(path)
    old.apply(Database(connection))
    connection.execute(
        """INSERT INTO edition (digest_id, due_at, made_at, window_from, window_to, after_item, upto_item, subject,
            item_count, is_scheduled) VALUES ('morning', 1000, 1001, 0, 1001, 0, 9, 'Morning', 3, 1)"""
    )
    connection.commit()
    connection.close()

    store = open_store(path)
    try:
        [edition] = store.editions.list()
        assert (edition.state, edition.closes_at, edition.is_touched, edition.item_count) == (
            "released",
            None,
            False,
            3,
        )
        assert store.editions.content(edition.id) == ""
        assert store.editions.held() == []
        assert store.subscribers.signing_key() is None
        assert store.connection.value("PRAGMA integrity_check") == "ok"
    finally:
        store.close()
