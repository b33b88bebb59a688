from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.settings import values


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("15m", 900), ("1h30m", 5400), ("20s", 20), ("500ms", 0.5), ("2d", 172_800), ("1w", 604_800), ("1.5h", 5400)],
)
def test_a_duration_is_read_in_seconds(written, seconds):
    assert values.duration_s(written) == seconds


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (15, 'must be a duration in quotes with its unit, e.g. "15m", "1h30m" or "20s"'),
        ("15", '"15" is no duration; write e.g. "15m", "1h30m" or "20s"'),
        ("-5m", '"-5m" is no duration; write e.g. "15m", "1h30m" or "20s"'),
        ("0s", '"0s" is no time at all; write e.g. "15m", "1h30m" or "20s"'),
        ("5m" * 40 + "x", f'"{"5m" * 30}…" is no duration; write e.g. "15m", "1h30m" or "20s"'),
    ],
)
def test_what_is_no_duration_is_told_with_an_example(written, message):
    with pytest.raises(values.Unfit) as refused:
        values.duration_s(written)
    assert str(refused.value) == message


@given(st.integers(min_value=1, max_value=10**10))
def test_a_duration_is_written_as_it_is_read(milliseconds):
    assert round(values.duration_s(values.duration_text(milliseconds / 1000)) * 1000) == milliseconds


def test_no_time_is_written_with_its_unit():
    assert values.duration_text(0) == "0s"


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("10MB", 10_000_000),
        ("500kB", 500_000),
        ("4MiB", 4_194_304),
        ("1.5GB", 1_500_000_000),
        ("512", 512),
        (2048, 2048),
    ],
)
def test_a_size_is_read_in_bytes(written, size):
    assert values.size_bytes(written) == size


@pytest.mark.parametrize("written", ["ten", "10XB", True, 1.5, "", "-1MB", -1])
def test_what_is_no_size_is_refused(written):
    with pytest.raises(values.Unfit, match="is no size"):
        values.size_bytes(written)


def test_a_size_of_nothing_is_refused():
    with pytest.raises(values.Unfit, match="more than nothing"):
        values.size_bytes("0MB")


@pytest.mark.parametrize(
    ("value", "told"), [("3", "whole number"), (True, "whole number"), (2.0, "whole number"), (0, "too small")]
)
def test_a_count_is_a_whole_number_from_one(value, told):
    assert values.count(1) == 1
    with pytest.raises(values.Unfit, match=told):
        values.count(value)


def test_a_port_ends_at_65535():
    assert values.port(65_535) == 65_535
    with pytest.raises(values.Unfit, match="65536 is no port"):
        values.port(65_536)


def test_a_network_is_read_in_cidr_form_and_a_bare_address_is_one():
    assert str(values.network("127.0.0.0/8")) == "127.0.0.0/8"
    assert str(values.network("fd00::/8")) == "fd00::/8"
    assert str(values.network("10.1.2.3")) == "10.1.2.3/32"


def test_a_network_with_bits_behind_its_prefix_names_the_right_one():
    with pytest.raises(values.Unfit, match=r'the network is "10\.0\.0\.0/8"'):
        values.network("10.0.0.1/8")
    with pytest.raises(values.Unfit, match='/8" is no network'):
        values.network("10.0/8")


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("Asia/Karatchi", 'did you mean "Asia/Karachi"?'),
        ("Karachi", 'did you mean "Asia/Karachi"?'),
        ("", 'write e.g. "Asia/Karachi", "Europe/Berlin" or "UTC"'),
        ("../etc/passwd", "write e.g."),
        ("Asia", "?"),
        ("qqqqqq", "write e.g."),
    ],
)
def test_a_time_zone_is_one_of_the_iana_names(written, hint):
    assert values.timezone("Asia/Karachi") == "Asia/Karachi"
    with pytest.raises(values.Unfit) as refused:
        values.timezone(written)
    assert hint in str(refused.value)


def test_quiet_hours_may_span_midnight_and_may_be_none():
    assert values.quiet_hours("22:00-06:00") == (time(22), time(6))
    assert values.quiet_hours("22:00 - 06:30") == (time(22), time(6, 30))
    assert values.quiet_hours("") is None


