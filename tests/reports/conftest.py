"""A release of an embassy and what nine outlets made of it, taken in as polls would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.intake import Intake
from monitor.model import Acquired, Entry, Gate, Kind, Source
from monitor.rules import RuleSet
from monitor.store import Store, open_store

RELEASED = datetime(2026, 11, 23, 7, tzinfo=UTC)
TITLE = "Atlantis marks Day of the Sea with boats in Islamabad"
PARAGRAPHS = (
    "The Embassy of Atlantis in Islamabad marked the Day of the Sea on Monday with an exhibition of model boats in the city "
    "library. The ambassador, Ana Reed, opened it together with the mayor.",
    "“A boat that is well kept carries three generations across the strait,” the ambassador said at the opening. She thanked "
    "the boatyards that had lent forty models for the show.",
    "Guests from ten countries came to the opening, among them teachers and pupils of the city's schools. A choir of the "
    "maritime college sang songs of the coast, and a film on the building of wooden boats was shown in the reading room.",
    "The exhibition is open daily from nine to five until 14 December 2026, and entrance is free. Schools may book guided "
    "tours through the embassy's cultural section.",
)
TEXT = "\n\n".join(PARAGRAPHS)
SOURCES = {
    source.id: source
    for source in (
        Source(
            "embassy",
            "https://embassy.example/feed",
            "Embassy of Atlantis",
            "atlantis",
            Kind.EMBASSY,
            "PK",
            "en",
            own=True,
        ),
        Source("embassy-news", "https://embassy.example/news", "Embassy news", "atlantis", Kind.EMBASSY, "PK", "en"),
        Source("tns", "https://tns.example/feed", "The News Service", "TNS", Kind.WIRE, "PK", "en"),
        Source("courier", "https://courier.example/feed", "The Daily Courier", "courier", Kind.PRESS, "PK", "en"),
        Source("herald", "https://herald.example/feed", "Harbour Herald", "herald", Kind.PRESS, "AE", "en"),
        Source("radio", "https://radio.example/feed", "Radio Indus", "radio", Kind.PRESS, "PK", "en"),
        Source("sahil", "https://sahil.example/feed", "روزنامہ ساحل", "sahil", Kind.PRESS, "PK", "ur"),
        Source("week", "https://week.example/feed", "Week in Culture", "week", Kind.PRESS, "GB", "en"),
    )
}

Put = Callable[..., int]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "monitor.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = open_store(path)
    opened.sources.mirror(list(SOURCES.values()))
    yield opened
    opened.close()


@pytest.fixture
def put(store: Store) -> Put:
    """Takes in an article of a source, `hours` after the release and seen five minutes later; gives its id."""

    def take(
        source: str,
        title: str,
        text: str,
        hours: float = 1.0,
        *,
        seen_hours: float | None = None,
        rules: RuleSet | None = None,
        html: str | None = None,
    ) -> int:
        at = RELEASED + timedelta(hours=hours)
        seen = at + timedelta(minutes=5) if seen_hours is None else RELEASED + timedelta(hours=seen_hours)
        entry = Entry(
            guid=f"{title} {hours}",
            url=f"https://{source}.example/{abs(hours)}/{len(title)}",
            title=title,
            text=text,
            html=html or f"<p>{text}</p>",
            language=SOURCES[source].language,
            published_at=at,
        )
        with store.transaction():
            intake = Intake(store, SOURCES[source], rules or RuleSet(), seen, seen - timedelta(minutes=15))
            intake.take(Acquired(source, Gate.WHOLE, (entry,)))
        assert intake.new_count == 1
        return store.items.last_id()

    return take


@pytest.fixture
def release(put: Put) -> int:
    return put("embassy", TITLE, TEXT, 0.0)
