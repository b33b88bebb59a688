from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import open_store
from monitor.store.migrations import FIRST
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