@pytest.mark.parametrize("written", ["22-6", "22:00", "22:00-24:00", 22, "x-06:00"])
def test_what_are_no_quiet_hours_is_refused(written):
    with pytest.raises(values.Unfit, match="no quiet hours"):
        values.quiet_hours(written)


def test_quiet_hours_of_no_length_are_refused():
    with pytest.raises(values.Unfit, match="same time"):
        values.quiet_hours("22:00-22:00")


@pytest.mark.parametrize("written", ["7:00", "24:00", "07:60", "07:00:00", 7, "٠٧:٠٠"])
def test_a_time_of_day_is_hours_and_minutes(written):
    assert values.time_of_day("07:05") == time(7, 5)
    with pytest.raises(values.Unfit, match="no time of day"):
        values.time_of_day(written)


def test_a_schedule_has_five_fields_with_single_blanks():
    assert values.cron("0  7 * *\t1-5") == "0 7 * * 1-5"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("0 0 7 * * *", "write minute, hour, day, month and weekday"),
        (7, "write minute, hour, day, month and weekday"),
        ("0 25 * * *", "(bad hour)"),
        ("0 7 31 2 *", "(bad day-of-month)"),
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(written, told):
    with pytest.raises(values.Unfit) as refused:
        values.cron(written)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    "written", ["desk@example.org", "Press desk <desk@example.org>", "desk@localhost", '"A, B" <a@b.org>']
)
def test_a_mail_address_may_carry_a_name(written):
    assert values.mailbox(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "nobody",
        "a@",
        "@b",
        "A <b@c.org>, d@e.org",
        "a@b.org, c@d.org",
        "a b@c.org",
        "a@b..org",
        "ü@b.org",
        "a@b.org\nBcc: x@y.org",
        "",
    ],
)
def test_what_is_no_single_mail_address_is_refused(written):
    with pytest.raises(values.Unfit):
        values.mailbox(written)


@pytest.mark.parametrize("written", ["a", "app-pk", "0.x_y-z", "a" * 64])
def test_an_id_is_short_plain_and_lower_case(written):
    assert values.identifier(written) == written


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("BBC World", 'write e.g. "bbc-world"'),
        ("-x", 'write e.g. "x"'),
        ("Əli", 'write e.g. "li"'),
        ("", 'write e.g. "app-pk"'),
        (5, 'write e.g. "app-pk"'),
        ("a" * 65, f'write e.g. "{"a" * 64}"'),
        ("x\n", 'write e.g. "x"'),
    ],
)
def test_what_is_no_id_is_told_with_one_that_is(written, hint):
    with pytest.raises(values.Unfit) as refused:
        values.identifier(written)
    assert str(refused.value).endswith(hint)


@given(st.text(min_size=1))
def test_the_id_that_is_proposed_is_one(text):
    try:
        values.identifier(text)
    except values.Unfit as refused:
        proposed = str(refused).rpartition('write e.g. "')[2].rstrip('"')
        assert values.identifier(proposed) == proposed


@pytest.mark.parametrize(
    "written", ["https://example.org/feed.xml", "http://[::1]:8080/x?y=z", "https://мид.example/лента"]
)
def test_a_web_address_is_http_or_https_with_a_host(written):
    assert values.web_url(written) == written


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("example.org/feed", '"example.org/feed" is no web address; write e.g. "https://example.org/feed"'),
        ("feed://example.org/x", '"feed://example.org/x" is no web address; write e.g. "https://example.org/x"'),
        ("ftp://x", '"ftp://x" is no web address; write e.g. https://example.org/feed.xml'),
        ("https://", '"https://" is no web address; write e.g. https://example.org/feed.xml'),
        ("https://[::1/x", '"https://[::1/x" is no web address; write e.g. https://example.org/feed.xml'),
        ("https://a.org:99999/", '"https://a.org:99999/" is no web address; write e.g. https://example.org/feed.xml'),
        ("https://a.org:0/", '"https://a.org:0/" is no web address; write e.g. https://example.org/feed.xml'),
        ("ftp://a.org/x?token=hush", '"ftp://a.org/x" is no web address; write e.g. "https://a.org/x"'),
    ],
)
def test_what_is_no_web_address_is_told_with_a_guess(written, message):
    with pytest.raises(values.Unfit) as refused:
        values.web_url(written)
    assert str(refused.value) == message


