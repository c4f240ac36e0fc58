"""Collects what Terraform's machine-readable interface (`-json`) reports, line by line.

Source: Terraform's "Machine-Readable UI" page, `ui` version 1.2.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ACTIONS_THAT_RUN = {"create": 1, "update": 1, "delete": 1, "replace": 2, "move": 0, "import": 0, "no-op": 0, "read": 0}
"""How many apply steps Terraform takes for a planned action: a replacement is a delete and a create."""


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One of Terraform's errors or warnings, in its own words."""

    severity: str
    summary: str
    detail: str = ""
    address: str = ""

    def text(self) -> str:
        """As Terraform would print it, without the box."""
        where = f"  with {self.address}" if self.address else ""
        parts = [f"{self.severity.capitalize()}: {self.summary}", where, self.detail.strip()]
        return "\n".join(part for part in parts if part)


@dataclass(kw_only=True)
class Running:
    """A resource that Terraform is working on."""

    action: str
    started: float


@dataclass(kw_only=True)
class MachineUi:
    """The state of one Terraform run, according to its output."""

    clock: Callable[[], float] = time.monotonic
    planned: dict[str, str] = field(default_factory=dict)
    """Address → planned action."""
    drifted: dict[str, str] = field(default_factory=dict)
    """Address → what happened to it outside Terraform."""
    running: dict[str, Running] = field(default_factory=dict)
    finished: list[tuple[str, str, float]] = field(default_factory=list)
    """(address, action, seconds) in the order in which Terraform finished them."""
    failed: list[str] = field(default_factory=list)
    refreshed: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)
    changes: Mapping[str, int] = field(default_factory=dict)
    """`add`, `change`, `remove`, `import` of the last summary."""
    changed_outputs: list[str] = field(default_factory=list)
    other_text: list[str] = field(default_factory=list)
    """Lines that are no JSON: a crash, or a warning printed before Terraform read its flags."""

    @property
    def steps(self) -> int:
        """How many steps the plan will take."""
        return sum(ACTIONS_THAT_RUN.get(action, 1) for action in self.planned.values())

    @property
    def undone(self) -> dict[str, str]:
        """What was changed outside Terraform and would be changed back; address → what happened to it.

        Terraform reports every attribute that AWS filled in later as drift; only what has a consequence is of interest.
        """
        return {address: action for address, action in self.drifted.items() if address in self.planned}

    @property
    def errors(self) -> list[Diagnostic]:
        """The diagnostics that made the run fail."""
        return [one for one in self.diagnostics if one.severity == "error"]

    @property
    def warnings(self) -> list[Diagnostic]:
        """The diagnostics that did not."""
        return [one for one in self.diagnostics if one.severity == "warning"]

    def feed(self, line: str) -> dict[str, Any] | None:
        """Take one line in; returns the event where the line was one."""
        if not line.strip():
            return None
        try:
            event = json.loads(line)
        except ValueError:
            self.other_text.append(line.rstrip())
            return None
        if not isinstance(event, dict):
            return None
        handler = _HANDLERS.get(str(event.get("type", "")))
        if handler is not None:
            handler(self, event)
        return event

    def _planned(self, event: dict[str, Any]) -> None:
        change = event["change"]
        self.planned[change["resource"]["addr"]] = change["action"]

    def _drift(self, event: dict[str, Any]) -> None:
        change = event["change"]
        self.drifted[change["resource"]["addr"]] = change["action"]

    def _start(self, event: dict[str, Any]) -> None:
        address, action = _hook(event)
        self.running[address] = Running(action=action, started=self.clock())

    def _complete(self, event: dict[str, Any]) -> None:
        address, action = _hook(event)
        self.running.pop(address, None)
        if action != "read":
            self.finished.append((address, action, float(event["hook"].get("elapsed_seconds", 0))))

    def _errored(self, event: dict[str, Any]) -> None:
        address, _ = _hook(event)
        self.running.pop(address, None)
        self.failed.append(address)

    def _refreshed(self, _: dict[str, Any]) -> None:
        self.refreshed += 1

    def _diagnostic(self, event: dict[str, Any]) -> None:
        diagnostic = event["diagnostic"]
        self.diagnostics.append(
            Diagnostic(
                severity=diagnostic.get("severity", "error"),
                summary=diagnostic.get("summary", ""),
                detail=diagnostic.get("detail", ""),
                address=diagnostic.get("address", ""),
            )
        )

    def _summary(self, event: dict[str, Any]) -> None:
        counts = event["changes"]
        self.changes = {name: int(counts.get(name, 0)) for name in ("add", "change", "remove", "import")}

    def _outputs(self, event: dict[str, Any]) -> None:
        changed = {name for name, one in event["outputs"].items() if one.get("action", "noop") not in ("noop", "no-op")}
        self.changed_outputs = sorted(changed)


def _hook(event: dict[str, Any]) -> tuple[str, str]:
    hook = event["hook"]
    return hook["resource"]["addr"], hook.get("action", "")


_HANDLERS: Mapping[str, Callable[[MachineUi, dict[str, Any]], None]] = {
    "planned_change": MachineUi._planned,
    "resource_drift": MachineUi._drift,
    "apply_start": MachineUi._start,
    "apply_complete": MachineUi._complete,
    "apply_errored": MachineUi._errored,
    "refresh_complete": MachineUi._refreshed,
    "diagnostic": MachineUi._diagnostic,
    "change_summary": MachineUi._summary,
    "outputs": MachineUi._outputs,
}
