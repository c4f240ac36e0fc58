"""Draws how services stand, for people."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from release.one_sided_status import OneSidedStatus
from release.status import ColourStatus, ServiceStatus
from release.statuses import AnyStatus

_STYLES = {"live": "green", "canary": "cyan", "deploying": "cyan"}
"""What is none of these needs somebody."""
_SHOWN_CHANGES = 5


def status_view(statuses: Sequence[AnyStatus], *, history: bool = True) -> RenderableType:
    """Return a heading, a table of what runs, notes and the newest changes for each service.

    Args:
        statuses: from `service_statuses`.
        history: show who changed what.
    """
    parts: list[RenderableType] = []
    for status in statuses:
        if parts:
            parts.append(Text())
        parts += [_heading(status), _one(status) if isinstance(status, OneSidedStatus) else _colours(status)]
        parts += [Text(note, style="yellow") for note in status.notes]
        if history and status.history:
            parts.append(_history(status))
    return Group(*parts)


def _heading(status: AnyStatus) -> Text:
    url = f"  {status.url}" if status.url else ""
    what = status.strategy if isinstance(status, OneSidedStatus) else status.value
    style = _STYLES.get(status.state, "yellow")
    return Text.assemble((status.service, "bold"), "  ", (status.state, style), f"  {what}{url}")


def _one(status: OneSidedStatus) -> Table:
    made = _table("image", "tasks", "healthy", "alarms")
    made.add_row(
        status.running_image,
        f"{status.running_count}/{status.desired_count}",
        Text("\n".join([f"{status.healthy_targets}/{status.targets}", *status.target_problems])),
        Text("\n".join(status.alarms) or "none", style="red" if status.alarms else ""),
    )
    return made


def _colours(status: ServiceStatus) -> Table:
    made = _table("colour", "wanted", "actual", "image", "tasks", "healthy", "alarms")
    for one in status.colours.values():
        made.add_row(
            Text(one.colour, style=one.colour),
            f"{one.wanted_weight} %",
            Text("?" if one.actual_weight is None else f"{one.actual_weight} %", style=_drift(one)),
            one.running_image,
            f"{one.running_count}/{one.desired_count}",
            Text("\n".join([f"{one.healthy_targets}/{one.targets}", *one.target_problems])),
            Text("\n".join(one.alarms) or "none", style="red" if one.alarms else ""),
        )
    return made


def _drift(one: ColourStatus) -> str:
    return "" if one.actual_weight == one.wanted_weight else "yellow"


def _history(status: AnyStatus) -> Table:
    made = _table("when", "what", "to", "who", "why")
    for change in status.history[:_SHOWN_CHANGES]:
        made.add_row(change.when, change.action, change.value, change.who, change.why)
    return made


def _table(*columns: str) -> Table:
    made = Table(header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made