def test_credentials_in_an_address_are_refused_and_not_repeated():
    for check in (values.web_url, values.proxy_url):
        with pytest.raises(values.Unfit) as refused:
            check("https://user:hush@example.org/")
        assert "hush" not in str(refused.value)


def test_an_at_sign_in_a_path_is_no_credential():
    assert values.web_url("https://example.org/@desk/feed") == "https://example.org/@desk/feed"


def test_a_base_url_and_a_proxy_may_be_none():
    assert values.base_url("") == values.proxy_url("") == ""
    assert values.base_url("https://monitor.example.org/") == "https://monitor.example.org"
    assert values.proxy_url("http://proxy:3128") == "http://proxy:3128"


@pytest.mark.parametrize(
    ("written", "address"),
    [("127.0.0.1:8080", ("127.0.0.1", 8080)), ("[::1]:0", ("::1", 0)), ("localhost:80", ("localhost", 80))],
)
def test_an_address_to_listen_on_has_a_host_and_a_port(written, address):
    assert values.listen(written) == address


@pytest.mark.parametrize("written", ["8080", ":8080", "::1:8080", "a:b", "a:65536", "a b:80", "a:"])
def test_what_nobody_can_listen_on_is_refused(written):
    with pytest.raises(values.Unfit, match="no address to listen on"):
        values.listen(written)


def test_a_country_is_two_capitals_or_a_body_of_several():
    assert [values.country(code) for code in ("PK", "UN", "INT", "")] == ["PK", "UN", "INT", ""]
    with pytest.raises(values.Unfit, match='write "PK"'):
        values.country("pk")
    with pytest.raises(values.Unfit, match=r'write e\.g\. "PK"'):
        values.country("Pakistan")


def test_a_language_is_a_tag_of_rfc_5646():
    assert [values.language(tag) for tag in ("en", "zh-Hans", "")] == ["en", "zh-Hans", ""]
    with pytest.raises(values.Unfit, match='"English" is no language tag'):
        values.language("English")


def test_a_tag_has_no_blanks_at_its_ends():
    assert values.tag("south asia") == "south asia"
    for written in ("", " x", "x "):
        with pytest.raises(values.Unfit, match="no tag"):
            values.tag(written)


def test_headers_are_plain_texts_by_name():
    assert values.headers({"Accept-Language": "en"}) == {"Accept-Language": "en"}
    with pytest.raises(values.Unfit, match="must be a table"):
        values.headers("en")
    with pytest.raises(values.Unfit, match="no name of a header"):
        values.headers({"Accept Language": "en"})
    for content in ("x\r\nHost: y", 3, "schön"):
        with pytest.raises(values.Unfit, match='the header "X-Key" must be ASCII text'):
            values.headers({"X-Key": content})


def test_a_line_is_one_line_of_text():
    assert values.line("Press desk") == "Press desk"
    with pytest.raises(values.Unfit, match="text in quotes"):
        values.line(3)
    with pytest.raises(values.Unfit, match="line break"):
        values.line("a\nb")


def test_a_line_that_must_say_something_is_not_blank():
    assert values.filled("x") == "x"
    with pytest.raises(values.Unfit, match="is empty"):
        values.filled("  ")


def test_one_of_several_words_names_the_near_one():
    check = values.one_of("none", "starttls", "tls")
    assert check("tls") == "tls"
    with pytest.raises(values.Unfit) as refused:
        check("startls")
    assert (
        str(refused.value)
        == '"startls" is not possible here; write one of none, starttls, tls; did you mean "starttls"?'
    )
    with pytest.raises(values.Unfit) as refused:
        check(True)
    assert str(refused.value) == '"True" is not possible here; write one of none, starttls, tls'
