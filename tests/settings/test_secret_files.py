from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor.settings import load_settings

SECRET = "hush hush"


@pytest.fixture
def secret(folder):
    """Writes a secret file that only its owner can read."""

    def write(name, content, mode=0o600):
        file = folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        file.chmod(mode)
        return file

    return write


def test_secrets_are_read_from_their_files_and_shown_nowhere(folder, secret, tmp_path):
    secret("mail-password", f"{SECRET}\n")
    secret("proxy-login", f"us@er:{SECRET}\n")
    secret("source-login", f"reader:{SECRET}:x")
    hook = secret("hook", "https://hook.example.org/hush-hush")
    (folder / "monitor.toml").write_text(f"""
[fetch]
proxy = "http://proxy:3128"
proxy_file = "proxy-login"
[mail]
host = "localhost"
user = "desk"
password_file = "mail-password"
[channel.ops]
kind = "slack"
url_file = "{hook}"
""")
    (folder / "sources.toml").write_text("""
[[source]]
id = "a"
url = "https://a.example/"
auth_file = "source-login"
proxy = "https://proxy:3128"
proxy_file = "proxy-login"
headers = { "X-Key" = "hush hush" }
""")
    settings = load_settings(folder, {})
    assert settings.mail.password == SECRET
    assert settings.fetch.proxy == "http://us%40er:hush%20hush@proxy:3128"
    assert settings.channels["ops"].url == "https://hook.example.org/hush-hush"
    assert settings.sources[0].auth == ("reader", f"{SECRET}:x")
    assert settings.sources[0].proxy == "https://us%40er:hush%20hush@proxy:3128"
    assert settings.warnings == ()
    assert "hush" not in repr(settings)


def test_a_file_that_names_no_secret_is_left_alone(folder):
    (folder / "monitor.toml").write_text('[mail]\npassword_file = ""\nuser = ""\n[fetch]\nproxy_file = ""\n')
    assert load_settings(folder, {}).mail.password == ""


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "cannot be read (No such file or directory); create it or mend the path"),
        ("", "is empty; write the secret on one line"),
        (" \n", "is empty; write the secret on one line"),
        ("user:hush\nmore", "holds more than one line; write the secret on one line"),
        (b"\xff\xfe:hush", "is no UTF-8 text; write the secret on one line"),
        ("hush", "must hold user:password on one line"),
    ],
)
def test_a_secret_that_cannot_be_used_is_told_without_being_shown(folder, secret, content, told):
    if content is not None:
        secret("login", content)
    (folder / "sources.toml").write_text('[[source]]\nid = "a"\nurl = "https://a.example/"\nauth_file = "login"\n')
    with pytest.raises(ConfigError) as refused:
        load_settings(folder, {})
    (problem,) = refused.value.problems
    assert str(problem) == f"{folder}/sources.toml:4: source[a].auth_file: the file {folder}/login {told}"
    assert "hush" not in str(problem)


def test_a_secret_is_looked_for_even_where_another_key_is_wrong(folder):
    (folder / "monitor.toml").write_text('[mail]\nuser = "x"\npassword_file = "none"\nport = "x"\n')
    with pytest.raises(ConfigError) as refused:
        load_settings(folder, {})
    assert [problem.line for problem in refused.value.problems] == [3, 4]


def test_a_secret_that_everybody_can_read_is_warned_of(folder, secret):
    file = secret("mail-password", SECRET, mode=0o644)
    (folder / "monitor.toml").write_text('[mail]\nuser = "x"\npassword_file = "mail-password"\n')
    (warning,) = load_settings(folder, {}).warnings
    assert warning.message == f"everybody on this machine can read {file}; chmod 600 it"
    assert (warning.line, warning.severity) == (3, "warning")


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("monitor.toml", '[fetch]\nproxy_file = "login"\n', "holds credentials, but there is no proxy"),
        ("monitor.toml", '[mail]\npassword_file = "login"\n', 'needs a user; write user = "…" too'),
        (
            "sources.toml",
            '[[source]]\nid = "a"\nurl = "https://a.example/"\nproxy_file = "login"\n',
            "holds credentials, but there is no proxy",
        ),
    ],
)
def test_a_secret_without_its_use_is_wrong(folder, secret, file, text, told):
    secret("login", "user:hush")
    (folder / file).write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_settings(folder, {})
    (problem,) = refused.value.problems
    assert problem.message.startswith(told)


def test_a_password_over_the_open_network_is_warned_of(folder, secret):
    secret("mail-password", SECRET)
    text = '[mail]\nhost = "mail.example.org"\nuser = "x"\npassword_file = "mail-password"\n'
    (folder / "monitor.toml").write_text(text)
    (warning,) = load_settings(folder, {}).warnings
    assert (warning.key, warning.severity) == ("mail.user", "warning")
    assert "unencrypted" in warning.message
    (folder / "monitor.toml").write_text(text + 'security = "tls"\n')
    assert load_settings(folder, {}).warnings == ()
