from __future__ import annotations

from monitor.stories.fingerprint import content_key, guid_key, text_key, title_key

FOURTEEN = [f"w{n}" for n in range(14)]


def test_keys_are_these_bytes_for_ever_unless_the_version_is_raised() -> None:
    assert title_key(["victory", "day"]).hex() == "a954bc11eaa0cdeb"
    assert content_key("Title", "Text").hex() == "939e49d58b31e21b"
    assert (text_key(FOURTEEN) or b"").hex() == "37f80bf780149e23"
    assert (guid_key("guid-1") or b"").hex() == "fbe6038dbd851915"


def test_a_text_of_fewer_than_fourteen_words_has_no_key() -> None:
    assert text_key(FOURTEEN[:13]) is None


def test_a_guid_of_white_space_is_none_and_white_space_about_one_is_ignored() -> None:
    assert guid_key(None) is None
    assert guid_key(" \n") is None
    assert guid_key(" guid-1\n") == guid_key("guid-1")


def test_title_and_text_are_told_apart() -> None:
    assert content_key("a", "b") != content_key("ab", "")


def test_a_lone_surrogate_has_a_key_too() -> None:
    assert len(title_key(["\ud800"])) == 8
