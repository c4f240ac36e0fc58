"""Draws the status of services for people."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from release.status import ServiceStatus
from times import for_people

_STYLES = {"live": "green", "canary": "cyan", "deploying": "cyan"}
"""State → style; every other state needs attention."""
_SHOWN_CHANGES = 5
_COLOURS = ("blue", "green")


def status_view(statuses: Sequence[ServiceStatus], *, history: bool = True) -> RenderableType:
    """Return a heading, a table of what runs, notes and the newest changes for each service.

    Args:
        statuses: from `release.strategies.statuses`.
        history: show who changed what.
    """
    parts: list[RenderableType] = []
    for status in statuses:
        if parts:
            parts.append(Text())
        parts += [_heading(status), _services(status)]
        parts += [Text(note, style="yellow") for note in status.notes]
        if history and status.history:
            parts += _history(status)
    return Group(*parts)


def _heading(status: ServiceStatus) -> Text:
    style = _STYLES.get(status.state, "yellow")
    state = (status.state, style)
    return Text.assemble("service ", (status.service, "bold"), ": ", state, f", {status.summary}, {status.url}")


def _services(status: ServiceStatus) -> Table:
    leading = list(status.ecs_services[0].cells)
    table = _table(*leading, "image", "tasks", "healthy", "alarms")
    for one in status.ecs_services:
        table.add_row(
            *(Text(cell, style=cell if cell in _COLOURS else "") for cell in one.cells.values()),
            one.running_image,
            f"{one.running_count}/{one.desired_count}",
            Text("\n".join([f"{one.healthy_targets}/{one.targets}", *one.target_problems])),
            Text("\n".join(one.alarms) or "none", style="red" if one.alarms else ""),
        )
    return table


def _history(status: ServiceStatus) -> list[RenderableType]:
    table = _table("when", "what", "to", "who", "why")
    for change in status.history[:_SHOWN_CHANGES]:
        table.add_row(
            for_people(change.when) if change.when else "", change.action, change.value, change.who, change.why
        )
    older = len(status.history) - _SHOWN_CHANGES
    if older <= 0:
        return [table]
    return [table, Text(f"{older} more: ./windlass status {status.environment} {status.service} --json", style="dim")]


def _table(*columns: str) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
