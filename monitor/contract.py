"""The JSON objects of the contract: what other people's scripts read. Keys are added freely and never changed.

Times are RFC 3339 in UTC. Every function gives a plain dictionary, ready for `json.dumps`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.errors import Problem, RuleError
from monitor.feeds.condition import rhythm
from monitor.model import (
    Alert,
    ChannelTally,
    Delivery,
    EditMatch,
    Fold,
    Item,
    Match,
    Mention,
    Mute,
    MuteKind,
    Pickup,
    Piece,
    PollRecord,
    Release,
    Resting,
    Rule,
    SourceStatus,
    Span,
    Story,
    Version,
    Wire,
)
from monitor.settings import Channel
from monitor.store.editions import Edition

Object = dict[str, Any]
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # a source that was never polled is due since then


def when(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the millisecond; None stays None.

    >>> when(datetime(2026, 11, 23, 7, tzinfo=UTC))
    '2026-11-23T07:00:00.000Z'
    """
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def item_object(item: Item) -> Object:
    return {
        "id": item.id,
        "source": item.source_id,
        "sources": list(item.sources),
        "publisher": item.publisher,
        "title": item.title,
        "url": item.url,
        "author": item.author,
        "text": item.text,
        "html": item.html,
        "language": item.language,
        "published_at": when(item.published_at),
        "published_claim": item.published_claim,
        "first_seen_at": when(item.first_seen_at),
        "updated_at": when(item.updated_at),
        "version": item.version,
        "tags": list(item.tags),
        "story": item.story_id,
        "relation": item.relation.value,
        "share": item.share,
        "also_in": list(item.also_in),
        "wire": wire_object(item.wire),
    }


def wire_object(wire: Wire) -> Object:
    return {
        "label": wire.label,
        "place": wire.place,
        "dated": wire.dated,
        "agency": wire.agency,
        "edit": wire.edit,
    }


def span_list(spans: Iterable[Span]) -> list[list[Any]]:
    """Each `[field, start, end, matched text]` in code points of the original."""
    return [[span.field, span.start, span.end, span.text] for span in spans]


def match_object(match: Match) -> Object:
    return {"rule": match.rule_id, "score": match.score, "spans": span_list(match.spans)}


def edit_match_object(match: EditMatch) -> Object:
    """A rule that an edit set off: `appeared` has spans of the version that came, `gone` of the one before it."""
    return {
        "rule": match.rule_id,
        "version": match.version,
        "appeared": span_list(match.appeared),
        "gone": span_list(match.gone),
    }


def version_object(version: Version) -> Object:
    return {
        "version": version.version,
        "title": version.title,
        "text": version.text,
        "replaced_at": when(version.replaced_at),
    }


def story_object(story: Story) -> Object:
    return {
        "id": story.id,
        "lead": story.lead_id,
        "items": list(story.items),
        "publishers": story.publisher_count,
        "related": list(story.related),
        "first_seen_at": when(story.first_seen_at),
        "last_seen_at": when(story.last_seen_at),
    }


def copy_object(item: Item, lead: Item, fold: Fold | None) -> Object:
    """An item as its story shows it: besides its own keys the `reason` why it is there, with the figures that decided;
    `contained`, the part of the shorter text that it shares with the lead; `delay_s` after the lead's publication (or
    first sight, where either's is unknown); the item that it `follows` as a version; and whether it was put there
    `by_hand`."""
    is_dated = item.published_at is not None and lead.published_at is not None
    at, since = (one.published_at if is_dated and one.published_at else one.first_seen_at for one in (item, lead))
    return item_object(item) | {
        "reason": "" if fold is None else fold.reason,
        "contained": None if fold is None else fold.contained,
        "delay_s": None if item.id == lead.id else (at - since).total_seconds(),
        "follows": None if fold is None else fold.follows,
        "by_hand": fold is not None and fold.is_by_hand,
    }


