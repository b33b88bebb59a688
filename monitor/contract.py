"""The JSON objects of the contract: what other people's scripts read. Keys are added freely and never changed.

Times are RFC 3339 in UTC. Every function gives a plain dictionary, ready for `json.dumps`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from monitor.errors import Problem, RuleError
from monitor.feeds.condition import rhythm
from monitor.model import Delivery, Item, Match, PollRecord, Rule, SourceStatus, Span, Story, Version
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
    wire = item.wire
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
        "wire": {
            "label": wire.label,
            "place": wire.place,
            "dated": wire.dated,
            "agency": wire.agency,
            "edit": wire.edit,
        },
    }


def span_list(spans: Iterable[Span]) -> list[list[Any]]:
    """Each `[field, start, end, matched text]` in code points of the original."""
    return [[span.field, span.start, span.end, span.text] for span in spans]


def match_object(match: Match) -> Object:
    return {"rule": match.rule_id, "score": match.score, "spans": span_list(match.spans)}


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


def source_object(status: SourceStatus) -> Object:
    """A source as it stands. `interval_s` is the learned time between polls, `gap_at` when entries may last have been missed;
    both, and `rhythm_s`, are null where nothing is known."""
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
    """One poll: the way its document was taken, how many entries were cut, parsed and new, and why it was parsed whole."""
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
        "error": delivery.last_error,
    }


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
