"""Rules that come later are applied to what is stored: wholly, once, and from where they were broken off."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.actions import applying
from monitor.actions.applying import apply_pending, apply_rules, note_rules
from monitor.actions.parts import UnknownError
from monitor.errors import ConfigError, StoreError
from monitor.intake import Intake
from monitor.model import Acquired, Combination, Entry, Gate, Kind, Rule, Source
from monitor.rules import compile_rules
from monitor.store import open_store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOURCES = [
    Source("wire", "https://w.example/", "Wire", "Wire", Kind.WIRE, tags=("south",)),
    Source("mission", "https://m.example/", "Mission", "Mission", Kind.EMBASSY, own=True),
]
BRIDGE = Rule("bridge", "Bridge", query="bridge*", tags=("works",))
WORDS = ["bridge", "library", "garden", "harbour"]


class Desk:
    """A store with its rules, as a monitor holds them; `parts` is what actions work with."""

    def __init__(self, path: Path) -> None:
        self.store = open_store(path, busy_s=0.05)
        self.store.sources.mirror(SOURCES)
        self.parts: Any = SimpleNamespace(
            store=self.store, clock=lambda: NOW, reload=None, applying=asyncio.Lock(), configuration=None
        )
        self.configure()

    def configure(self, *rules: Rule, **lists: list[str]) -> None:
        compiled, errors = compile_rules(rules, lists)
        assert errors == []
        settings = SimpleNamespace(rules=rules, lists=lists)
        self.parts.configuration = SimpleNamespace(rules=compiled, settings=settings)
        note_rules(self.store, self.parts.configuration, NOW)

    def take(self, count: int, first: int = 0) -> None:
        """So many items, the word of the text by turns, the source too."""
        for number in range(first, first + count):
            source = SOURCES[number % 3 == 0]
            entry = Entry(
                *(
                    str(number),
                    None,
                    f"Number {number}",
                    f"A {WORDS[number % 4]} was opened by the harbour side {number}",
                    "",
                )
            )
            with self.store.transaction():
                intake = Intake(self.store, source, self.parts.configuration.rules, NOW, NOW)
                intake.take(Acquired(source.id, Gate.WHOLE, entries=(entry,)))

    def state(self) -> dict[int, tuple[Any, ...]]:
        """Tags and matches of every item."""
        ids = [row[0] for row in self.store.connection.rows("SELECT id FROM item")]
        items = self.store.items.by_ids(ids)
        return {item_id: (items[item_id].tags, self.store.items.matches(item_id)) for item_id in ids}

    async def apply(self, *ids: str) -> list[dict[str, Any]]:
        return [done async for done in apply_rules(self.parts, ids)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "monitor.db")
    yield made
    made.store.close()


def as_if_always_there(tmp_path: Path, count: int, *rules: Rule, **lists: list[str]) -> dict[int, tuple[Any, ...]]:
    other = Desk(tmp_path / "other.db")
    other.configure(*rules, **lists)
    other.take(count)
    state = other.state()
    other.store.close()
    return state


RULES = {
    "words": BRIDGE,
    "phrase": Rule("r", "R", query='"garden was opened"', tags=("a", "b")),
    "nearness": Rule("r", "R", query="library NEAR/3 harbour", tags=("a",)),
    "metadata": Rule("r", "R", query="kind:embassy", tags=("a",)),
    "tags of the source": Rule("r", "R", query="tag:south AND NOT garden", tags=("a",)),
    "a list": Rule("r", "R", query="@places", tags=("a",)),
    "weights": Rule("r", "R", terms=(("garden", 3), ("opened", 1), ("library", -1)), threshold=3, tags=("a",)),
    "combinations": Rule("r", "R", any_of=(Combination(all=("bridge",), none=("south",)),), tags=("a",)),
    "nearness in a combination": Rule(
        *("r", "R"), any_of=(Combination(all=("garden", "opened"), any=("harbour", "side 9"), near=3),), tags=("a",)
    ),
    "without tags": Rule("r", "R", query="bridge"),
    "nothing": Rule("r", "R", query="nowhere", tags=("a",)),
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
async def test_the_backlog_is_tagged_as_if_the_rule_had_always_been_there(
    desk: Desk, tmp_path: Path, rule: Rule
) -> None:
    lists = {"places": ["garden", "harbour side 5"]}
    desk.configure(replace(BRIDGE, id="kept", tags=("kept",)))
    desk.take(130)
    desk.configure(replace(BRIDGE, id="kept", tags=("kept",)), rule, **lists)
    done = (await desk.apply())[-1]
    assert (done["state"], done["share"], done["rules"]) == ("done", 1.0, [rule.id])
    assert desk.state() == as_if_always_there(tmp_path, 130, replace(BRIDGE, id="kept", tags=("kept",)), rule, **lists)
    assert desk.store.rules.pending() == []
    assert (await desk.apply())[-1]["rules"] == []


async def test_a_changed_rule_takes_its_former_tags_away(desk: Desk, tmp_path: Path) -> None:
    desk.configure(BRIDGE)
    desk.take(60)
    changed = replace(BRIDGE, query="garden", tags=("parks",))
    desk.configure(changed)
    done = (await desk.apply())[-1]
    assert (done["added"], done["lost"], done["looked_at"]) == (15, 15, 30)
    assert desk.state() == as_if_always_there(tmp_path, 60, changed)


async def test_a_rule_that_was_taken_out_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.configure(BRIDGE)
    desk.take(20)
    desk.configure()
    assert (await desk.apply())[-1]["lost"] == 5
    assert desk.state() == as_if_always_there(tmp_path, 20)


async def test_many_rules_at_once_and_one_that_was_on_its_way_are_all_applied(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "BATCH", 20)
    rules = [Rule(f"r{n}", "R", query=f'"side {n}" OR {WORDS[n % 4]}', tags=(f"t{n % 7}",)) for n in range(60)]
    desk.take(200)
    desk.configure(*rules[:1])
    async for done in apply_pending(desk.parts, is_over=lambda: desk.store.rules.pending()[0].left_upto < 120):
        assert done["state"] in ("under way", "broken off")
    desk.configure(*rules)
    assert len({rule.left_upto for rule in desk.store.rules.pending()}) == 2
    told = await desk.apply()
    assert [done["state"] for done in told] == ["under way"] * (len(told) - 1) + ["done"]
    assert desk.state() == as_if_always_there(tmp_path, 200, *rules)


async def test_what_is_stored_meanwhile_is_tagged_as_it_comes_and_not_late(desk: Desk) -> None:
    desk.take(4)
    desk.configure(BRIDGE)
    desk.take(4, first=4)
    await desk.apply()
    late = [item_id for item_id in desk.state() if desk.store.items.late_matches(item_id) == ["bridge"]]
    matched = list(desk.store.items.matched_by("bridge", 100))
    assert (late, matched, desk.store.rules.since_item("bridge")) == ([1], [5, 1], 4)


async def test_a_named_rule_is_applied_anew_and_alone(desk: Desk) -> None:
    desk.configure(BRIDGE)
    desk.take(8)
    desk.configure(BRIDGE, RULES["metadata"])
    before = desk.state()
    desk.store.connection.execute("DELETE FROM match")
    desk.store.connection.execute("DELETE FROM tag")
    done = (await desk.apply("bridge"))[-1]
    assert (done["rules"], done["added"]) == (["bridge"], 2)
    assert [rule.rule_id for rule in desk.store.rules.pending()] == ["r"]
    assert {item_id: found for item_id, found in desk.state().items() if found[1]} == {
        item_id: found for item_id, found in before.items() if found[1]
    }


async def test_an_unknown_rule_is_refused_before_anything_is_done(desk: Desk) -> None:
    with pytest.raises(UnknownError, match="there is no rule 'nobody'"):
        await desk.apply("nobody")


async def test_files_that_cannot_be_taken_over_are_told(desk: Desk) -> None:
    async def reload() -> list[str]:
        return ["rules.toml:3: rule[x].query: this parenthesis is never closed"]

    desk.parts.reload = reload
    with pytest.raises(ConfigError, match="never closed"):
        await desk.apply()


async def test_a_locked_database_breaks_it_off_and_nothing_is_lost(desk: Desk, tmp_path: Path) -> None:
    desk.take(120)
    desk.configure(BRIDGE)
    other = open_store(desk.store.connection.path)
    other.connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        await desk.apply()
    other.connection.execute("ROLLBACK")
    other.close()
    assert (await desk.apply())[-1]["state"] == "done"
    assert desk.state() == as_if_always_there(tmp_path, 120, BRIDGE)


async def test_a_rule_changed_amid_the_way_begins_again(desk: Desk, tmp_path: Path) -> None:
    desk.take(160)
    desk.configure(BRIDGE)
    changed = replace(BRIDGE, query="library")
    steps = apply_pending(desk.parts)
    assert (await anext(steps))["state"] == "under way"
    desk.configure(changed)
    assert [done async for done in steps][-1]["state"] == "done"
    assert desk.state() == as_if_always_there(tmp_path, 160, changed)


async def test_it_goes_by_small_steps(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "AHEAD", 70)
    monkeypatch.setattr(applying, "BATCH", 20)
    desk.take(180)
    desk.configure(RULES["nothing"], Rule("all", "All", query="harbour", tags=("all",)))
    shares = [done["share"] for done in await desk.apply()]
    assert shares == sorted(shares)
    assert len(shares) >= 9
    assert all("all" in tags for tags, _ in desk.state().values())


KILLED = """
    import asyncio, sys
    from pathlib import Path
    from tests.actions.test_applying import BRIDGE, Desk
    from monitor.actions.applying import apply_pending

    async def main():
        desk = Desk(Path(sys.argv[1]))
        desk.configure(BRIDGE)
        async for done in apply_pending(desk.parts):
            print(done["looked_at"], flush=True)
            await asyncio.sleep(0.02)

    asyncio.run(main())
"""


async def test_killed_amid_the_way_it_goes_on_where_it_was(desk: Desk, tmp_path: Path) -> None:
    desk.take(1_200)
    desk.store.close()
    process = subprocess.Popen(
        [sys.executable, "-c", dedent(KILLED), str(tmp_path / "monitor.db")],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()
    again = Desk.__new__(Desk)
    again.store = open_store(tmp_path / "monitor.db")
    again.parts = SimpleNamespace(**{**vars(desk.parts), "store": again.store})
    again.configure(BRIDGE)
    [rule] = again.store.rules.pending()
    assert 0 < rule.left_upto < 1_200
    before = rule.left_upto
    done = (await again.apply())[-1]
    assert done["state"] == "done"
    assert 0 < done["looked_at"] <= before / 4 + 1
    assert len(list(again.store.items.matched_by("bridge", 1_200))) == 300
    assert again.store.connection.value("PRAGMA integrity_check") == "ok"
    desk.store = again.store
