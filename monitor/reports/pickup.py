"""The pick-up report: who carried a release, when, and how much of it they kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from monitor.model import Item, Kind, Mention, Pickup, Relation, Release, SourceFacts
from monitor.reports.differences import differences
from monitor.reports.finding import is_older, proposed
from monitor.reports.judging import Judgement, Measured, MeasuredRelease, is_copy_without, judge
from monitor.store import Store

BATCH = 100  # items read at a time


def release_of(item: Item, store: Store) -> Release:
    """A stored item as a release."""
    facts = store.sources.facts_of([item.source_id]).get(item.source_id)
    return Release(
        title=item.title,
        text=item.text,
        item_id=item.id,
        source_id=item.source_id,
        outlet=facts.name if facts else item.source_id,
        publisher=item.publisher,
        language=item.language,
        url=item.url,
        released_at=item.published_at or item.first_seen_at,
        first_seen_at=item.first_seen_at,
        story_id=item.story_id,
        is_lead=item.relation is Relation.LEAD,
        is_own=facts is not None and facts.own,
        set_apart=item.set_apart,
    )


def pickup_of(store: Store, release: Release, now: datetime, *, with_differences: bool = True) -> Pickup:
    """The report on a release as the store stands now, its mentions the earliest first; reads only.

    An item of the release's own publisher, or of a source of ours, is no pick-up, nor is one that came before it, unless it is
    a copy within the story that the release leads: an outlet's clock, or a mail, may be ahead of a site. Without
    `with_differences` nothing is laid side by side, which is most of the work. Raises `StoreError`.
    """
    measured = MeasuredRelease(release, store.shingles.boilerplate(release.source_id)[0])
    mentions = list(_mentions(store, release, measured, with_differences=with_differences))
    return Pickup(release, tuple(sorted(mentions, key=lambda mention: (mention.at, mention.item_id))), now)


def _mentions(
    store: Store, release: Release, measured: MeasuredRelease, *, with_differences: bool
) -> Iterator[Mention]:
    ids = proposed(store, release, measured)
    for start in range(0, len(ids), BATCH):
        items = store.items.by_ids(ids[start : start + BATCH])
        facts = store.sources.facts_of(item.source_id for item in items.values())
        for item in items.values():
            is_folded = item.story_id == release.story_id
            is_ours = release.is_own and item.source_id in facts and facts[item.source_id].own
            if is_ours or not _counts(release, item, is_folded=is_folded):
                continue
            copy = Measured(item.title, item.text, store.shingles.boilerplate(item.source_id)[0], item.set_apart)
            found = judge(measured, item, copy, is_folded=is_folded)
            if found is None or (not is_folded and _is_everyones(store, measured, copy, found)):
                continue
            mention = _mention(release, item, facts.get(item.source_id), found)
            is_retitled = copy.title.texts != measured.title.texts
            mention = replace(mention, run=measured.whole.quote(*found.run), is_retitled=is_retitled)
            is_telling = with_differences and not copy.text.is_title_only
            yield _compared(mention, measured, copy) if is_telling else mention


def _counts(release: Release, item: Item, *, is_folded: bool) -> bool:
    if release.publisher and item.publisher == release.publisher:
        return False
    if release.released_at is None or (is_folded and release.is_lead):
        return True
    if (item.published_at or item.first_seen_at) >= release.released_at:
        return True
    # Many outlets give the day alone as the time.
    return release.first_seen_at is not None and item.first_seen_at >= release.first_seen_at


def _is_everyones(store: Store, measured: MeasuredRelease, copy: Measured, found: Judgement) -> bool:
    """Whether what shows the mention was written before the release: an "about us", a formula, an old quotation."""
    if not found.telling or measured.before is None or not is_older(store, found.telling, measured.before):
        return False
    return not is_copy_without(found.telling, measured, copy)


def _mention(release: Release, item: Item, facts: SourceFacts | None, found: Judgement) -> Mention:
    known = facts or SourceFacts(item.source_id, item.source_id, item.publisher, Kind.PRESS)
    at = item.published_at or item.first_seen_at
    first, end = found.run
    return Mention(
        item_id=item.id,
        source_id=item.source_id,
        outlet=known.name,
        publisher=item.publisher,
        country=known.country,
        language=item.language or known.language,
        title=item.title,
        url=item.url,
        at=at,
        is_seen=item.published_at is None,
        first_seen_at=item.first_seen_at,
        delay_s=None if release.released_at is None else (at - release.released_at).total_seconds(),
        share=found.share,
        of_copy=found.of_copy,
        run_words=end - first,
        run="",
        sort=found.sort,
        evidence=found.evidence,
        wire=item.wire,
        is_retitled=False,
    )


def _compared(mention: Mention, measured: MeasuredRelease, copy: Measured) -> Mention:
    """The mention with what was cut and changed."""
    found = differences(measured.whole, copy.whole)
    return replace(mention, cut=found.cut, changed=found.changed, added_words=found.added_words)
