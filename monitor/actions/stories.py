"""Stories arranged by hand: split, merged, and clips added that no source brings."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from monitor.actions.parts import ClipError, Parts, UnknownError
from monitor.actions.subscribing import shown_url
from monitor.arranging import Arranging
from monitor.contract import Object, item_object, story_object
from monitor.errors import SourceError
from monitor.intake import Intake
from monitor.model import CLIPS_SOURCE, Acquired, Entry, Gate, Job, Source, Story
from monitor.store import Store

CLIPS = Source(id=CLIPS_SOURCE, url="", name="Clips added by hand", publisher=CLIPS_SOURCE, enabled=False)
TITLE_CHARS = 120  # of a note that serves as its own title
OTHERWISE = "Give its text with --text-file, or say with --note what it brings."


async def split_story(parts: Parts, story_id: int, items: list[int]) -> AsyncGenerator[Object, None]:
    """Take items out of a story into one of their own; yields both as they stand then. Raises `UnknownError` where
    they are not all in that story, or are all of it."""
    store, now = parts.store, parts.clock()
    wanted = set(items)
    with store.transaction():
        members = set(_known(store, story_id).items)
        if strangers := sorted(wanted - members):
            raise UnknownError(
                f"item {strangers[0]} is not in story {story_id}; `monitor stories show {story_id}` lists its copies"
            )
        if wanted == members:
            raise UnknownError(f"these are all the items of story {story_id}; name those that do not belong there")
        new_id = Arranging(store, now, parts.window).split(story_id, wanted)
    for one in (story_id, new_id):
        yield story_object(_known(store, one))


async def merge_stories(parts: Parts, story_ids: list[int]) -> AsyncGenerator[Object, None]:
    """Bring several stories together in the first; yields it as it stands then. Raises `UnknownError` for a story
    there is not, and for fewer than two."""
    store, now = parts.store, parts.clock()
    wanted = list(dict.fromkeys(story_ids))
    if len(wanted) < 2:
        raise UnknownError("name two stories or more to bring together")
    with store.transaction():
        for story_id in wanted:
            _known(store, story_id)
        merged = Arranging(store, now, parts.window).merge(wanted)
    yield story_object(_known(store, merged))


async def clip_story(
    parts: Parts, story_id: int, title: str, text: str, url: str | None = None
) -> AsyncGenerator[Object, None]:
    """Add what no source brings to a story: an item with this text and address, or (an address alone) what stands at it. An
    article that is stored already is itself put into the story. Yields the item.

    Raises `UnknownError` where there is no such story, and `ClipError` where the page cannot be taken.
    """
    store, now = parts.store, parts.clock()
    _known(store, story_id)
    entry = _written(title, text, url, now) if text.strip() else await _fetched(parts, title, url or "")
    # Each outlet counts as a publisher of its own, and a note without an address as nobody's.
    source = replace(CLIPS, publisher=urlsplit(url or "").hostname or CLIPS.publisher)
    with store.transaction():
        _known(store, story_id)  # it may have gone while the page was fetched
        store.sources.reserve(CLIPS)
        intake = Intake(store, source, parts.configuration.rules, now, now, parts.window)
        intake.take(Acquired(source.id, Gate.WHOLE, (entry,)))
        [item_id] = intake.taken
        Arranging(store, now, parts.window).put(item_id, story_id)
    item = store.items.get(item_id)
    if item is not None:
        yield item_object(item) | {"is_new": intake.new_count == 1}


def _written(title: str, text: str, url: str | None, now: datetime) -> Entry:
    heading = title or text.strip().partition("\n")[0][:TITLE_CHARS]
    body = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
    return Entry(guid=None, url=url, title=heading, text=text, html=body, published_at=now)


async def _fetched(parts: Parts, title: str, url: str) -> Entry:
    """The article at an address, through the same guard as feeds. Raises `ClipError`."""
    job = Job(CLIPS.id, url, proxy=parts.configuration.settings.fetch.proxy)
    try:
        page = await parts.pipeline.acquirer.article(job, parts.clock())
    except SourceError as error:
        raise ClipError(f"{shown_url(url)}: {error} {OTHERWISE}") from error
    if not page.text:
        raise ClipError(f"{shown_url(url)}: no article was found in this page. {OTHERWISE}")
    return Entry(
        guid=None,
        url=url,
        title=title or page.title or page.text.partition("\n")[0][:TITLE_CHARS],
        text=page.text,
        html=page.html,
        language=page.language,
        published_at=page.published_at or parts.clock(),
    )


def _known(store: Store, story_id: int) -> Story:
    found = store.stories.get(story_id)
    if found is None:
        raise UnknownError(f"there is no story {story_id}; `monitor stories list` shows them")
    return found
