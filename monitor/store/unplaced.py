"""Items stored before the schema had what copies are found by: which are still to be looked at."""

from __future__ import annotations

from datetime import datetime

from monitor.store.connection import Connection
from monitor.store.finding import lowest_id_since


class Unplaced:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_any(self) -> bool:
        return self._connection.value("SELECT 1 FROM unplaced") is not None

    def next(self, since: datetime, most: int) -> list[int]:
        """The next items, at most so many, in the order stored, of those first seen since then."""
        sql = """SELECT item.id FROM item JOIN unplaced ON item.id > max(after_item, ?) AND item.id <= upto_item
            ORDER BY item.id LIMIT ?"""
        before = lowest_id_since(self._connection, since) - 1
        return [row[0] for row in self._connection.rows(sql, (before, most))]

    def done(self, upto_item: int | None) -> None:
        """Record that all are done up to this item, or all there are (None)."""
        if upto_item is None:
            self._connection.execute("DELETE FROM unplaced")
        else:
            self._connection.execute("UPDATE unplaced SET after_item = ?", (upto_item,))
