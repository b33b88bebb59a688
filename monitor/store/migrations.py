"""The schema, as the steps that led to it. A released step is never changed; a new one is added below it.

Times are milliseconds since 1970 in UTC. Source rows mirror the configuration (so that reading commands need not load it) beside
what polling learned. Texts stand apart from items, so that lists read few pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Database, Migrations

from monitor.errors import StoreError
from monitor.store.items import INDEX, index_row
from monitor.text.reading import read

if TYPE_CHECKING:
    from monitor.store.connection import Connection

migrations = Migrations("monitor")

FIRST = (
    """CREATE TABLE source (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL, publisher TEXT NOT NULL, kind TEXT NOT NULL, country TEXT NOT NULL, language TEXT NOT NULL,
        tags TEXT NOT NULL, own INTEGER NOT NULL, enabled INTEGER NOT NULL, configured INTEGER NOT NULL DEFAULT 1,
        verify INTEGER NOT NULL DEFAULT 1,
        configured_url TEXT NOT NULL, url TEXT NOT NULL, host TEXT NOT NULL, site_url TEXT,
        state TEXT NOT NULL DEFAULT 'new', reason TEXT NOT NULL DEFAULT '',
        paused INTEGER NOT NULL DEFAULT 0, failures REAL NOT NULL DEFAULT 0,
        next_fetch_at INTEGER NOT NULL DEFAULT 0, last_polled_at INTEGER, last_success_at INTEGER, last_new_at INTEGER,
        item_count INTEGER NOT NULL DEFAULT 0,
        interval_s REAL, interval_of_s REAL,
        ttl_s REAL, skip_hours TEXT NOT NULL DEFAULT '[]', skip_days TEXT NOT NULL DEFAULT '[]',
        gaps_s TEXT NOT NULL DEFAULT '[]', validators_lie INTEGER NOT NULL DEFAULT 0, whole_at INTEGER, gap_at INTEGER,
        moved_to TEXT, moved_since INTEGER, moved_count INTEGER NOT NULL DEFAULT 0,
        etag BLOB, last_modified BLOB, body_hash BLOB, seen BLOB NOT NULL DEFAULT x''
    ) WITHOUT ROWID""",
    "CREATE INDEX source_due ON source (next_fetch_at) WHERE configured AND enabled AND NOT paused AND state != 'gone'",
    """CREATE TABLE poll (
        id INTEGER PRIMARY KEY,
        source_id TEXT NOT NULL, at INTEGER NOT NULL, gate TEXT NOT NULL, status INTEGER,
        cut_count INTEGER NOT NULL, parsed_count INTEGER NOT NULL, new_count INTEGER NOT NULL, edited_count INTEGER NOT NULL,
        whole_reason TEXT NOT NULL, failure TEXT, message TEXT NOT NULL, body_bytes INTEGER NOT NULL,
        duration_ms INTEGER NOT NULL, has_gap INTEGER NOT NULL DEFAULT 0
    )""",
    "CREATE INDEX poll_source ON poll (source_id, id)",
    """CREATE TABLE state_change (
        id INTEGER PRIMARY KEY,
        source_id TEXT NOT NULL, at INTEGER NOT NULL, was TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
        is_told INTEGER NOT NULL DEFAULT 0
    )""",
    "CREATE INDEX state_change_untold ON state_change (at) WHERE NOT is_told",
    """CREATE TABLE story (
        id INTEGER PRIMARY KEY,
        lead_id INTEGER NOT NULL, first_seen_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL
    )""",
    """CREATE TABLE item (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        source_id TEXT NOT NULL, publisher TEXT NOT NULL,
        title TEXT NOT NULL, url TEXT, author TEXT NOT NULL, language TEXT NOT NULL,
        published_at INTEGER, published_claim TEXT NOT NULL, first_seen_at INTEGER NOT NULL, updated_at INTEGER,
        version INTEGER NOT NULL DEFAULT 1, is_backlog INTEGER NOT NULL DEFAULT 0,
        story_id INTEGER NOT NULL, relation TEXT NOT NULL, share REAL,
        label TEXT, place TEXT, dated TEXT, agency TEXT, edit TEXT,
        url_key BLOB, text_key BLOB, word_count INTEGER NOT NULL DEFAULT 0
    )""",
    "CREATE INDEX item_seen ON item (first_seen_at, id)",
    "CREATE INDEX item_story ON item (story_id)",
    "CREATE INDEX item_url ON item (url_key) WHERE url_key IS NOT NULL",
    "CREATE INDEX item_text_key ON item (text_key) WHERE text_key IS NOT NULL",
    "CREATE TABLE body (item_id INTEGER PRIMARY KEY REFERENCES item (id), text TEXT NOT NULL, html TEXT NOT NULL)",
    """CREATE TABLE sighting (
        source_id TEXT NOT NULL, item_id INTEGER NOT NULL REFERENCES item (id),
        guid_key BLOB, title_key BLOB NOT NULL, content_key BLOB NOT NULL, url TEXT, seen_at INTEGER NOT NULL,
        PRIMARY KEY (source_id, item_id)
    ) WITHOUT ROWID""",
    "CREATE INDEX sighting_guid ON sighting (source_id, guid_key) WHERE guid_key IS NOT NULL",
    "CREATE INDEX sighting_title ON sighting (source_id, title_key)",
    "CREATE INDEX sighting_item ON sighting (item_id)",
    """CREATE TABLE version (
        item_id INTEGER NOT NULL REFERENCES item (id), version INTEGER NOT NULL,
        title TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL, url TEXT, replaced_at INTEGER NOT NULL,
        PRIMARY KEY (item_id, version)
    ) WITHOUT ROWID""",
    """CREATE TABLE match (
        item_id INTEGER NOT NULL REFERENCES item (id), rule_id TEXT NOT NULL, score INTEGER NOT NULL, spans TEXT NOT NULL,
        PRIMARY KEY (item_id, rule_id)
    ) WITHOUT ROWID""",
    "CREATE INDEX match_rule ON match (rule_id, item_id)",
    """CREATE TABLE tag (
        item_id INTEGER NOT NULL REFERENCES item (id), tag TEXT NOT NULL,
        PRIMARY KEY (item_id, tag)
    ) WITHOUT ROWID""",
    "CREATE INDEX tag_item ON tag (tag, item_id)",
    "CREATE TABLE digest (id TEXT PRIMARY KEY, first_loaded_at INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE edition (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        digest_id TEXT NOT NULL, due_at INTEGER NOT NULL, made_at INTEGER NOT NULL,
        window_from INTEGER NOT NULL, window_to INTEGER NOT NULL, after_item INTEGER NOT NULL, upto_item INTEGER NOT NULL,
        subject TEXT NOT NULL, item_count INTEGER NOT NULL, is_scheduled INTEGER NOT NULL,
        is_skipped INTEGER NOT NULL DEFAULT 0,
        UNIQUE (digest_id, due_at)
    )""",
    """CREATE TABLE edition_entry (
        edition_id INTEGER NOT NULL REFERENCES edition (id), position INTEGER NOT NULL,
        section TEXT NOT NULL, story_id INTEGER NOT NULL, item_id INTEGER NOT NULL, version INTEGER NOT NULL,
        publishers TEXT NOT NULL, is_follow_up INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (edition_id, position)
    ) WITHOUT ROWID""",
    "CREATE INDEX edition_entry_item ON edition_entry (item_id, edition_id)",
    """CREATE TABLE delivery (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL,
        message_id TEXT NOT NULL, subject TEXT NOT NULL, body BLOB NOT NULL, items TEXT NOT NULL, edition_id INTEGER,
        state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, queued_at INTEGER NOT NULL, next_attempt_at INTEGER NOT NULL,
        lease_until INTEGER, sent_at INTEGER, last_error TEXT NOT NULL DEFAULT ''
    )""",
    "CREATE INDEX delivery_open ON delivery (next_attempt_at) WHERE state IN ('queued', 'sending')",
    "CREATE INDEX delivery_edition ON delivery (edition_id)",
    """CREATE VIRTUAL TABLE item_text USING fts5 (
        title, body, content = '', tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
    )""",
)

