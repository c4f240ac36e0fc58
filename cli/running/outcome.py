"""What an apply or a destroy did to each layer."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cli.console import result
from cli.running.machine_ui import MachineUi


@dataclass(kw_only=True)
class Outcome:
    """What happened to each layer."""

    changed: dict[str, MachineUi] = field(default_factory=dict)
    """The last run of each layer."""
    unchanged: list[str] = field(default_factory=list)
    earlier: dict[str, list[MachineUi]] = field(default_factory=dict)
    """Runs of the same layer before that."""

    def add(self, layer: str, ui: MachineUi) -> None:
        """Note a run; a layer that loses something has two."""
        if layer in self.changed:
            self.earlier.setdefault(layer, []).append(self.changed[layer])
        self.changed[layer] = ui

    def json(self) -> dict[str, object]:
        """For scripts: what was done to each layer."""
        return outcomes_json([self])


def outcomes_json(outcomes: Iterable[Outcome]) -> dict[str, object]:
    """For scripts: what was done to each layer; a layer that was changed several times has the sum."""
    runs: dict[str, list[MachineUi]] = {}
    for outcome in outcomes:
        for layer, ui in outcome.changed.items():
            runs.setdefault(layer, []).extend([*outcome.earlier.get(layer, ()), ui])
        for layer in outcome.unchanged:
            runs.setdefault(layer, [])
    return {layer: {"changed": bool(each), "summary": _sum(each)} for layer, each in runs.items()}


def _sum(runs: Iterable[MachineUi]) -> dict[str, int]:
    total: dict[str, int] = {}
    for ui in runs:
        for kind, count in ui.changes.items():
            total[kind] = total.get(kind, 0) + count
    return total


def conclude(name: str, outcome: Outcome, *, as_json: bool, done: str = "applied", nothing: str = "change") -> None:
    """Print the last line: what changed, or that nothing did.

    Args:
        name: of the environment.
        outcome: of all layers.
        as_json: whether the outcome is printed as JSON.
        done: what was done to the layers that changed.
        nothing: what there was nothing to do.
    """
    sentence = f"{', '.join(outcome.changed)} {done}" if outcome.changed else f"nothing to {nothing}"
    result(f"{name}: {sentence}.", style="green", as_json=as_json)


def done(ui: MachineUi) -> str:
    """`3 added, 1 changed, 0 destroyed`."""
    counts = ui.changes
    return f"{counts.get('add', 0)} added, {counts.get('change', 0)} changed, {counts.get('remove', 0)} destroyed"
