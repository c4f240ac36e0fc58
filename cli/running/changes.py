"""Shows a plan: which resources change, and how many."""

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


def summary(ui: MachineUi) -> str:
    """`3 to add, 1 to change, 0 to destroy`, or that there is nothing to do."""
    counts = ui.changes
    if not ui.planned and not ui.changed_outputs:
        return "no changes"
    parts = [f"{counts.get('add', 0)} to add", f"{counts.get('change', 0)} to change"]
    parts.append(f"{counts.get('remove', 0)} to destroy")
    if counts.get("import"):
        parts.insert(0, f"{counts['import']} to import")
    if ui.changed_outputs:
        parts.append(counted(len(ui.changed_outputs), "output changes", "outputs change"))
    return ", ".join(parts)


def show_changes(layer: str, ui: MachineUi, *, whole: bool = True) -> None:
    """Print the changes of one layer on standard output; those that destroy come last, where they are noticed."""
    console = output()
    console.print(Text.assemble((layer, "bold"), f": {summary(ui)}"))
    if not whole:
        return
    known = sorted(ui.planned.items(), key=lambda item: (_ORDER.index(item[1]) if item[1] in _SIGNS else 99, item[0]))
    for address, action in known:
        sign, colour = _SIGNS.get(action, ("?", ""))
        console.print(Text(f"  {sign} {address}", style=colour))
    for address, action in sorted(ui.undone.items()):
        console.print(Text(f"  ! {address} was changed outside Terraform ({action})", style="yellow"))


def show_warnings(layer: str, ui: MachineUi) -> None:
    """Print Terraform's warnings on standard error."""
    for warning in ui.warnings:
        warn(f"{layer}: {warning.text()}")
