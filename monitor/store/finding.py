"""Which items may answer a query: conditions as data, and the way to their ids that reads least.

Ids follow first sight, so the newest item has the highest. A condition may let too much pass, never too little: whoever asks
judges each item by the query itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.store.connection import Connection, Row, stored_ms

FEW = 5_000  # items that are sooner listed than met on a walk through all, or among the hits of words
AHEAD = timedelta(
    days=2
)  # `published_at` is no more than a day later than the first sight; a clock may be set meanwhile


@dataclass(frozen=True, slots=True)
class Words:
    """An FTS5 expression over the folded words of title and body."""

    expression: str


@dataclass(frozen=True, slots=True)
class FromSources:
    """The text came from one of these sources."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class CarriedBy:
    """One of these sources carried it, first or later."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tagged:
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class SeenSince:
    """First seen at this instant or later."""

    at: datetime


@dataclass(frozen=True, slots=True)
class PublishedSince:
    at: datetime


@dataclass(frozen=True, slots=True)
class UpTo:
    """No newer than this id."""

    item_id: int


@dataclass(frozen=True, slots=True)
class Beyond:
    """Newer than this id."""

    item_id: int


@dataclass(frozen=True, slots=True)
class Among:
    """One of these items."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Condition, ...]


Condition = Words | FromSources | CarriedBy | Tagged | SeenSince | PublishedSince | UpTo | Beyond | Among | Every | Some

ANYTHING = Every(())


def every(parts: Iterable[Condition]) -> Condition:
    """All of these hold; `ANYTHING` for none."""
    found = [part for part in parts if part != ANYTHING]
    return found[0] if len(found) == 1 else Every(tuple(found))


def either(parts: Iterable[Condition]) -> Condition:
    """One of these holds. Words alone are asked of the index at once."""
    found = list(dict.fromkeys(parts))
    words = [part.expression for part in found if isinstance(part, Words)]
    if ANYTHING in found:
        return ANYTHING
    if words and len(words) == len(found):
        return Words(" OR ".join(f"({expression})" for expression in words))
    return found[0] if len(found) == 1 else Some(tuple(found))


def find_ids(connection: Connection, condition: Condition, *, is_ranked: bool = False) -> Iterator[int]:
    """The ids that may answer, newest first; `is_ranked`: where words are asked for, best first by BM25 (a word of the title
    counts twice), equally good ones newest first. They come one by one, as the database finds them."""
    sql, parameters = _search(condition).statement(connection, is_ranked=is_ranked)
    for row in connection.stream(sql, parameters):
        yield row[0]


def count_ids(connection: Connection, condition: Condition) -> int:
    """How many items may answer."""
    sql, parameters = _search(condition).statement(connection, is_ranked=False)
    return int(connection.value(f"SELECT count(*) FROM ({sql})", parameters))


def _search(condition: Condition) -> _Search:
    parts = list(_conjuncts(condition))
    words = [part.expression for part in parts if isinstance(part, Words)]
    others: list[Condition] = [part for part in parts if not isinstance(part, Words)]
    return _Search(" AND ".join(f"({expression})" for expression in words), others)


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Every):
        for part in condition.parts:
            yield from _conjuncts(part)
    else:
        yield condition