def source_object(status: SourceStatus) -> Object:
    """A source as it stands. `interval_s` is the learned time between polls, `gap_at` when entries may last have been
    missed; both, and `rhythm_s`, are null where nothing is known."""
    facts, learned = status.facts, status.learned
    return {
        "id": facts.id,
        "name": facts.name,
        "kind": facts.kind.value,
        "publisher": facts.publisher,
        "country": facts.country,
        "language": facts.language,
        "tags": list(facts.tags),
        "own": facts.own,
        "enabled": status.enabled,
        "url": _without_login(status.url),
        "moved_to": _without_login(status.moved_to),
        "site_url": _without_login(status.site_url),
        "state": status.state.value,
        "reason": status.reason,
        "last_polled_at": when(status.last_polled_at),
        "last_success_at": when(status.last_success_at),
        "next_fetch_at": when(status.next_fetch_at) if status.next_fetch_at > NEVER else None,
        "items": status.item_count,
        "failures": status.failures,
        "interval_s": learned.interval_s,
        "rhythm_s": _rhythm(learned.gaps_s),
        "last_new_at": when(status.last_new_at),
        "validators_lie": learned.validators_lie,
        "gap_at": when(learned.gap_at),
        "verify": status.verify,
    }


def _rhythm(gaps_s: tuple[int, ...]) -> Object | None:
    """How far apart new entries come, in seconds: the median, the 95th percentile, and how many gaps that goes by."""
    found = rhythm(gaps_s)
    return None if found is None else {"median": found.median_s, "p95": found.most_s, "gaps": found.gap_count}


def _without_login(url: str | None) -> str | None:
    """An address as anybody may see it: without `user:password@` (RFC 3986 §3.2.1)."""
    return None if url is None else re.sub(r"^([^:/?#]*://)[^/?#]*@", r"\1", url)


def poll_object(poll: PollRecord) -> Object:
    """One poll: the way its document was taken, how many entries were cut, parsed and new, and why it was parsed
    whole."""
    return {
        "source": poll.source_id,
        "at": when(poll.at),
        "gate": poll.gate.value,
        "status": poll.status,
        "cut": poll.cut_count,
        "parsed": poll.parsed_count,
        "new": poll.new_count,
        "edited": poll.edited_count,
        "whole_because": poll.whole_reason,
        "failure": poll.failure.value if poll.failure else None,
        "message": poll.message,
        "gap": poll.has_gap,
        "bytes": poll.body_bytes,
        "seconds": round(poll.duration_s, 3),
    }


def delivery_object(delivery: Delivery) -> Object:
    return {
        "id": delivery.id,
        "kind": delivery.kind,
        "channel": delivery.channel,
        "recipient": delivery.recipient,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "message_id": delivery.message_id,
        "subject": delivery.subject,
        "items": list(delivery.items),
        "queued_at": when(delivery.queued_at),
        "next_attempt_at": when(delivery.next_attempt_at),
        "sent_at": when(delivery.sent_at),
        "failed_at": when(delivery.failed_at),
        "error": delivery.last_error,
    }


def alert_object(alert: Alert) -> Object:
    """A decision on an item, a rule and a channel. `reason` says why it was told or not, `held_for` why it waits (until
    `due_at`), waited, or was silenced; `announcement` is null where it has not left."""
    return {
        "id": alert.id,
        "item": alert.item_id,
        "version": alert.version,
        "story": alert.story_id,
        "publisher": alert.publisher,
        "publishers": alert.publisher_count,
        "rule": alert.rule_id,
        "channel": alert.channel,
        "kind": alert.kind.value,
        "priority": alert.priority.value,
        "state": alert.state.value,
        "reason": alert.reason,
        "held_for": alert.held_for,
        "decided_at": when(alert.decided_at),
        "due_at": when(alert.due_at),
        "told_at": when(alert.told_at),
        "announcement": alert.told_as,
    }


def mute_object(mute: Mute) -> Object:
    """A mute; `subject` is the story's number, or the id of the rule or source."""
    is_story = mute.kind is MuteKind.STORY
    return {
        "id": mute.id,
        "kind": mute.kind.value,
        "subject": mute.story_id if is_story else mute.subject,
        "until": when(mute.until),
        "made_at": when(mute.made_at),
    }


def channel_object(name: str, channel: Channel | None, tally: ChannelTally | None, resting: Resting | None) -> Object:
    """A channel: `state` is ok, resting (it could not be used, for the `reason`) or gone (messages are left of one that is not
    configured). `to` names its addresses, its chat or its host, and no more of an address than that. The mail server itself
    is the channel "mail"."""
    counts = tally or ChannelTally()
    is_gone = channel is None and name != "mail"
    return {
        "name": name,
        "kind": "mail" if name == "mail" else "" if channel is None else channel.kind,
        "to": "" if channel is None else _whereto(channel),
        "state": "gone" if is_gone else "ok" if resting is None else "resting",
        "reason": "" if resting is None else resting.reason,
        "since": when(resting.since) if resting else None,
        "next_attempt_at": when(resting.until) if resting else None,
        "waiting": counts.waiting_count,
        "held": counts.held_count,
        "failed": counts.failed_count,
        "sent": counts.sent_count,
        "last_sent_at": when(counts.last_sent_at),
    }


