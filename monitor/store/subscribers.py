"""Who asked to get a digest no more, and the key by which their links are told from forged ones."""

from __future__ import annotations

from datetime import datetime

from monitor.store.connection import Connection, stored_ms


class Subscribers:
    """Writing methods belong inside `Connection.transaction`. Addresses are compared in lower case. Every method raises
    `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def leave(self, digest_id: str, address: str, now: datetime) -> bool:
        """Send this digest to the address no more; False where it was so already."""
        sql = "INSERT INTO unsubscribed (digest_id, address, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        return self._connection.execute(sql, (digest_id, address.lower(), stored_ms(now))).rowcount > 0

    def join(self, digest_id: str, address: str) -> bool:
        """Send this digest to the address again; False where it was so already."""
        sql = "DELETE FROM unsubscribed WHERE digest_id = ? AND address = ?"
        return self._connection.execute(sql, (digest_id, address.lower())).rowcount > 0

    def gone(self, digest_id: str) -> frozenset[str]:
        """The addresses that get this digest no more."""
        sql = "SELECT address FROM unsubscribed WHERE digest_id = ?"
        return frozenset(row[0] for row in self._connection.rows(sql, (digest_id,)))

    def signing_key(self) -> bytes | None:
        """The key of this store; None where none was kept yet."""
        found: bytes | None = self._connection.value("SELECT key FROM signing_key")
        return found

    def keep_key(self, key: bytes) -> None:
        """Keep a key where there is none yet."""
        self._connection.execute("INSERT INTO signing_key (id, key) VALUES (1, ?) ON CONFLICT DO NOTHING", (key,))
