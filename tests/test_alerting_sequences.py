"""Any sequence of items, edits, kills and ticks: every story told as the rules say, nothing twice, caps held."""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import AlertKind, Kind
from tests.alert_desk import AlertDesk, CutOff
from tests.desk import sentences

CAP = 2
STORIES, OUTLETS = 4, 5
COME = st.tuples(st.just("come"), st.integers(0, OUTLETS - 1), st.integers(0, STORIES - 1))
MARK = st.tuples(st.just("mark"), st.integers(0, OUTLETS - 1), st.integers(0, STORIES - 1))
WAIT = st.tuples(st.just("wait"), st.integers(1, 200), st.just(0))
KILL = st.tuples(st.just("kill"), st.integers(0, OUTLETS - 1), st.integers(0, STORIES - 1))
TICK = st.tuples(st.just("tick"), st.just(0), st.just(0))


class Run:
    """One sequence, on a desk with a small cap."""

    def __init__(self, folder: Path) -> None:
        self.desk = AlertDesk(folder / "monitor.db")
        self.desk.rule()
        self.desk.channel(most=CAP)
        self.minutes = 0
        self.came: set[tuple[int, int]] = set()
        self.marked: set[tuple[int, int]] = set()

    def bring(self, outlet: int, story: int, *, mark: bool, is_cut_off: bool = False) -> None:
        self.desk.bring(
            f"outlet{outlet}",
            f"{'CORRECTED-' if mark else ''}Talks {story}",
            f"Talks. {sentences(f'story{story}', 6)}" + (" Mended." if mark else ""),
            url=f"https://outlet{outlet}.example/{story}",
            kind=Kind.MINISTRY if outlet == 0 else Kind.PRESS,
            is_cut_off=is_cut_off,
        )

    def do(self, step: tuple[str, int, int]) -> None:
        name, one, story = step
        if name == "come":
            self.bring(one, story, mark=(one, story) in self.marked)
            self.came.add((one, story))
        elif name == "mark" and (one, story) in self.came and (one, story) not in self.marked:
            self.bring(one, story, mark=True)
            self.marked.add((one, story))
        elif name == "wait":
            self.minutes += one
            self.desk.at(self.minutes / 60)
        elif name == "tick":
            self.desk.tick()
        elif name == "kill":
            with suppress(CutOff):
                self.bring(one, story, mark=(one, story) in self.came, is_cut_off=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(COME, COME, MARK, WAIT, TICK, KILL), max_size=40))
def test_every_story_is_told_once_and_every_correction_and_no_hour_has_more_than_its_cap(
    steps: list[tuple[str, int, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder))
        for step in steps:
            run.do(step)
        for _ in range(60):
            run.do(("wait", 30, 0))
            run.do(("tick", 0, 0))
        check(run)
        run.desk.store.close()


def check(run: Run) -> None:
    desk = run.desk
    alerts = desk.alerts()
    assert all(alert.state.value in ("queued", "rolled-up", "merged") for alert in alerts)
    entries = Counter(
        (told["item"], told["kind"], told["reason"])
        for row in desk.store.deliveries.list()
        for told in json.loads(desk.store.deliveries.body(row.id) or b"")["entries"]
    )
    assert sum(entries.values()) == sum(
        alert.state.is_told for alert in alerts
    )  # each told alert stands in one message
    by_story: dict[int, list[AlertKind]] = defaultdict(list)
    for alert in alerts:
        if alert.state.is_told:
            by_story[alert.story_id].append(alert.kind)
    stories = {desk.item(alert.item_id).story_id for alert in alerts}
    assert set(by_story) == stories
    for story_id, kinds in by_story.items():
        assert kinds.count(AlertKind.ALERT) == 1
        publishers = {desk.item(item_id).publisher for item_id in desk.store.stories.members(story_id)}
        assert kinds.count(AlertKind.FOLLOW_UP) <= ("outlet0" in publishers) + (len(publishers) >= 3)
    corrected = {story for _, story in run.marked if any(one == story for _, one in run.came)}
    told = {desk.item(alert.item_id).title[-1] for alert in alerts if alert.kind is AlertKind.CORRECTION}
    assert {str(story) for story in corrected} == told
    sent = sorted({(alert.told_at, alert.told_as) for alert in alerts if alert.told_at})
    for at, _ in sent:
        assert sum(at <= later < at + timedelta(hours=1) for later, _ in sent) <= CAP
