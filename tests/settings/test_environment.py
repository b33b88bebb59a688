from __future__ import annotations

from ipaddress import ip_network

import pytest

from monitor.settings import load_settings


def test_the_environment_goes_before_the_file(folder):
    (folder / "monitor.toml").write_text('[mail]\nhost = "a.example"\nport = 25\n[fetch]\ninterval = "nonsense"\n')
    environ = {
        "MONITOR_MAIL__HOST": "b.example",
        "MONITOR_MAIL__PORT": "2525",
        "MONITOR_MAIL__FROM": "desk@example.org",
        "MONITOR_FETCH__INTERVAL": "10m",
        "MONITOR_FETCH__MAX_BYTES": "5MB",
        "MONITOR_STORE__PATH": "/srv/x.db",
        "MONITOR_CONFIG": "elsewhere",
        "HOME": "/",
    }
    settings = load_settings(folder, environ)
    assert (settings.mail.host, settings.mail.port, settings.mail.sender) == ("b.example", 2525, "desk@example.org")
    assert (settings.fetch.interval_s, settings.fetch.max_bytes) == (600.0, 5_000_000)
    assert str(settings.store.path) == "/srv/x.db"


@pytest.mark.parametrize("written", ['["127.0.0.0/8", "::1"]', "127.0.0.0/8, ::1", "127.0.0.0/8,::1,"])
def test_a_list_is_written_as_toml_or_between_commas(folder, written):
    settings = load_settings(folder, {"MONITOR_FETCH__ALLOW_PRIVATE": written})
    assert settings.fetch.allow_private == (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def test_a_channel_can_come_from_the_environment_alone(folder):
    environ = {"MONITOR_CHANNEL__DESK__KIND": "mail", "MONITOR_CHANNEL__DESK__TO": "a@b.org,c@d.org"}
    assert load_settings(folder, environ).channels["desk"].to == ("a@b.org", "c@d.org")


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"MONITOR_MAIL__PORT": "smtp"}, "MONITOR_MAIL__PORT: must be a whole number without quotes, e.g. 15"),
        (
            {"MONITOR_MAIL__PORT": "99999"},
            "MONITOR_MAIL__PORT: 99999 is no port; ports go from 1 to 65535, e.g. 25, 465 or 587",
        ),
        ({"MONITOR_MAIL__HOTS": "x"}, 'MONITOR_MAIL__HOTS: unknown key; did you mean "host"?'),
        ({"MONITOR_FETSCH__PROXY": "x"}, 'MONITOR_FETSCH__PROXY: unknown key; did you mean "fetch"?'),
        ({"MONITOR_WEB__LISTEN__PORT": "1"}, 'MONITOR_WEB__LISTEN__PORT: must be text in quotes, e.g. "…"'),
        (
            {"MONITOR_FETCH__ALLOW_PRIVATE": "10.0.0.1/8"},
            'MONITOR_FETCH__ALLOW_PRIVATE: "10.0.0.1/8" has bits set behind its prefix; the network is "10.0.0.0/8"',
        ),
        (
            {"MONITOR_CHANNEL__DESK__KIND": "mail"},
            'MONITOR_CHANNEL__DESK__KIND: a mail channel needs addresses; write to = ["desk@example.org"]',
        ),
        (
            {"MONITOR_CHANNEL__DESK": "mail"},
            "MONITOR_CHANNEL__DESK: must be a table; begin it with [channel.desk]",
        ),
        (
            {"MONITOR_MAIL__USER": "x"},
            'MONITOR_MAIL__USER: needs a password; write it into a file and name that: password_file = "mail-password"',
        ),
    ],
)
def test_a_bad_value_is_located_at_the_name_of_its_variable(told, environ, message):
    assert told(environ=environ) == [f"environment:0: {message}"]


def test_what_the_environment_does_not_set_is_located_in_the_file(told):
    lines = told("monitor.toml", '[mail]\nhots = "x"\n[web]\nlisten = "x:1"\n', {"MONITOR_MAIL__HOST": "y"})
    assert lines == ['monitor.toml:2: mail.hots: unknown key; did you mean "host"?']


def test_the_environment_says_nothing_where_the_monitor_file_is_not_read(folder):
    settings = load_settings(folder, {"MONITOR_MAIL__HOST": "b.example"}, parts={"sources"})
    assert settings.mail.host == "localhost"
