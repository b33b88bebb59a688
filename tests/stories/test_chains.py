from __future__ import annotations

from monitor.stories.chains import Earlier, earlier_versions
from monitor.text.tokens import words


def earlier(item_id: int, title: str) -> Earlier:
    return Earlier(item_id, tuple(words(title)))


BEFORE = [
    earlier(5, "Ferry service between the islands resumes"),
    earlier(4, "Quake shakes coast, 12 houses damaged"),
    earlier(3, "Quake shakes coast, 9 houses damaged"),
    earlier(2, "Talks"),
]


def test_an_update_follows_what_its_source_printed_under_a_like_headline_the_likest_first() -> None:
    found = earlier_versions("UPDATE 2", words("Quake shakes coast, 12 houses damaged, 3 roads shut"), [], BEFORE)
    assert found == [4, 3]
    assert earlier_versions("UPDATE 1", words("Ministers sign a treaty on rivers"), [], BEFORE) == []


def test_a_short_headline_is_like_none() -> None:
    assert earlier_versions("UPDATE 1", words("Talks"), [], BEFORE) == []
    assert earlier_versions("CORRECTED", words("Talks"), words("talks talks"), BEFORE) == []


def test_a_withdrawal_follows_what_it_names() -> None:
    notice = words(
        "The report headlined Ferry service between islands resumes is withdrawn, as the ferry is still in port."
    )
    assert earlier_versions("STORY WITHDRAWN", words("Islands"), notice, BEFORE) == [5]
    assert earlier_versions("UPDATE 1", words("Islands"), notice, BEFORE) == []