def _whereto(channel: Channel) -> str:
    if channel.kind == "apprise":
        return channel.url.partition("://")[0]
    return ", ".join(channel.to) or channel.chat_id or urlsplit(channel.url).hostname or ""


def edition_object(edition: Edition) -> Object:
    return {
        "id": edition.id,
        "digest": edition.digest_id,
        "subject": edition.subject,
        "due_at": when(edition.due_at),
        "made_at": when(edition.made_at),
        "window_from": when(edition.window_from),
        "window_to": when(edition.window_to),
        "items": edition.item_count,
        "scheduled": edition.is_scheduled,
        "skipped": edition.is_skipped,
        "state": edition.state,
        "closes_at": when(edition.closes_at),
        "reviewed": edition.is_touched,
    }


def rule_object(rule: Rule) -> Object:
    return {
        "id": rule.id,
        "name": rule.name,
        "query": rule.query,
        "terms": dict(rule.terms),
        "threshold": rule.threshold,
        "tags": list(rule.tags),
        "alert": list(rule.alert),
        "priority": rule.priority.value,
        "samples": len(rule.samples),
        "on": rule.on,
    }


def diff_list(diff: Iterable[Piece]) -> list[list[str]]:
    """Each `[op, text]`: `=` in both texts, `-` in the former alone, `+` in the later alone."""
    return [[piece.op, piece.text] for piece in diff]


def mention_object(mention: Mention) -> Object:
    """A mention of a release. `delay_s` is null where the release has no time; `longest_run` counts words, `run` shows
    them; `sentence` is null where a whole paragraph was cut."""
    return {
        "item": mention.item_id,
        "source": mention.source_id,
        "outlet": mention.outlet,
        "publisher": mention.publisher,
        "country": mention.country,
        "language": mention.language,
        "title": mention.title,
        "url": mention.url,
        "at": when(mention.at),
        "first_seen_at": when(mention.first_seen_at),
        "delay_s": mention.delay_s,
        "class": mention.sort.value,
        "share": mention.share,
        "of_copy": mention.of_copy,
        "longest_run": mention.run_words,
        "run": mention.run,
        "evidence": mention.evidence,
        "wire": wire_object(mention.wire),
        "retitled": mention.is_retitled,
        "cut": [{"paragraph": cut.paragraph, "sentence": cut.sentence, "text": cut.text} for cut in mention.cut],
        "changed": [
            {"paragraph": passage.paragraph, "sentence": passage.sentence, "diff": diff_list(passage.diff)}
            for passage in mention.changed
        ],
        "added_words": mention.added_words,
    }


def release_object(release: Release) -> Object:
    """A release; `item` and the times are null where it is not stored or says no time."""
    return {
        "item": release.item_id,
        "title": release.title,
        "outlet": release.outlet,
        "publisher": release.publisher,
        "language": release.language,
        "url": release.url,
        "released_at": when(release.released_at),
    }


def totals_object(pickup: Pickup) -> Object:
    """How many mentions there are: in all, and by class, publisher, country, language (`""` for unknown) and hour.
    Hour 0 is the first after the release, or after the first mention where the release has no time."""
    return {
        "mentions": len(pickup.mentions),
        "publishers": pickup.publisher_count,
        "by_class": dict(pickup.totals(lambda mention: mention.sort.value)),
        "by_publisher": dict(pickup.totals(lambda mention: mention.publisher)),
        "by_country": dict(pickup.totals(lambda mention: mention.country)),
        "by_language": dict(pickup.totals(lambda mention: mention.language)),
        "by_hour": {str(hour): count for hour, count in pickup.by_hour()},
    }


def query_error_object(error: RuleError) -> Object:
    """A query that cannot be read: `position` counts code points into `query`."""
    return {"error": error.message, "position": error.position, "query": error.text}


def problem_object(problem: Problem) -> Object:
    return {
        "file": problem.file,
        "line": problem.line,
        "key": problem.key,
        "severity": problem.severity,
        "message": problem.message,
    }
