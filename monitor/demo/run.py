"""The demonstration: a small world of sources on the loopback, polled twice, folded, tagged and mailed by the product itself.

Nothing here fetches, parses, decides or mails: it starts the demo's web and mail servers, performs the same actions that the
commands do, and tells what came of them.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from monitor import app
from monitor.actions import Parts, perform
from monitor.clock import now
from monitor.configuration import check_configuration
from monitor.contract import Object
from monitor.demo.configuration import write_configuration
from monitor.demo.mailbox import Mailbox
from monitor.demo.server import DemoServer
from monitor.model import Item, Wire
from monitor.store.items import Selection

DIGEST = "morning"
Say = Callable[[str], None]


async def run_demo(folder: Path, say: Say) -> None:
    """Run it in `folder` (the configuration in `config/`, the database in `data/`), telling each stage line by line by `say`."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(DemoServer(now()))
        mailbox = await stack.enter_async_context(Mailbox())
        config = folder / "config"
        write_configuration(config, server_url=server.url, mail_host=mailbox.host, mail_port=mailbox.port)
        configuration = check_configuration(config, {})
        say(
            f"{len(configuration.settings.sources)} sources at {server.url}/, a mail server at {mailbox.host}:{mailbox.port}."
        )
        parts = await stack.enter_async_context(app.open_parts(configuration))
        say("\n1. The first poll: every document is new, so each is parsed whole.\n")
        await _poll(parts, say)
        await server.advance()
        say("\n2. The second poll: some sources have news, one text was edited, a broken feed was mended.\n")
        await _poll(parts, say)
        _tell_folding(parts, say)
        _tell_tags(parts, say)
        say("\n5. The edition: made, queued and sent.\n")
        async for delivery in perform(parts, "send-edition", {"digest_id": DIGEST}):
            say(f"   queued for {delivery['recipient']}: {delivery['subject']}")
        async for delivery in perform(parts, "send-deliveries", {}):
            say(f"   {delivery['state']} as {delivery['message_id']}")
        for message in mailbox.messages:
            _tell_mail(message.body, say)


async def _poll(parts: Parts, say: Say) -> None:
    polls = {poll["source"]: poll async for poll in perform(parts, "fetch", {})}
    for source in parts.configuration.settings.sources:
        say(f"   {source.id:<14} {_outcome(polls[source.id])}")


def _outcome(poll: Object) -> str:
    if poll["failure"]:
        return f"{poll['failure']}: {poll['message']}"
    if poll["gate"] in ("304", "same-body"):
        return {"304": "304 Not Modified: nothing was sent", "same-body": "the same bytes as before: nothing to do"}[
            poll["gate"]
        ]
    why = (
        f"parsed whole ({poll['whole_because']})"
        if poll["whole_because"]
        else f"{poll['cut']} known entries cut out unread"
    )
    edited = f", {poll['edited']} edited" if poll["edited"] else ""
    return f"{why}; {poll['parsed']} parsed, {poll['new']} new{edited}"


def _tell_folding(parts: Parts, say: Say) -> None:
    """The stories with several copies, and the articles that several feeds carried or that were edited."""
    store = parts.store
    say("\n3. Folding: one article in two feeds is one item; one text in several outlets is one story.\n")
    for story in store.stories.recent():
        copies = store.items.by_ids(story.items)
        if len(copies) > 1:
            say(f"   story {story.id}: {len(copies)} copies by {story.publisher_count} publishers")
            for item_id in story.items:
                say(f"      {copies[item_id].relation:<8} {copies[item_id].source_id:<14} {_line(copies[item_id])}")
    for item in store.items.select(Selection()):
        if len(item.sources) > 1:
            say(f"   item {item.id} stands in the feeds {' and '.join(item.sources)}: {item.title}")
        for earlier in store.items.versions(item.id):
            say(f"   item {item.id} was edited; version {earlier.version} is kept: {item.title}")


def _line(item: Item) -> str:
    return item.title + (f"   [{_furniture(item.wire)}]" if item.wire != Wire() else "")


def _furniture(wire: Wire) -> str:
    parts = {"label": wire.label, "place": wire.place, "dated": wire.dated, "agency": wire.agency, "edit": wire.edit}
    return ", ".join(f"{name}: {text}" for name, text in parts.items() if text)


def _tell_tags(parts: Parts, say: Say) -> None:
    """Each rule with what it caught, and the words that made it."""
    say("\n4. Rules: what each caught, and by which words.\n")
    caught: dict[str, list[str]] = {}
    for item in parts.store.items.select(Selection()):
        for match in parts.store.items.matches(item.id):
            words = ", ".join(dict.fromkeys(span.text for span in match.spans))
            caught.setdefault(match.rule_id, []).append(f"{item.language or '?':<3} {item.source_id:<14} {words}")
    for rule in parts.configuration.settings.rules:
        say(f"   {rule.name}")
        for line in caught.get(rule.id, ["nothing"]):
            say(f"      {line}")


def _tell_mail(body: bytes, say: Say) -> None:
    message = email.message_from_bytes(body, policy=email.policy.default)
    say("\n6. The mail, as it arrived:\n")
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        say(f"{name}: {message[name]}")
    text = message.get_body(("plain",))
    say("")
    say(text.get_content() if text is not None else "(no text)")
