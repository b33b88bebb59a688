"""The bytes decide what a document is written in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.charsets import decide, is_ascii_compatible, known_codec

TEXTS = {
    "ru": "Министерство сообщило о переговорах. Встреча прошла в столице «конструктивно».",
    "zh": "新闻发言人今天在首都举行例行记者会，介绍有关情况。",
    "tw": "新聞發言人今天在首都舉行例行記者會，介紹有關情況。",
    "ko": "대변인은 오늘 수도에서 정례 브리핑을 열고 관련 상황을 설명했다.",
    "ja": "報道官は本日、首都で定例の記者会見を行い、関連する状況について説明した。",
    "fr": "Le porte-parole a déclaré que l’été dernier les échanges étaient terminés à l'hôtel.",
    "de": "Die Sprecherin erklärte, die Gespräche würden in München weitergeführt.",
    "tr": "Sözcü bugün görüşmelerin sürdüğünü açıkladı, şimdi değişiklik yok, ılımlı konuştu.",
    "ar": "أعلن المتحدث اليوم أن المحادثات مستمرة في العاصمة بين الطرفين",
    "el": "Ο εκπρόσωπος ανακοίνωσε σήμερα ότι οι συνομιλίες συνεχίζονται",
    "he": "הדובר הודיע היום כי השיחות נמשכות בבירה",
    "th": "โฆษกแถลงวันนี้ว่าการเจรจายังดำเนินต่อไปในเมืองหลวง",
}
WRITTEN = [
    ("ru", "cp1251"),
    ("ru", "koi8-r"),
    ("ru", "cp866"),
    ("zh", "gb2312"),
    ("zh", "gb18030"),
    ("tw", "big5"),
    ("ko", "euc-kr"),
    ("ja", "shift_jis"),
    ("ja", "euc-jp"),
    ("fr", "cp1252"),
    ("de", "iso-8859-1"),
    ("tr", "cp1254"),
    ("ar", "cp1256"),
    ("el", "cp1253"),
    ("he", "cp1255"),
    ("th", "tis-620"),
]


def document(language: str, codec: str, declared: str) -> tuple[bytes, str]:
    body = f'<?xml version="1.0" encoding="{declared}"?><rss><item><title>{TEXTS[language]}</title></item></rss>'
    raw = body.encode(codec, "ignore")
    return raw, raw.decode(codec)


@pytest.mark.parametrize(("language", "codec"), WRITTEN)
@pytest.mark.parametrize("claim", ["the truth", "utf-8", "iso-8859-1", "no-such-encoding"])
def test_a_document_is_readable_whatever_it_is_said_to_be(language: str, codec: str, claim: str) -> None:
    raw, text = document(language, codec, codec if claim == "the truth" else claim)
    assert raw.decode(decide(raw)) == text


@pytest.mark.parametrize("language", sorted(TEXTS))
@pytest.mark.parametrize("claim", ["utf-8", "windows-1251", "iso-8859-1", "gb2312"])
def test_utf_8_is_known_under_any_name(language: str, claim: str) -> None:
    raw, text = document(language, "utf-8", claim)
    assert raw.decode(decide(raw)) == text


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"])
def test_wide_encodings_are_known_with_and_without_a_mark(codec: str) -> None:
    raw, text = document("ru", codec, "utf-16")
    assert raw.decode(decide(raw)) == text


def test_the_header_goes_before_the_document_unless_it_says_what_servers_say_by_default() -> None:
    raw, text = document("ru", "koi8-r", "windows-1251")
    assert raw.decode(decide(raw, "text/xml; charset=KOI8-R")) == text
    raw, text = document("ru", "cp1251", "windows-1251")
    assert raw.decode(decide(raw, 'text/xml; charset="iso-8859-1"')) == text
    assert raw.decode(decide(raw, "text/xml; charset=utf-8")) == text


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    raw = (TEXTS["ru"] * 3).encode() + b"\xff\xfe broken \xe9"
    assert decide(raw) == "utf-8"


def test_a_short_text_in_a_two_byte_encoding_is_taken_at_its_word() -> None:
    raw = '<?xml version="1.0" encoding="gb2312"?><t>联通</t>'.encode("gb2312")
    assert raw.decode(decide(raw)).endswith("<t>联通</t>")


def test_escaped_encodings_are_honoured_only_where_declared() -> None:
    raw = '<?xml version="1.0" encoding="iso-2022-jp"?><t>会見</t>'.encode("iso-2022-jp")
    assert raw.decode(decide(raw)).endswith("<t>会見</t>")
    assert decide(b"<rss>plain</rss>", "text/xml; charset=windows-1251") == "utf-8"


def test_a_page_names_its_encoding_too() -> None:
    raw = f'<html><meta charset="windows-1251"><p>{TEXTS["ru"]}'.encode("cp1251")
    assert decide(raw) == "cp1251"


@pytest.mark.parametrize(
    "codec", ["utf-8", "cp1251", "gb18030", "cp932", "euc_jp", "cp949", "big5hkscs", "koi8-r", "ascii"]
)
def test_tags_can_be_found_in_most_encodings(codec: str) -> None:
    assert is_ascii_compatible(codec)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-32", "utf-7", "iso2022_jp", "hz", "cp037", "cp500"])
def test_tags_cannot_be_found_in_some(codec: str) -> None:
    assert not is_ascii_compatible(codec)


@pytest.mark.parametrize("label", ["rot13", "base64", "idna", "nonsense", "", "zip", "unicode_escape"])
def test_labels_of_what_is_no_encoding_are_unknown(label: str) -> None:
    assert known_codec(label) == ""


def test_labels_mean_what_they_mean_in_practice() -> None:
    labels = ["GB2312", "ISO-8859-1", "x-sjis", "us-ascii", "ks_c_5601-1987", "UTF8"]
    assert [known_codec(label) for label in labels] == ["gb18030", "cp1252", "cp932", "cp1252", "cp949", "utf-8"]


@given(
    st.binary(max_size=400),
    st.sampled_from(["", "text/xml; charset=utf-8", "text/xml; charset=x'\"", "charset=euc-jp"]),
)
def test_any_bytes_get_an_encoding_that_decodes_them(raw: bytes, content_type: str) -> None:
    assert isinstance(raw.decode(decide(raw, content_type), "replace"), str)
