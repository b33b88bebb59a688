"""What is to be done about editions at an instant, piece by piece: each drafted beside the store's writer, then filed by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.digests.edition import Draft, Occasion, draft_edition, due_plans, file_edition
from monitor.digests.gather import Sharing
from monitor.digests.plan import Plan
from monitor.digests.review import discard, draft_again, draft_held, is_overtaken, let_leave, plans_to_hold
from monitor.digests.schedule import Due
from monitor.store import Store
from monitor.store.editions import Edition


class Work(Protocol):
    """A piece of work. `what` names it for people; `draft` only reads, at an instant, for a sender; `file` writes, and returns
    what became of it as an event and its facts."""

    @property
    def what(self) -> str: ...

    def draft(self, store: Store, now: datetime, sender: str) -> Draft | None: ...

    def file(self, store: Store, draft: Draft | None, now: datetime) -> tuple[str, dict[str, object]]: ...


def edition_work(store: Store, plans: Iterable[Plan], clock: Callable[[], datetime]) -> Iterator[Work]:
    """The pieces of work there are, each to be done before the next is asked for: held editions whose minute has come leave,
    those that are due are made, and those to be reviewed are held."""
    known = {plan.digest.id: plan for plan in plans}
    for held in store.editions.held():
        if held.due_at <= clock():
            yield Release(held, known.get(held.digest_id), clock())
    pairs = due_plans(store, known.values(), clock())
    sharing = Sharing(plan for plan, _ in pairs)
    yield from (Make(plan, due, sharing) for plan, due in pairs)
    yield from (Hold(plan, due_at) for plan, due_at in plans_to_hold(store, known.values(), clock()))


@dataclass(frozen=True, slots=True)
class Make:
    """An edition that is due."""

    plan: Plan
    due: Due
    sharing: Sharing

    @property
    def what(self) -> str:
        return f"digest {self.plan.digest.id}"

    def draft(self, store: Store, now: datetime, sender: str) -> Draft:
        return draft_edition(store, self.plan, Occasion(self.due, sharing=self.sharing), now, sender)

    def file(self, store: Store, draft: Draft | None, now: datetime) -> tuple[str, dict[str, object]]:
        edition_id = None if draft is None else file_edition(store, draft, now)
        return "edition made", {"digest": self.plan.digest.id, "edition": edition_id, "late": self.due.is_late}


@dataclass(frozen=True, slots=True)
class Hold:
    """An edition that a person may review before its minute."""

    plan: Plan
    due_at: datetime

    @property
    def what(self) -> str:
        return f"digest {self.plan.digest.id}"

    def draft(self, store: Store, now: datetime, sender: str) -> Draft:
        return draft_held(store, self.plan, self.due_at, now, sender)

    def file(self, store: Store, draft: Draft | None, now: datetime) -> tuple[str, dict[str, object]]:
        edition_id = None if draft is None else file_edition(store, draft, now)
        return "edition held", {"digest": self.plan.digest.id, "edition": edition_id, "due": str(self.due_at)}


@dataclass(frozen=True, slots=True)
class Release:
    """A held edition whose minute has come, as it stood at the instant `at`; it gives way to a later one that is due as well."""

    held: Edition
    plan: Plan | None
    at: datetime

    @property
    def what(self) -> str:
        return f"edition {self.held.id}"

    @property
    def _is_overtaken(self) -> bool:
        return is_overtaken(self.held, self.plan, self.at)

    def draft(self, store: Store, now: datetime, sender: str) -> Draft | None:
        return None if self._is_overtaken else draft_again(store, self.held, self.plan, now, sender)

    def file(self, store: Store, draft: Draft | None, now: datetime) -> tuple[str, dict[str, object]]:
        facts: dict[str, object] = {"digest": self.held.digest_id, "edition": self.held.id}
        if self._is_overtaken:
            discard(store, self.held)
            return "edition overtaken", facts
        let_leave(store, self.held, draft, now)
        return "edition released", {**facts, "reviewed": self.held.is_touched}
