"""Who is told of what: the rules that alert and the channels' manners, from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from monitor.alerts.timing import Manner
from monitor.model import Announcement, Outgoing, Rule
from monitor.settings import Settings

Render = Callable[[Announcement, str], Sequence[Outgoing]]
"""An announcement and the name of its channel → the messages that carry it, rendered to their bytes."""


@dataclass(frozen=True)
class AlertPlan:
    """`rules` are those that alert, by id; `manners` those of all channels, by name; `operator` the channels that hear of the
    monitor itself. Times are told in `timezone`."""

    render: Render = field(default=lambda _announcement, _channel: ())
    rules: Mapping[str, Rule] = field(default_factory=lambda: MappingProxyType({}))
    manners: Mapping[str, Manner] = field(default_factory=lambda: MappingProxyType({}))
    operator: tuple[str, ...] = ()
    timezone: str = "UTC"

    def rule(self, rule_id: str) -> Rule:
        """The rule, or where it alerts no more one of that id and nothing else."""
        return self.rules.get(rule_id) or Rule(rule_id, rule_id)


def alert_plan(settings: Settings, render: Render) -> AlertPlan:
    """The plan that the settings make."""
    return AlertPlan(
        render=render,
        rules=MappingProxyType({rule.id: rule for rule in settings.rules if rule.alert}),
        manners=manners_of(settings),
        operator=settings.alerts.operator,
        timezone=settings.alerts.timezone,
    )


def manners_of(settings: Settings) -> Mapping[str, Manner]:
    """How each configured channel wants to be told, by its name."""
    alerts = settings.alerts
    return MappingProxyType(
        {
            name: Manner(
                channel=name,
                max_per_hour=alerts.max_per_hour,
                quiet=alerts.quiet,
                timezone=alerts.timezone,
                rollup=channel.rollup or alerts.rollup,
                rollup_at=alerts.rollup_at,
            )
            for name, channel in settings.channels.items()
        }
    )
