"""Items: articles with their texts, sightings, versions, tags and matches, and the word index over them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.model import Candidate, Entry, Item, Match, Observed, Relation, Span, Version, Wire
from monitor.store.connection import Connection, Row, from_ms, stored_at, stored_ms, to_ms
from monitor.store.finding import CarriedBy, Condition, SeenSince, Tagged, count_ids, find_ids, lowest_id_since
from monitor.text.tokens import search_text, words

WIRE = "label, place, dated, agency, edit"
COLUMNS = (
    "item.id, item.source_id, item.publisher, item.title, item.url, item.author, item.language, item.published_at, "
    "item.published_claim, item.first_seen_at, item.updated_at, item.version, item.story_id, item.relation, item.share, "
    "item.label, item.place, item.dated, item.agency, item.edit, item.set_apart"
)
# SQLite before 3.44 cannot order what it groups: each sighting carries its place, the text's own source first among equals.
LISTS = """, (SELECT json_group_array(printf('%015d %d %s', seen_at, sighting.source_id != item.source_id, sighting.source_id))
    FROM sighting WHERE item_id = item.id), (SELECT json_group_array(tag) FROM tag WHERE item_id = item.id),
    (SELECT json_group_array(story_id) FROM also_in WHERE item_id = item.id)"""
FROM = f"SELECT {COLUMNS}{LISTS}, body.text, body.html FROM item JOIN body ON body.item_id = item.id"
CANDIDATES_MOST = 20
INDEX = "INSERT INTO item_text (rowid, title, body) VALUES (?, ?, ?)"
CUT_MARK = "\ue002"
"""A word of the index alone, from the private use area, so that no text and no query holds it."""
SHARING_A_MARK = " UNION ALL ".join(
    f"SELECT * FROM ({marked} DESC LIMIT {CANDIDATES_MOST})"
    for marked in (
        "SELECT item_id FROM sighting WHERE source_id = ?1 AND guid_key = ?4 ORDER BY item_id",
        "SELECT item_id FROM sighting WHERE source_id = ?1 AND title_key = ?5 ORDER BY item_id",
        "SELECT id FROM item WHERE url_key = ?6 ORDER BY id",
        "SELECT id FROM item WHERE text_key = ?7 AND publisher = ?2 AND first_seen_at >= ?3 ORDER BY id",
    )
)
SearchTexts = tuple[str, str]
SPANS_KEPT = 100  # a match: enough to mark a page, while a hostile text can hold tens of thousands


@dataclass(frozen=True, slots=True)
class Selection:
    """Which items to list; every condition that is set must hold. `since` is by first sight."""

    source_id: str | None = None
    tag: str | None = None
    since: datetime | None = None
    limit: int | None = None

    def conditions(self) -> list[Condition]:
        """The conditions that are set."""
        found: list[Condition] = []
        if self.source_id is not None:
            found.append(CarriedBy(frozenset([self.source_id])))
        if self.tag is not None:
            found.append(Tagged(frozenset([self.tag])))
        if self.since is not None:
            found.append(SeenSince(self.since))
        return found


class Items:
    """Writing methods belong inside `Connection.transaction`. Every method raises `StoreError` where the database fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- who is it -------------------------------------------------------------------------------------

    def candidates(self, entry: Observed, source_id: str, publisher: str, since: datetime) -> list[Candidate]:
        """Stored articles that share the entry's guid or title in its source, its address anywhere, or (first seen after
        `since`) its text at its publisher; newest first, at most 20 a mark, none twice."""
        parameters = (
            *(source_id, publisher, stored_ms(since)),
            *(entry.guid_key, entry.title_key, entry.url_key, entry.text_key),
        )
        found = dict.fromkeys(self._connection.rows(SHARING_A_MARK, parameters))
        return [self._candidate(item_id, source_id, publisher) for (item_id,) in found]

    def _candidate(self, item_id: int, source_id: str, publisher: str) -> Candidate:
        sql = """SELECT item.publisher, sighting.source_id, sighting.guid_key, sighting.url, item.url_key, sighting.title_key,
            item.text_key, item.title, body.text, item.published_at
            FROM item JOIN body ON body.item_id = item.id JOIN sighting ON sighting.item_id = item.id
            WHERE item.id = ? ORDER BY sighting.source_id = ? DESC LIMIT 1"""
        row = self._connection.rows(sql, (item_id, source_id))[0]
        return Candidate(
            item_id=item_id,
            is_same_source=row[1] == source_id,
            is_same_publisher=row[0] == publisher,
            guid_key=row[2],
            url=row[3],
            url_key=row[4],
            title_key=row[5],
            text_key=row[6],
            words=tuple(words(f"{row[7]}\n{row[8]}")),
            published_at=from_ms(row[9]),
        )

    # -- writing -----------------------------------------------------------------------------------------

    def add(self, item: Item, observed: Observed, search_texts: SearchTexts, *, is_backlog: bool) -> int:
        """Store a new item with its text, a story of its own, its first sighting and what the word index holds of title and
        body; returns its id."""
        connection, seen_ms = self._connection, stored_ms(item.first_seen_at)
        # The story comes first and learns its lead later: to change its row is cheaper than to change the item's.
        sql = "INSERT INTO story (lead_id, first_seen_at, last_seen_at) VALUES (0, ?, ?)"
        story_id = connection.insert(sql, (seen_ms, seen_ms))
        item_id = connection.insert(
            """INSERT INTO item (source_id, publisher, title, url, author, language, published_at, published_claim,
                first_seen_at, updated_at, version, is_backlog, story_id, relation, share, label, place, dated, agency, edit,
                url_key, text_key, word_count, is_cut, set_apart)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                *(item.source_id, item.publisher, item.title, item.url, item.author, item.language),
                *(to_ms(item.published_at), item.published_claim, seen_ms, to_ms(item.updated_at), is_backlog),
                *(story_id, item.relation, item.share, *_wire_row(item.wire), observed.url_key, observed.text_key),
                *(observed.word_count, observed.is_cut, _stored_spans(observed.set_apart)),
            ),
        )
        connection.execute("INSERT INTO body (item_id, text, html) VALUES (?, ?, ?)", (item_id, item.text, item.html))
        connection.execute("UPDATE story SET lead_id = ? WHERE id = ?", (item_id, story_id))
        self._index(item_id, search_texts, is_cut=observed.is_cut)
        self._sight_first(item_id, item.source_id, observed, seen_ms)
        return item_id

    def sight(self, item_id: int, source_id: str, observed: Observed, now: datetime) -> bytes | None:
        """Record that a source carries an item, under this guid and content now; returns the content key that the source had
        before (None where it had not carried it)."""
        sql = "SELECT content_key, guid_key, title_key FROM sighting WHERE source_id = ? AND item_id = ?"
        before = self._connection.row(sql, (source_id, item_id))
        if before is None:
            self._sight_first(item_id, source_id, observed, stored_ms(now))
            return None
        if before != (observed.content_key, observed.guid_key, observed.title_key):
            self._connection.execute(
                """UPDATE sighting SET guid_key = ?, title_key = ?, content_key = ?, url = ?
                WHERE source_id = ? AND item_id = ?""",
                (observed.guid_key, observed.title_key, observed.content_key, observed.url, source_id, item_id),
            )
        return bytes(before[0])

    def _sight_first(self, item_id: int, source_id: str, observed: Observed, seen_ms: int) -> None:
        self._connection.execute(
            """INSERT INTO sighting (source_id, item_id, guid_key, title_key, content_key, url, seen_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (
                *(source_id, item_id, observed.guid_key, observed.title_key, observed.content_key),
                *(observed.url, seen_ms),
            ),
        )
        self._connection.execute("UPDATE source SET item_count = item_count + 1 WHERE id = ?", (source_id,))

    def edit(self, item_id: int, entry: Entry, observed: Observed, search_texts: SearchTexts, now: datetime) -> int:
        """Keep the item's present text as a version and give it the entry's; returns the new version's number."""
        connection = self._connection
        sql = """SELECT item.title, body.text, body.html, item.url, item.version, item.is_cut
            FROM item JOIN body ON item_id = id WHERE id = ?"""
        title, text, html, url, version, was_cut = connection.rows(sql, (item_id,))[0]
        connection.execute(
            "INSERT INTO version (item_id, version, title, text, html, url, replaced_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (item_id, version, title, text, html, url, stored_ms(now)),
        )
        connection.execute(
            """UPDATE item SET title = ?, url = COALESCE(?, url), url_key = COALESCE(?, url_key), text_key = ?, word_count = ?,
                is_cut = ?, set_apart = ?, updated_at = ?,
                author = ?, label = ?, place = ?, dated = ?, agency = ?, edit = ?, version = version + 1 WHERE id = ?""",
            (
                *(entry.title, entry.url, observed.url_key, observed.text_key, observed.word_count),
                *(observed.is_cut, _stored_spans(observed.set_apart), stored_ms(entry.updated_at or now)),
                *(entry.author, *_wire_row(observed.wire), item_id),
            ),
        )
        connection.execute("UPDATE body SET text = ?, html = ? WHERE item_id = ?", (entry.text, entry.html, item_id))
        sql = "INSERT INTO item_text (item_text, rowid, title, body) VALUES ('delete', ?, ?, ?)"
        connection.defer(sql, (item_id, search_text(title), _marked(search_text(text), is_cut=was_cut)))
        self._index(item_id, search_texts, is_cut=observed.is_cut)
        return int(version) + 1

    def retag(self, item_id: int, tags: Iterable[str], matches: Sequence[Match], *, late: Collection[str] = ()) -> None:
        """Replace an item's tags and matches. Those of the rules named `late` that it had no match of, and those that were late
        before, are marked as made after the item came: they tag it, and alert nobody. Tags given for an edit stay."""
        connection = self._connection
        sql = "SELECT rule_id, is_late FROM match WHERE item_id = ?"
        before: dict[str, int] = dict(connection.rows(sql, (item_id,)))
        connection.execute("DELETE FROM tag WHERE item_id = ?", (item_id,))
        connection.execute("DELETE FROM match WHERE item_id = ?", (item_id,))
        sql = "SELECT given.value FROM edit_match, json_each(edit_match.tags) AS given WHERE item_id = ?"
        of_edits = [row[0] for row in connection.rows(sql, (item_id,))]
        self.tag(item_id, (*tags, *of_edits), matches)
        late = [m.rule_id for m in matches if before.get(m.rule_id, m.rule_id in late)]
        sql = "UPDATE match SET is_late = 1 WHERE item_id = ? AND rule_id = ?"
        connection.executemany(sql, [(item_id, rule_id) for rule_id in late])

    def tag(self, item_id: int, tags: Iterable[str], matches: Sequence[Match]) -> None:
        """Give a new item its tags and matches."""
        connection = self._connection
        for tag in sorted(set(tags)):
            connection.execute("INSERT INTO tag (item_id, tag) VALUES (?, ?)", (item_id, tag))
        if not matches:
            return
        connection.executemany(
            "INSERT INTO match (item_id, rule_id, score, spans) VALUES (?, ?, ?, ?)",
            [
                (
                    item_id,
                    m.rule_id,
                    m.score,
                    json.dumps([(s.field, s.start, s.end, s.text) for s in m.spans[:SPANS_KEPT]], ensure_ascii=False),
                )
                for m in matches
            ],
        )

    def _index(self, item_id: int, search_texts: SearchTexts, *, is_cut: bool) -> None:
        self._connection.defer(INDEX, index_row(item_id, search_texts, is_cut=is_cut))

    # -- reading -----------------------------------------------------------------------------------------

    def get(self, item_id: int) -> Item | None:
        row = self._connection.row(f"{FROM} WHERE item.id = ?", (item_id,))
        return None if row is None else _item(row)

    def by_ids(self, ids: Iterable[int]) -> dict[int, Item]:
        """The items of these ids, by id; unknown ids are left out."""
        sql = f"{FROM} WHERE item.id IN (SELECT value FROM json_each(?))"
        return {row[0]: _item(row) for row in self._connection.rows(sql, (json.dumps(list(ids)),))}

    def select(self, selection: Selection) -> Iterator[Item]:
        """The selected items, newest first by first sight."""
        condition, parameters = _conditions(selection)
        sql = f"{FROM} WHERE {condition} ORDER BY item.first_seen_at DESC, item.id DESC LIMIT ?"
        for row in self._connection.stream(sql, parameters):
            yield _item(row)

    def find(self, condition: Condition, *, is_ranked: bool = False) -> Iterator[int]:
        """Ids of the items that meet a condition, newest first or best first (`finding.find_ids`)."""
        return find_ids(self._connection, condition, is_ranked=is_ranked)

    def count_found(self, condition: Condition) -> int:
        """How many items meet a condition."""
        return count_ids(self._connection, condition)

    def first_id_since(self, at: datetime) -> int:
        """The lowest id among items first seen at this instant or later; one more than the highest of all where there is none."""
        return lowest_id_since(self._connection, at)

    def outlines(self, ids: Iterable[int], *, has_tags: bool = False) -> Iterator[Item]:
        """The items of these ids in their order, without text, HTML and sources, and with tags only where asked for: quickly
        read."""
        tags = "(SELECT json_group_array(tag) FROM tag WHERE item_id = item.id)" if has_tags else "'[]'"
        sql = f"""SELECT {COLUMNS}, '[]', {tags}, '[]', '', '' FROM json_each(?) AS wanted
            CROSS JOIN item ON item.id = wanted.value ORDER BY wanted.key"""
        for row in self._connection.rows(sql, (json.dumps(list(ids)),)):
            yield _item(row)

    def voices(self, ids: Iterable[int]) -> list[Row]:
        """(id, source id, publisher, language) of each of these ids, in their order."""
        sql = """SELECT item.id, source_id, publisher, language FROM json_each(?) AS wanted
            CROSS JOIN item ON item.id = wanted.value ORDER BY wanted.key"""
        return self._connection.rows(sql, (json.dumps(list(ids)),))

    def known_tags(self) -> list[str]:
        """Every tag that an item carries, each once, in order."""
        sql = """WITH RECURSIVE known (tag) AS (SELECT min(tag) FROM tag
            UNION ALL SELECT (SELECT min(tag.tag) FROM tag WHERE tag.tag > known.tag) FROM known WHERE known.tag IS NOT NULL)
            SELECT tag FROM known WHERE tag IS NOT NULL"""
        return [row[0] for row in self._connection.rows(sql)]

    def window(self, after_id: int, upto_id: int) -> Iterator[Item]:
        """The items stored after item `after_id` up to `upto_id`, in the order stored, without the backlog of first polls."""
        sql = f"{FROM} WHERE item.id > ? AND item.id <= ? AND NOT item.is_backlog ORDER BY item.id"
        for row in self._connection.stream(sql, (after_id, upto_id)):
            yield _item(row)

    def last_id(self) -> int:
        """The newest item's id; 0 where there is none."""
        return int(self._connection.value("SELECT max(id) FROM item") or 0)

    def last_id_before(self, when: datetime) -> int:
        """The newest id among items first seen before `when`; 0 where there is none."""
        return int(self._connection.value("SELECT max(id) FROM item WHERE first_seen_at < ?", (stored_ms(when),)) or 0)

    def count(self) -> int:
        return int(self._connection.value("SELECT count(*) FROM item"))

    def matches(self, item_id: int) -> list[Match]:
        """The item's matches, by rule id."""
        return self.matches_of([item_id])[item_id]

    def matches_of(self, ids: Iterable[int]) -> dict[int, list[Match]]:
        """The matches of these items, by item and rule id; an empty list for one without."""
        found: dict[int, list[Match]] = {item_id: [] for item_id in ids}
        sql = """SELECT item_id, rule_id, score, spans FROM match WHERE item_id IN (SELECT value FROM json_each(?))
            ORDER BY item_id, rule_id"""
        for item_id, rule, score, spans in self._connection.rows(sql, (json.dumps(list(found)),)):
            found[item_id].append(Match(rule, score, tuple(Span(*span) for span in json.loads(spans))))
        return found

    def matched_by(self, rule_id: str, upto_id: int) -> Iterator[int]:
        """Ids up to `upto_id` of the items that bear a match of the rule, newest first."""
        sql = "SELECT item_id FROM match WHERE rule_id = ? AND item_id <= ? ORDER BY item_id DESC"
        for row in self._connection.stream(sql, (rule_id, upto_id)):
            yield row[0]

    def late_matches(self, item_id: int) -> list[str]:
        """The rules whose match the item got after it came, by id."""
        sql = "SELECT rule_id FROM match WHERE item_id = ? AND is_late ORDER BY rule_id"
        return [row[0] for row in self._connection.rows(sql, (item_id,))]

    def version_numbers(self, ids: Iterable[int]) -> dict[int, int]:
        """The present version of each of these items, by id."""
        sql = "SELECT id, version FROM item WHERE id IN (SELECT value FROM json_each(?))"
        return dict(self._connection.rows(sql, (json.dumps(list(ids)),)))

    def versions(self, item_id: int) -> list[Version]:
        """The item's earlier versions, oldest first."""
        sql = "SELECT version, title, text, replaced_at FROM version WHERE item_id = ? ORDER BY version"
        return [Version(row[0], row[1], row[2], stored_at(row[3])) for row in self._connection.rows(sql, (item_id,))]


def index_row(item_id: int, search_texts: SearchTexts, *, is_cut: bool) -> Row:
    """The parameters of `INDEX` for an item."""
    title, body = search_texts
    return item_id, title, _marked(body, is_cut=is_cut)


def _marked(body: str, *, is_cut: bool) -> str:
    """What the index holds of a body: its words, and a mark where words are neighbours only without the furniture."""
    return f"{body} {CUT_MARK}" if is_cut else body


def _conditions(selection: Selection) -> tuple[str, Row]:
    """The SQL condition of a selection and its parameters, the limit (-1 for none) last."""
    conditions: list[tuple[str, Any]] = [
        ("item.id IN (SELECT item_id FROM sighting WHERE source_id = ?)", selection.source_id),
        ("item.id IN (SELECT item_id FROM tag WHERE tag = ?)", selection.tag),
        ("item.first_seen_at >= ?", to_ms(selection.since)),
    ]
    wanted = [(sql, value) for sql, value in conditions if value is not None]
    limit = -1 if selection.limit is None else selection.limit
    return " AND ".join(["1", *(sql for sql, _ in wanted)]), (*(value for _, value in wanted), limit)


def _spans(stored: str | None) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in json.loads(stored)) if stored else ()


def _stored_spans(spans: Sequence[tuple[int, int]]) -> str | None:
    return json.dumps(spans) if spans else None


def _wire_row(wire: Wire) -> Row:
    return wire.label, wire.place, wire.dated, wire.agency, wire.edit


def _item(row: Row) -> Item:
    return Item(
        id=row[0],
        source_id=row[1],
        publisher=row[2],
        title=row[3],
        url=row[4],
        author=row[5],
        language=row[6],
        published_at=from_ms(row[7]),
        published_claim=row[8],
        first_seen_at=stored_at(row[9]),
        updated_at=from_ms(row[10]),
        version=row[11],
        story_id=row[12],
        relation=Relation(row[13]),
        share=row[14],
        wire=Wire(*row[15:20]),
        set_apart=_spans(row[20]),
        sources=tuple(placed.split(" ", 2)[2] for placed in sorted(json.loads(row[21]))),
        tags=tuple(json.loads(row[22])),
        also_in=tuple(json.loads(row[23])),
        text=row[24],
        html=row[25],
    )
