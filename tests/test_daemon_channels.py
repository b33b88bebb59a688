"""A daemon that tells every kind of channel of one article, as its own process; and one that is killed while it does."""

from __future__ import annotations

import base64
import time
from contextlib import ExitStack

from tests.conftest import Article, Folder, Inbox, Page, Site, rss, running, source, until
from tests.delivery import standin
from tests.hook import Hook, hooking

SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes of our own make").decode()
BOT = "123456:ABC-hush12345"
RULE = """
[[rule]]
id = "harbour"
name = "Harbour"
query = "harbour"
alert = [{alert}]
priority = "urgent"
"""
STORY = "The harbour treaty will be signed on Friday, said the ministry, and the port opens in spring for larger ships."


def write(folder: Folder, site: Site, channels: str, names: list[str]) -> None:
    folder.write(
        sources=source("courier", f"{site.url}/feed") + 'interval = "1s"\n',
        rules=RULE.format(alert=", ".join(f'"{name}"' for name in names)),
        more=channels,
    )
    for name, secret in (("bot-token", BOT), ("hook-secret", SECRET)):
        (folder.path / name).write_text(secret)
        (folder.path / name).chmod(0o600)


def test_one_article_reaches_every_kind_of_channel_though_one_of_them_hangs(
    folder: Folder, site: Site, inbox: Inbox
) -> None:
    judges = {
        "slack": standin.slack,
        "mattermost": standin.mattermost,
        "teams": standin.teams,
        "ntfy": standin.ntfy(""),
        "telegram": standin.telegram(BOT),
        "webhook": lambda got: standin.Reply(204 if standin.is_signed(got, SECRET, time.time()) else 401, b""),
        "apprise": lambda _: standin.Reply(),
    }
    more = {"telegram": 'token_file = "bot-token"\nchat_id = "-1001"', "webhook": 'secret_file = "hook-secret"'}
    with ExitStack() as stack:
        hooks = {kind: stack.enter_context(hooking(judge)) for kind, judge in judges.items()}
        hung: Hook = stack.enter_context(hooking())
        hung.hangs = True
        channels = '[channel.desk]\nkind = "mail"\nto = ["desk@mission.example"]\n'
        channels += f'[channel.hung]\nkind = "slack"\nurl = "{hung.url}/hush1234"\ntimeout = "30s"\n'
        for kind, hook in hooks.items():
            path = {"ntfy": "/our-topic", "telegram": ""}.get(kind, "/hooks/hush1234")
            url = hook.url + path if kind != "apprise" else hook.url.replace("http", "json") + path
            channels += f'[channel.{kind}]\nkind = "{kind}"\nurl = "{url}"\n{more.get(kind, "")}\n'
        write(folder, site, channels, ["hung", *judges, "desk"])
        site.pages["/feed"] = Page(rss())
        with running(folder) as daemon:
            until(lambda: site.asked, 10, daemon.log_file)
            begun = time.monotonic()
            site.pages["/feed"] = Page(rss(Article("Harbour treaty on Friday", STORY, "https://a.example/1", "g1")))
            until(lambda: inbox.mails and all(hook.got for hook in hooks.values()), 20, daemon.log_file)
            assert time.monotonic() - begun < 10
            until(lambda: len(daemon.events("sent")) == len(judges) + 1, 20, daemon.log_file)
            assert hung.got != []
            rows = folder.objects("deliveries", "list")
            assert {row["channel"]: row["state"] for row in rows} == {
                "hung": "sending",
                **dict.fromkeys([*judges, "desk"], "sent"),
            }
            assert all(row["subject"] == "[Harbour] Harbour treaty on Friday" for row in rows)
            assert {row["name"] for row in folder.objects("channels", "list")} == {"mail", "desk", "hung", *judges}
            assert "hush1234" not in daemon.log_file.read_text("utf-8")
            assert daemon.stop() < 10
    assert all(len(hook.got) == 1 for hook in hooks.values())


def test_a_daemon_killed_while_a_service_has_a_message_sends_it_again_under_the_same_id(
    folder: Folder, site: Site, inbox: Inbox
) -> None:
    with hooking() as hook:
        hook.hangs = True
        channels = f'[channel.hook]\nkind = "webhook"\nurl = "{hook.url}/in"\nsecret_file = "hook-secret"\n'
        write(folder, site, channels, ["hook"])
        site.pages["/feed"] = Page(rss())
        with running(folder) as daemon:
            until(lambda: site.asked, 10, daemon.log_file)
            site.pages["/feed"] = Page(rss(Article("Harbour treaty on Friday", STORY, "https://a.example/1", "g1")))
            until(lambda: hook.got, 20, daemon.log_file)
            daemon.process.kill()
            daemon.process.wait()
        hook.hangs = False
        with running(folder) as daemon:
            daemon.wait_for("sent")
    first, second = hook.got
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    [row] = folder.objects("deliveries", "list")
    assert (row["state"], row["message_id"], row["attempts"]) == ("sent", first.headers["webhook-id"], 2)
