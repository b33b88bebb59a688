"""A made-up edition in which everything stands that can: what templates of a configuration's own are tried on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.messages import PLAIN, catalogue
from monitor.notices.content import (
    Ailing,
    Carried,
    Content,
    Correction,
    Entry,
    FollowUp,
    Mark,
    SameEvent,
    Section,
    Tally,
)
from monitor.notices.digest_words import Words

AT = datetime(2026, 11, 23, 7, tzinfo=UTC)
_MARK = Mark("CORRECTED", "The Paper", AT)


def sample_content() -> Content:
    """The edition."""
    url = "https://paper.example/1"
    entry = Entry(
        *(1, 1, 1, "Reading room opens", "The reading room is open.", "The Paper", "Harbour", AT, False, url, "en"),
        *(("The Courier",), ("courier", "paper")),
        hits=("room",),
        same_event=(SameEvent(2, "A room for readers", "The Courier", url),),
        mark=_MARK,
        note="Seen.",
    )
    return Content(
        digest_id="sample",
        title="Sample",
        timezone="UTC",
        due_at=AT,
        made_at=AT,
        window_from=AT,
        window_to=AT,
        is_late=True,
        sections=(
            Section(
                "News", (entry,), (FollowUp(3, 3, 1, "Bridge closes", url, "en", ("The Courier",), ("courier",)),), 1
            ),
            Section("Energy"),
        ),
        tally=Tally(9, 1, 1, 1, 1, 1, 1),
        source_count=2,
        waiting_count=1,
        ailing=(Ailing("The Paper", "failing", "HTTP 503"),),
        corrections=(
            Correction(4, 4, 1, "CORRECTED: Bridge opens", url, "en", _MARK, "Bridge closes", AT, ("paper",)),
        ),
        week=(Carried(5, 5, "Harbour grows", url, "en", "The Paper", 3, AT),),
        reads=(PLAIN,),
        note="For the ambassador.",
    )


def sample_values() -> dict[str, Any]:
    """What templates are given of it, in English."""
    return Words(sample_content(), catalogue(PLAIN)).values()
