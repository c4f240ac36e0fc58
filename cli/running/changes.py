"""Shows a plan: which resources change, and how many."""

from collections.abc import Collection

from rich.text import Text

from cli.console import output, warn
from cli.running.machine_ui import MachineUi
from release.counted import counted

_SIGNS = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "delete": ("-", "red"),
    "replace": ("±", "red"),
    "import": ("←", "cyan"),
    "move": ("→", "cyan"),
    "read": ("<", "cyan"),
}
_ORDER = list(_SIGNS)


def summary(ui: MachineUi, *, kept: Collection[str] = ()) -> str:
    """`3 to add, 1 to change, 0 to destroy`, or that there is nothing to do.

    Args:
        ui: of the plan.
        kept: addresses of what only the second round removes; the plan may count them.
    """
    counts = ui.changes
    if not set(ui.planned) - set(kept) and not ui.changed_outputs:
        return "no changes" if not kept else "no changes in this round"
    parts = [f"{counts.get('add', 0)} to add", f"{counts.get('change', 0)} to change"]
    parts.append(f"{counts.get('remove', 0) - len(set(ui.planned) & set(kept))} to destroy")
    if counts.get("import"):
        parts.insert(0, f"{counts['import']} to import")
    if ui.changed_outputs:
        parts.append(counted(len(ui.changed_outputs), "output changes", "outputs change"))
    return ", ".join(parts)


def show_changes(layer: str, ui: MachineUi, *, whole: bool = True, kept: Collection[str] = ()) -> None:
    """Print the changes of one layer on standard output; those that destroy come last, where they are noticed.

    Args:
        layer: its name.
        ui: of its plan.
        whole: whether to print each change, too.
        kept: addresses of what only the second round removes, which is printed elsewhere.
    """
    console = output()
    console.print(Text.assemble((layer, "bold"), f": {summary(ui, kept=kept)}"))
    if not whole:
        return
    shown = [(address, action) for address, action in ui.planned.items() if address not in kept]
    known = sorted(shown, key=lambda item: (_ORDER.index(item[1]) if item[1] in _SIGNS else 99, item[0]))
    for address, action in known:
        sign, colour = _SIGNS.get(action, ("?", ""))
        console.print(Text(f"  {sign} {address}", style=colour))
    for address, action in sorted(ui.undone.items()):
        console.print(Text(f"  ! {address} was changed outside Terraform ({action})", style="yellow"))


def show_warnings(layer: str, ui: MachineUi) -> None:
    """Print Terraform's warnings on standard error."""
    for warning in ui.warnings:
        warn(f"{layer}: {warning.text()}")
