"""Rules as they came into force, and how far the items stored before were tagged by them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.store.connection import Connection, stored_ms

NO_RULE = b""  # the fingerprint of a rule that was taken out


@dataclass(frozen=True, slots=True)
class Pending:
    """A rule that items stored before it are still to be tagged by: those up to `left_upto` of those up to `upto_item`."""

    rule_id: str
    fingerprint: bytes
    upto_item: int
    left_upto: int


class Rules:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, fingerprints: Mapping[str, bytes], now: datetime) -> int:
        """Record which rules are in force from now on; returns how many are new, changed or taken out.

        Items stored from now on meet them as they come; those stored before are pending for each of these rules, a rule that was
        taken out among them while any item still bears its match.
        """
        known: dict[str, bytes] = dict(self._connection.rows("SELECT id, fingerprint FROM rule"))
        changed = {rule: mark for rule, mark in fingerprints.items() if known.get(rule) != mark}
        gone = [rule for rule, mark in known.items() if rule not in fingerprints and mark != NO_RULE]
        if not changed and not gone:
            return 0
        last = int(self._connection.value("SELECT max(id) FROM item") or 0)
        rows = [(rule, mark, last, last, last, stored_ms(now)) for rule, mark in changed.items()]
        rows += [(rule, NO_RULE, last, last, last, stored_ms(now)) for rule in gone]
        self._connection.executemany(
            """INSERT OR REPLACE INTO rule (id, fingerprint, since_item, upto_item, left_upto, in_force_at)
            VALUES (?, ?, ?, ?, ?, ?)""",
            rows,
        )
        return len(rows)

    def pending(self) -> list[Pending]:
        """The rules with items left, by id."""
        sql = "SELECT id, fingerprint, upto_item, left_upto FROM rule WHERE left_upto > 0 ORDER BY id"
        return [Pending(*row) for row in self._connection.rows(sql)]

    def begin_anew(self, rule_ids: Iterable[str]) -> None:
        """Let all stored items be pending again for these rules; since when a rule is in force stays."""
        self._connection.execute(
            """UPDATE rule SET upto_item = (SELECT max(id) FROM item), left_upto = (SELECT COALESCE(max(id), 0) FROM item)
            WHERE id IN (SELECT value FROM json_each(?))""",
            (json.dumps(list(rule_ids)),),
        )

    def advance(self, done: Iterable[Pending], left_upto: int) -> bool:
        """Record that these rules have only the items up to `left_upto` left. False, and nothing is recorded, where one of them
        is another rule by now or stands elsewhere."""
        rules = list(done)
        if not set(rules) <= set(self.pending()):
            return False
        sql = "UPDATE rule SET left_upto = ? WHERE id = ?"
        self._connection.executemany(sql, [(left_upto, rule.rule_id) for rule in rules])
        return True

    def since_item(self, rule_id: str) -> int | None:
        """The newest item stored before the rule came into force as it is now: only later ones may alert. None for a rule that is
        not in force."""
        sql = "SELECT since_item FROM rule WHERE id = ? AND fingerprint != ?"
        found = self._connection.value(sql, (rule_id, NO_RULE))
        return None if found is None else int(found)
