"""The reports that go out by themselves: which are due, and one of them drafted and filed.

What is due derives from the store: a release's time and the record of the reports made on it. Filing queues the mails in the
transaction that records the report, so that a kill between leaves both or neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Outgoing
from monitor.notices.mail import mailbox
from monitor.notices.pickup_mail import pickup_mail
from monitor.reports.pickup import pickup_of, release_of
from monitor.settings import PickupSettings
from monitor.store import Store
from monitor.store.reports import Followed

LATEST = timedelta(days=30)  # after a longer absence a report tells nobody anything


@dataclass(frozen=True, slots=True)
class DueReport:
    """The report that a release's time has come for, `after_s` seconds after it; `passed_over` are earlier ones that nobody made
    and that this one tells as well."""

    item_id: int
    after_s: float
    due_at: datetime
    passed_over: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A report before it is filed: one mail a recipient, rendered to bytes."""

    due: DueReport
    mails: tuple[Outgoing, ...]


def due_reports(store: Store, settings: PickupSettings, now: datetime) -> list[DueReport]:
    """The reports that should go out now, oldest release first; none where nobody is to get them.

    Those that fell due before the first time this was asked are not made: a new setting tells of what is yet to come.
    """
    if not settings.to or not settings.after_s:
        return []
    since = store.reports.watched_since()
    if since is None:
        with store.transaction():
            since = store.reports.watch(now)
    reach = timedelta(seconds=max(settings.after_s)) + LATEST
    found = [_due(release, settings, since, now) for release in store.reports.followed(now - reach)]
    return [due for due in found if due is not None]


def _due(release: Followed, settings: PickupSettings, since: datetime, now: datetime) -> DueReport | None:
    """The latest of a release's reports that is due; the earlier ones are passed over."""
    times = {after: release.released_at + timedelta(seconds=after) for after in settings.after_s}
    due = [after for after, at in times.items() if since < at <= now]
    if not due or max(due) in release.made:
        return None
    passed_over = tuple(after for after in sorted(due)[:-1] if after not in release.made)
    return DueReport(release.item_id, max(due), times[max(due)], passed_over)


def draft_report(store: Store, due: DueReport, settings: PickupSettings, sender: str, now: datetime) -> ReportDraft:
    """The report as it would be mailed now; reads only. Raises ValueError for a sender or recipient that is no mail address."""
    item = store.items.get(due.item_id)
    if item is None:
        return ReportDraft(due, ())
    pickup = pickup_of(store, release_of(item, store), now)
    boxes = {box.address.lower(): box for box in map(mailbox, settings.to)}
    mails = [pickup_mail(pickup, due.after_s, settings.timezone, (mailbox(sender), box)) for box in boxes.values()]
    return ReportDraft(due, tuple(mails))


def file_report(store: Store, draft: ReportDraft, now: datetime) -> int:
    """Record the report and queue its mails together; returns how many mails, 0 where it was filed before."""
    with store.transaction(durable=True):
        if not store.reports.record(draft.due.item_id, (*draft.due.passed_over, draft.due.after_s), now):
            return 0
        return sum(store.deliveries.queue(mail, now) for mail in draft.mails)
