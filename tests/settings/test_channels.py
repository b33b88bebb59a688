"""Channels of every kind and the log-in at the mail server: what each needs, and what is told where it is missing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.settings import Channel, OAuthSettings, channel_checks, load_settings

Told = Callable[..., list[str]]
KEY = "whsec_" + base64.b64encode(b"thirty-two bytes of our own make").decode()
FILES = {
    "hook-url": "https://hook.example/services/T1/B2/hush",
    "bot": "123456:ABC-hush_1",
    "tok": "tk_hush",
    "key": KEY,
    "login": "desk:hush",
}

WHOLE = """
[channel.desk]
kind = "mail"
to = ["desk@example.org"]
[channel.chat]
kind = "slack"
url_file = "hook-url"
timeout = "5s"
proxy = "http://proxy:3128"
proxy_file = "login"
[channel.room]
kind = "mattermost"
url = "https://chat.example/hooks/x"
[channel.card]
kind = "teams"
url = "https://flows.example/a?sig=x"
[channel.hook]
kind = "webhook"
url = "http://127.0.0.1:9/in"
secret_file = "key"
[channel.phone]
kind = "ntfy"
url = "https://ntfy.example/our-topic"
token_file = "tok"
[channel.bot]
kind = "telegram"
token_file = "bot"
chat_id = "-1001"
[channel.other]
kind = "apprise"
url = "json://localhost"
"""


@pytest.fixture
def folder_with_secrets(folder: Path) -> Path:
    for name, content in FILES.items():
        (folder / name).write_text(content)
        (folder / name).chmod(0o600)
    return folder


def test_each_kind_of_channel_has_keys_of_its_own_and_shows_no_secret(folder_with_secrets: Path) -> None:
    (folder_with_secrets / "monitor.toml").write_text(WHOLE)
    settings = load_settings(folder_with_secrets, {})
    assert settings.warnings == ()
    assert dict(settings.channels) == {
        "desk": Channel("desk", "mail", to=("desk@example.org",)),
        "chat": Channel("chat", "slack", url=FILES["hook-url"], timeout_s=5.0, proxy="http://desk:hush@proxy:3128"),
        "room": Channel("room", "mattermost", url="https://chat.example/hooks/x"),
        "card": Channel("card", "teams", url="https://flows.example/a?sig=x"),
        "hook": Channel("hook", "webhook", url="http://127.0.0.1:9/in", secret=KEY),
        "phone": Channel("phone", "ntfy", url="https://ntfy.example/our-topic", token="tk_hush"),
        "bot": Channel("bot", "telegram", token=FILES["bot"], chat_id="-1001"),
        "other": Channel("other", "apprise", url="json://localhost"),
    }
    assert "hush" not in repr(settings)
    assert KEY not in repr(settings)


def test_the_mail_server_can_be_logged_in_to_by_a_token(folder_with_secrets: Path) -> None:
    (folder_with_secrets / "monitor.toml").write_text("""