RULES = (
    "ALTER TABLE item ADD COLUMN is_cut INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE match ADD COLUMN is_late INTEGER NOT NULL DEFAULT 0",
    """CREATE TABLE rule (
        id TEXT PRIMARY KEY,
        fingerprint BLOB NOT NULL, since_item INTEGER NOT NULL, upto_item INTEGER NOT NULL, left_upto INTEGER NOT NULL,
        in_force_at INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX rule_pending ON rule (id) WHERE left_upto > 0",
)
STORIES = (
    "ALTER TABLE item ADD COLUMN set_apart TEXT",
    # Why an item is in its story, of those that are not alone there by themselves.
    """CREATE TABLE fold (
        item_id INTEGER PRIMARY KEY REFERENCES item (id),
        contained REAL NOT NULL, reason TEXT NOT NULL, follows INTEGER, is_by_hand INTEGER NOT NULL DEFAULT 0
    )""",
    """CREATE TABLE also_in (
        item_id INTEGER NOT NULL REFERENCES item (id), story_id INTEGER NOT NULL, share REAL, reason TEXT NOT NULL,
        PRIMARY KEY (item_id, story_id)
    ) WITHOUT ROWID""",
    "CREATE INDEX also_in_story ON also_in (story_id)",
    # Items that a person took out of a story, with those that they are not to come together with again; both ways round.
    """CREATE TABLE apart (
        item_id INTEGER NOT NULL REFERENCES item (id), other_id INTEGER NOT NULL REFERENCES item (id),
        PRIMARY KEY (item_id, other_id)
    ) WITHOUT ROWID""",
    # Four-byte ids of the items that hold a number, end to end; and where the next sweep over such a table begins.
    "CREATE TABLE shingle (number INTEGER PRIMARY KEY, holders BLOB NOT NULL)",
    "CREATE TABLE sweep (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID",
    # Eight-byte numbers end to end: shingles that stand under everything of a source, and phrases found to be none such.
    """CREATE TABLE boilerplate (
        source_id TEXT PRIMARY KEY, learned BLOB NOT NULL, phrases BLOB NOT NULL
    ) WITHOUT ROWID""",
    # What leads of stories tell, for some days, the keys they are found by, and the items found to tell of one event.
    "CREATE TABLE telling (item_id INTEGER PRIMARY KEY, told TEXT NOT NULL)",
    "CREATE TABLE telling_key (number INTEGER PRIMARY KEY, holders BLOB NOT NULL)",
    """CREATE TABLE related (
        item_id INTEGER NOT NULL REFERENCES item (id), other_id INTEGER NOT NULL REFERENCES item (id),
        points REAL NOT NULL, reason TEXT NOT NULL,
        PRIMARY KEY (item_id, other_id)
    ) WITHOUT ROWID""",
    # Reports on releases of ours that were made, so many seconds after each; and since when they are made by themselves.
    """CREATE TABLE report (
        item_id INTEGER NOT NULL REFERENCES item (id), after_s REAL NOT NULL, made_at INTEGER NOT NULL,
        PRIMARY KEY (item_id, after_s)
    ) WITHOUT ROWID""",
    "CREATE TABLE report_watch (id INTEGER PRIMARY KEY CHECK (id = 1), since INTEGER NOT NULL)",
    # Rules that watch edits, and what an edit brought or took of what they ask for.
    """CREATE TABLE edit_match (
        item_id INTEGER NOT NULL REFERENCES item (id), version INTEGER NOT NULL, rule_id TEXT NOT NULL,
        appeared TEXT NOT NULL, gone TEXT NOT NULL, tags TEXT NOT NULL, edited_at INTEGER NOT NULL,
        PRIMARY KEY (item_id, version, rule_id)
    ) WITHOUT ROWID""",
    "CREATE INDEX edit_match_rule ON edit_match (rule_id, item_id)",
    "CREATE INDEX version_replaced ON version (replaced_at)",
    # What was stored before this step, and has yet to be looked at for copies: the items after the one and up to the other.
    """CREATE TABLE unplaced (
        id INTEGER PRIMARY KEY CHECK (id = 1), after_item INTEGER NOT NULL, upto_item INTEGER NOT NULL
    )""",
    "INSERT INTO unplaced (id, after_item, upto_item) SELECT 1, 0, max(id) FROM item HAVING max(id) > 0",
)
ALERTS = (
    # What was decided on an item, a rule and a channel. `told_as` is the announcement's key, with which its deliveries' begin.
    """CREATE TABLE alert (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        item_id INTEGER NOT NULL REFERENCES item (id), version INTEGER NOT NULL,
        rule_id TEXT NOT NULL, channel TEXT NOT NULL, kind TEXT NOT NULL, priority TEXT NOT NULL,
        decided_at INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, publisher_count INTEGER NOT NULL,
        held_for TEXT NOT NULL, due_at INTEGER, is_capped INTEGER NOT NULL DEFAULT 0, told_as TEXT, told_at INTEGER
    )""",
    "CREATE INDEX alert_item ON alert (item_id)",
    "CREATE INDEX alert_held ON alert (due_at, decided_at) WHERE state = 'held'",
    "CREATE INDEX alert_told ON alert (channel, told_at) WHERE told_at IS NOT NULL",
    "CREATE INDEX alert_spike ON alert (rule_id, decided_at) WHERE kind = 'spike'",
    # Stories are kept by one of their items, since they are split and merged.
    "CREATE TABLE acknowledged (item_id INTEGER PRIMARY KEY REFERENCES item (id), at INTEGER NOT NULL)",
    """CREATE TABLE mute (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL, subject TEXT NOT NULL, until INTEGER NOT NULL, made_at INTEGER NOT NULL
    )""",
    # What ails the monitor itself, as the operator was told.
    "CREATE TABLE ailment (key TEXT PRIMARY KEY, title TEXT NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID",
)
DELIVERIES = (
    "ALTER TABLE delivery ADD COLUMN failed_at INTEGER",
    "DROP INDEX delivery_open",
    "CREATE INDEX delivery_open ON delivery (channel, next_attempt_at) WHERE state IN ('queued', 'sending')",
    "CREATE INDEX delivery_failed ON delivery (channel, recipient) WHERE state = 'failed'",
    "CREATE INDEX delivery_recipient ON delivery (channel, recipient, id)",
    # Channels that cannot be used, and until when they are left alone.
    """CREATE TABLE resting (
        channel TEXT PRIMARY KEY,
        since INTEGER NOT NULL, until INTEGER NOT NULL, failure_count INTEGER NOT NULL,
        is_login INTEGER NOT NULL, reason TEXT NOT NULL
    ) WITHOUT ROWID""",
)
REVIEW = (
    # What an edition says, as it was worded from; and those that are held for a person, until when, and whether one saw to it.
    """CREATE TABLE edition_content (
        edition_id INTEGER PRIMARY KEY REFERENCES edition (id), content TEXT NOT NULL
    )""",
    "ALTER TABLE edition ADD COLUMN state TEXT NOT NULL DEFAULT 'released'",
    "ALTER TABLE edition ADD COLUMN closes_at INTEGER",
    "ALTER TABLE edition ADD COLUMN is_touched INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX edition_held ON edition (due_at) WHERE state = 'held'",
    "CREATE INDEX state_change_source ON state_change (source_id, id)",
    # Who asked to get a digest no more, and what their links are signed with.
    """CREATE TABLE unsubscribed (
        digest_id TEXT NOT NULL, address TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (digest_id, address)
    ) WITHOUT ROWID""",
    "CREATE TABLE signing_key (id INTEGER PRIMARY KEY CHECK (id = 1), key BLOB NOT NULL)",
)
ITEMS_AT_ONCE = 500


@migrations()
def first(db: Database) -> None:
    """Sources, items, stories, matches, editions, the outbox and the word index."""
    for statement in FIRST:
        db.conn.execute(statement)


@migrations()
def rules(db: Database) -> None:
    """Which rules were applied to what, what their late matches are, and the word index by the folding and with the marks that
    queries now count on."""
    for statement in RULES:
        db.conn.execute(statement)
    index_anew(db)


@migrations()
def stories(db: Database) -> None:
    """What items are folded by and why they are where they are, what they tell, reports on releases, and edits that rules watch.
    Items stored before are noted, to be folded by whoever opens the store (`monitor.catching_up`), and indexed by the furniture
    that is known now."""
    for statement in STORIES:
        db.conn.execute(statement)
    index_anew(db)


@migrations()
def alerts(db: Database) -> None:
    """What was decided to be told, what of it waits, and what people and the operator know."""
    for statement in ALERTS:
        db.conn.execute(statement)


@migrations()
def deliveries(db: Database) -> None:
    """When messages failed, and which channels are left alone for a while."""
    for statement in DELIVERIES:
        db.conn.execute(statement)


@migrations()
def review(db: Database) -> None:
    """What editions say and which are held for review, and who gets a digest no more."""
    for statement in REVIEW:
        db.conn.execute(statement)


def index_anew(db: Database) -> None:
    """Write the word index again from the texts themselves; about a quarter of a millisecond an item."""
    db.conn.execute("INSERT INTO item_text (item_text) VALUES ('delete-all')")
    after = 0
    while rows := db.conn.execute(
        "SELECT id, title, text FROM item JOIN body ON item_id = id WHERE id > ? ORDER BY id LIMIT ?",
        (after, ITEMS_AT_ONCE),
    ).fetchall():
        for item_id, title, text in rows:
            reading = read(title, text)
            db.conn.execute(INDEX, index_row(item_id, reading.search_texts, is_cut=reading.is_cut))
            if reading.is_cut:
                db.conn.execute("UPDATE item SET is_cut = 1 WHERE id = ?", (item_id,))
        after = rows[-1][0]


def migrate(connection: Connection) -> None:
    """Bring the schema up to date. Raises `StoreError` for a database that a newer version made."""
    db = Database(connection.raw)
    known = {step.name for step in migrations._migrations}
    unknown = [step.name for step in migrations.applied(db) if step.name not in known]
    if unknown:
        raise StoreError(
            f"{connection.path}: a newer version of the monitor made this database (step {unknown[0]!r} is not known here); "
            "install that version, or restore a backup from before it"
        )
    if migrations.pending(db):
        migrations.apply(db)
