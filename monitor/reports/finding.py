"""Where copies of a release may be: the items of its story, those that share sampled shingles, those that hold runs of its words.

Each way proposes too much rather than too little; `judging` decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, islice

from monitor.model import Release
from monitor.reports.judging import MeasuredRelease
from monitor.store import Store
from monitor.store.finding import SeenSince, UpTo, Words, every
from monitor.stories.shingles import sample

PHRASE = 6  # words: each run of eleven holds one of the phrases that follow upon one another
PHRASES_MOST = 150
SHARED_LEAST = 2  # sampled shingles that a copy shares
PROPOSED_MOST = 5_000  # items that hold a phrase; the newest of more
EARLIER = timedelta(days=2)  # an outlet that was mailed the release may bring it before its own site does
QUOTED_MOST = 40  # words of a phrase that is looked for whole


def proposed(store: Store, release: Release, measured: MeasuredRelease) -> list[int]:
    """Ids of the items that may carry the release, in the order stored, without the release itself."""
    found = {*_of_story(store, release), *_sharing_shingles(store, measured), *_holding_runs(store, release, measured)}
    return sorted(found - {release.item_id or 0})


def is_older(store: Store, words: tuple[str, ...], before: datetime) -> bool:
    """Whether an item first seen before this instant holds the words in a row: then they are not the release's own."""
    upto = store.items.first_id_since(before) - 1
    condition = every([Words(_phrase(words[:QUOTED_MOST])), UpTo(upto)])
    return next(iter(store.items.find(condition)), None) is not None


def _of_story(store: Store, release: Release) -> Iterator[int]:
    if release.story_id is None:
        return
    yield from store.stories.members(release.story_id)
    yield from (item_id for item_id, _, _ in store.stories.holders_of(release.story_id))


def _sharing_shingles(store: Store, measured: MeasuredRelease) -> Iterable[int]:
    """Items of the window of folding that share enough sampled shingles to be copies."""
    holders = store.shingles.holders(sample(measured.text.shingles))
    counts = Counter(chain.from_iterable(holders.values()))
    return [item_id for item_id, count in counts.items() if count >= SHARED_LEAST]


def _holding_runs(store: Store, release: Release, measured: MeasuredRelease) -> Iterator[int]:
    """Items since the release that hold one of its phrases."""
    phrases = [_phrase(words) for words in _phrases(measured)]
    if not phrases:
        return
    since = release.first_seen_at or release.released_at
    bounds = [SeenSince(since - EARLIER)] if since else []
    yield from islice(store.items.find(every([Words(" OR ".join(phrases)), *bounds])), PROPOSED_MOST)


def _phrases(measured: MeasuredRelease) -> list[tuple[str, ...]]:
    """The title and the quotations, and the body in phrases, evenly chosen where it is long."""
    words = measured.whole.texts
    starts = range(0, max(1, len(words) - PHRASE + 1), PHRASE)
    body = [words[start : start + PHRASE] for start in starts]
    step = 1 + len(body) // PHRASES_MOST
    own = [words[:QUOTED_MOST] for words in measured.phrases]
    return [phrase for phrase in (*own, *body[::step]) if phrase]


def _phrase(words: tuple[str, ...]) -> str:
    """The words in a row, as FTS5 asks for them."""
    return '"' + " ".join(words).replace('"', '""') + '"'