[mail]
host = "smtp.example"
security = "starttls"
user = "desk@example.org"
oauth_token_url = "https://login.example/token"
oauth_client_id = "our-client"
oauth_client_secret_file = "key"
oauth_refresh_token_file = "tok"
oauth_scope = "smtp offline_access"
""")
    settings = load_settings(folder_with_secrets, {})
    assert settings.warnings == ()
    file = folder_with_secrets / "tok"
    assert settings.mail.oauth == OAuthSettings(
        "https://login.example/token", "our-client", KEY, "tk_hush", file, "smtp offline_access"
    )
    assert "hush" not in repr(settings)


NO_URL = 'needs either url = "https://…" or url_file, the file that holds it'
MISTAKES = [
    ('[channel.mail]\nkind = "slack"\nurl = "https://x"', "2: channel.mail.kind: the name mail is that of the mail server, "
     "which digests leave by; choose another name"),
    ('[channel.a]\nkind = "mattermost"', f"1: channel.a: a mattermost channel {NO_URL}"),
    ('[channel.a]\nkind = "teams"\nurl = "https://x"\nurl_file = "hook-url"', f"1: channel.a: a teams channel {NO_URL}"),
    ('[channel.a]\nkind = "slack"\nurl = "https://x"\nchat_id = "1"',
     "4: channel.a.chat_id: a slack channel has no chat_id; take the line out, or change kind"),
    ('[channel.a]\nkind = "mail"\nto = ["a@b.org"]\ntimeout = "5s"',
     "4: channel.a.timeout: a mail channel has no timeout; take the line out, or change kind"),
    ('[channel.a]\nkind = "slack"\nurl = "https://x"\nproxy_file = "login"',
     '4: channel.a.proxy_file: holds credentials, but there is no proxy; write proxy = "http://…:3128" too'),
    ('[channel.a]\nkind = "slack"\nurl = "hooks.example/hush"',
     "3: channel.a.url: is no web address; write it whole, as the service gives it: https://…"),
    ('[channel.a]\nkind = "slack"\nurl = "https://[hush/"',
     "3: channel.a.url: is no web address; write it whole, as the service gives it: https://…"),
    ('[channel.a]\nkind = "webhook"\nurl = "https://us:hush@x.example/"',
     "3: channel.a.url: has a user name or password in it; leave them out"),
    ('[channel.a]\nkind = "teams"\nurl_file = "tok"',
     "3: channel.a.url_file: is no web address; write it whole, as the service gives it: https://…"),
    ('[channel.a]\nkind = "ntfy"\nurl = "https://ntfy.example/"',
     "3: channel.a.url: names no topic; write e.g. https://ntfy.sh/your-topic"),
    ('[channel.a]\nkind = "ntfy"\nurl = "https://ntfy.example/t"\ntoken_file = "odd"',
     "4: channel.a.token_file: holds no token; a token is written in ASCII, without blanks"),
    ('[channel.a]\nkind = "telegram"\nchat_id = "1"',
     "1: channel.a: a telegram channel needs token_file, the file that holds the bot's token"),
    ('[channel.a]\nkind = "telegram"\ntoken_file = "bot"',
     '1: channel.a: a telegram channel needs a chat; write chat_id = "-1001234567890" or "@name"'),
    ('[channel.a]\nkind = "telegram"\ntoken_file = "bot"\nchat_id = "our room"',
     '4: channel.a.chat_id: is no chat; write its number or its name, "-1001234567890" or "@name"'),
    ('[channel.a]\nkind = "telegram"\ntoken_file = "tok"\nchat_id = "1"',
     "3: channel.a.token_file: holds no bot's token; it is written 123456:ABC-DEF, as @BotFather gives it"),
    ('[channel.a]\nkind = "webhook"\nurl = "https://x"\nsecret_file = "tok"',
     "4: channel.a.secret_file: holds no key; Standard Webhooks writes it in base64, with or without whsec_ before it"),
    ('[channel.a]\nkind = "webhook"\nurl = "https://x"\nsecret_file = "short"',
     "(warning) 4: channel.a.secret_file: holds a short key; 24 bytes or more (32 characters of base64) are safe"),
    ('[channel.a]\nkind = "apprise"\nurl = "discord"', "3: channel.a.url: is no address for apprise; write e.g. discord://…"),
    ('[channel.a]\nkind = "slack"\nurl = "https://x"\ntoken = "hush"', "4: channel.a.token: unknown key; secrets are kept "
     'out of these files: name a file that holds it with "token_file"'),
    ('[channel.a]\nkind = "telegram"\ntoken_file = "bot"\nchat_id = "1"\nbot_token = "hush"', "5: channel.a.bot_token: unknown "
     'key; secrets are kept out of these files: name a file that holds it with "token_file"'),
    ('[mail]\npassword_file = "tok"', '2: mail.password_file: needs a user; write user = "…" too'),
    ('[mail]\noauth_scope = "x"',
     '2: mail.oauth_scope: needs the address that gives tokens; write oauth_token_url = "https://…" too'),
    ('[mail]\nuser = "a"\npassword_file = "tok"\noauth_token_url = "https://x"\noauth_client_id = "c"\n'
     'oauth_refresh_token_file = "tok"',
     "4: mail.oauth_token_url: stands beside password_file; the server is logged in to by the one or the other"),
    ('[mail]\noauth_token_url = "https://x"\noauth_client_id = "c"\noauth_refresh_token_file = "tok"',
     '2: mail.oauth_token_url: needs the mailbox to log in to; write user = "…" too'),
    ('[mail]\nuser = "a"\noauth_token_url = "https://x"\noauth_refresh_token_file = "tok"',
     '3: mail.oauth_token_url: needs to know who asks; write oauth_client_id = "…" too'),
    ('[mail]\nuser = "a"\noauth_token_url = "https://x"\noauth_client_id = "c"',
     "3: mail.oauth_token_url: needs oauth_refresh_token_file, or oauth_client_secret_file to ask in the client's own name"),
    ('[mail]\nuser = "a"\nhost = "smtp.example"\npassword_file = "tok"',
     '(warning) 2: mail.user: the password would cross the network unencrypted; write security = "starttls" or "tls"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_channel_that_cannot_be_used_is_told_with_its_line_and_no_secret(
    folder_with_secrets: Path, told: Told, text: str, message: str
) -> None:
    for name, content in (("odd", "tökn"), ("short", "c2hvcnQ=")):
        (folder_with_secrets / name).write_text(content)
        (folder_with_secrets / name).chmod(0o600)
    mark = "(warning) " if message.startswith("(warning) ") else ""
    lines = told("monitor.toml", text)
    assert lines == [f"{mark}monitor.toml:{message.removeprefix(mark)}"]
    assert "hush" not in "".join(lines)


def test_a_channel_by_an_extra_that_is_not_installed_is_told(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_checks, "find_spec", lambda _: None)
    assert told("monitor.toml", '[channel.a]\nkind = "apprise"\nurl = "json://localhost"') == [
        "(warning) monitor.toml:2: channel.a.kind: needs an extra that is not installed, so what goes there waits; "
        "install it with: pip install 'monitor[apprise]'"
    ]


@pytest.mark.parametrize("text", ["channel = 3", "[channel]\na = 3", "[channel.a]\nkind = 3\nurl = 4"])
def test_tables_and_values_of_other_types_are_told_once_by_the_table(told: Told, text: str) -> None:
    lines = told("monitor.toml", text)
    assert len(lines) == len({line.split(": ")[1] for line in lines})