@dataclass(slots=True)
class _Search:
    """Conditions that must all hold: `expression` of words (empty for none) and the others."""

    expression: str
    others: list[Condition] = field(default_factory=list)

    def statement(self, connection: Connection, *, is_ranked: bool) -> tuple[str, Row]:
        """The ids' SELECT, in order, and its parameters."""
        bounds, of_bounds = self._bounds(connection)
        driver = self._driver(connection)
        if self.expression:
            few = (
                ("1", ()) if driver is None else _listed(driver, "+item_text.rowid")
            )  # the sign keeps the words in front
            return self._by_words(
                [*(f"item_text.rowid {bound}" for bound in bounds), few[0]], (*of_bounds, *few[1]), is_ranked
            )
        conditions, parameters = _joined(self.others)
        conditions, parameters = [*conditions, *(f"item.id {bound}" for bound in bounds)], (*parameters, *of_bounds)
        if isinstance(driver, Tagged) and len(driver.tags) == 1:  # the index gives them in their order
            where = " AND ".join(["tag.tag = ?", *conditions])
            sql = f"SELECT item.id FROM tag CROSS JOIN item ON item.id = tag.item_id WHERE {where} ORDER BY tag.item_id DESC"
            return sql, (*driver.tags, *parameters)
        if driver is not None:
            where, of_driver = _listed(driver, "item.id")
            conditions, parameters = [where, *conditions], (*of_driver, *parameters)
        where = " AND ".join(["1", *conditions])
        return f"SELECT item.id FROM item WHERE {where} ORDER BY item.id DESC", parameters

    def _by_words(self, narrower: list[str], parameters: Row, is_ranked: bool) -> tuple[str, Row]:
        conditions, of_others = _joined(part for part in self.others if not isinstance(part, UpTo | Beyond))
        join = "JOIN item ON item.id = item_text.rowid" if conditions else ""
        where = " AND ".join(["item_text MATCH ?", *narrower, *conditions])
        order = "bm25(item_text, 2.0, 1.0), item_text.rowid DESC" if is_ranked else "item_text.rowid DESC"
        sql = f"SELECT item_text.rowid FROM item_text {join} WHERE {where} ORDER BY {order}"
        return sql, (self.expression, *parameters, *of_others)

    def _bounds(self, connection: Connection) -> tuple[list[str], Row]:
        """Between which ids all that can answer lies."""
        highest = [part.item_id for part in self.others if isinstance(part, UpTo)]
        since = [part.at for part in self.others if isinstance(part, SeenSince)]
        since += [part.at - AHEAD for part in self.others if isinstance(part, PublishedSince)]
        bounds: list[tuple[str, int]] = [("<= ?", min(highest))] if highest else []
        bounds += [("> ?", part.item_id) for part in self.others if isinstance(part, Beyond)]
        if since:
            bounds.append((">= ?", lowest_id_since(connection, max(since))))
        return [sql for sql, _ in bounds], tuple(item_id for _, item_id in bounds)

    def _driver(self, connection: Connection) -> Tagged | FromSources | CarriedBy | None:
        """The condition whose items are few enough to list; None where none has."""
        for part in self.others:
            if isinstance(part, Tagged):
                sql = "SELECT count(*) FROM (SELECT 1 FROM tag WHERE tag IN (SELECT value FROM json_each(?)) LIMIT ?)"
                if int(connection.value(sql, (_list(part.tags), FEW + 1))) <= FEW or self._is_lone_tag(part):
                    return part
            elif isinstance(part, FromSources | CarriedBy):
                sql = "SELECT sum(item_count) FROM source WHERE id IN (SELECT value FROM json_each(?))"
                if int(connection.value(sql, (_list(part.ids),)) or 0) <= FEW:
                    return part
        return None

    def _is_lone_tag(self, part: Tagged) -> bool:
        return not self.expression and len(part.tags) == 1


def lowest_id_since(connection: Connection, at: datetime) -> int:
    """No item first seen at this instant or later has a lower id; where there is none, one more than the highest."""
    # Not the first by time: a clock that was set back leaves higher times at lower ids. The sign keeps SQLite from walking up
    # from the lowest id.
    found = connection.value("SELECT min(+id) FROM item WHERE first_seen_at >= ?", (stored_ms(at),))
    return 1 + int(connection.value("SELECT max(id) FROM item") or 0) if found is None else int(found)


def _joined(conditions: Iterable[Condition]) -> tuple[list[str], Row]:
    found = [_sql(condition) for condition in conditions]
    return [sql for sql, _ in found], tuple(parameter for _, parameters in found for parameter in parameters)


def _sql(condition: Condition) -> tuple[str, Row]:
    """The condition on a row of `item`, with its parameters."""
    match condition:
        case Words(expression):
            return "item.id IN (SELECT rowid FROM item_text WHERE item_text MATCH ?)", (expression,)
        case FromSources(ids):
            return "item.source_id IN (SELECT value FROM json_each(?))", (_list(ids),)
        case CarriedBy(ids):
            sql = "SELECT 1 FROM sighting WHERE item_id = item.id AND source_id IN (SELECT value FROM json_each(?))"
            return f"EXISTS ({sql})", (_list(ids),)
        case Tagged(tags):
            sql = "SELECT 1 FROM tag WHERE item_id = item.id AND tag IN (SELECT value FROM json_each(?))"
            return f"EXISTS ({sql})", (_list(tags),)
        case SeenSince(at):
            return "item.first_seen_at >= ?", (stored_ms(at),)
        case PublishedSince(at):
            return "item.published_at >= ?", (stored_ms(at),)
        case UpTo() | Beyond() | Among():
            return _numbered(condition)
        case Every(parts) | Some(parts):
            conditions, parameters = _joined(parts)
            joint, empty = (" AND ", "1") if isinstance(condition, Every) else (" OR ", "0")
            return f"({joint.join(conditions) or empty})", parameters


def _numbered(condition: UpTo | Beyond | Among) -> tuple[str, Row]:
    match condition:
        case UpTo(item_id):
            return "item.id <= ?", (item_id,)
        case Beyond(item_id):
            return "item.id > ?", (item_id,)
        case Among(item_ids):
            return "item.id IN (SELECT value FROM json_each(?))", (json.dumps(item_ids),)


def _listed(driver: Tagged | FromSources | CarriedBy, number: str) -> tuple[str, Row]:
    """That `number` is on the list of a condition's items. Whatever a source's text came from it has carried too."""
    if isinstance(driver, Tagged):
        sql = "SELECT item_id FROM tag WHERE tag IN (SELECT value FROM json_each(?))"
        return f"{number} IN ({sql})", (_list(driver.tags),)
    sql = "SELECT item_id FROM sighting WHERE source_id IN (SELECT value FROM json_each(?))"
    return f"{number} IN ({sql})", (_list(driver.ids),)


def _list(values: Iterable[str]) -> str:
    return json.dumps(sorted(values))
