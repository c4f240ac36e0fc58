"""A row of the table: what the change of a type of resource costs."""

from collections.abc import Callable
from dataclasses import dataclass

from cli.running.consequences.change import Change
from cli.running.consequences.consequence import Consequence, Kind

Condition = Callable[[Change], bool]
Text = str | Callable[[Change], str]


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one kind of change of a type of resource costs."""

    type: str
    when: Condition
    kind: Kind
    says: Text
    """The sentence, or what writes it."""
    instead: Text = ""
    pending: tuple[str, str] | None = None
    """Attribute that has the identifier, and the one that waits for a maintenance window, where it may wait."""

    def judge(self, change: Change) -> Consequence | None:
        """The consequence of a change; None where it has none of this kind."""
        if change.type != self.type or not self.when(change):
            return None
        return Consequence(
            kind=self.kind,
            address=change.address,
            sentence=_text(self.says, change),
            instead=_text(self.instead, change),
            pending=self._pending(change),
        )

    def _pending(self, change: Change) -> tuple[str, str, str] | None:
        """What waits for a maintenance window; None where nothing does."""
        if self.pending is None or change.after.get("apply_immediately"):
            return None
        identifier, attribute = self.pending
        return str(change.before.get(identifier)), attribute, str(change.after.get(attribute))


def _text(text: Text, change: Change) -> str:
    return text if isinstance(text, str) else text(change)


def deleted(change: Change) -> bool:
    """It is destroyed, and nothing takes its address."""
    return change.action == "delete"


def replaced(change: Change) -> bool:
    """It is destroyed and created."""
    return change.action == "replace"


def gone(change: Change) -> bool:
    """It is destroyed, whether or not another one takes its address."""
    return change.goes


def altered(*names: str) -> Condition:
    """One of these attributes changes in place."""
    return lambda change: change.alters(*names)


def lowered(name: str) -> Condition:
    """A number becomes smaller in place."""
    return lambda change: change.alters(name) and number(change.after[name]) < number(change.before.get(name))


def raised(name: str) -> Condition:
    """A number becomes larger in place."""
    return lambda change: change.alters(name) and number(change.after[name]) > number(change.before.get(name))


def having(condition: Condition, name: str) -> Condition:
    """Something changes that has a certain attribute now, true or filled in."""
    return lambda change: condition(change) and bool(change.before.get(name))


def lacking(condition: Condition, name: str) -> Condition:
    """Something changes that has a certain attribute not, or false."""
    return lambda change: condition(change) and not change.before.get(name)


def number(value: object) -> float:
    """A number as Terraform has it; 0 where there is none."""
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def from_to(change: Change, name: str) -> str:
    """`from db.t4g.micro to db.t4g.small`."""
    return f"from {change.before.get(name)} to {change.after.get(name)}"


def in_window(change: Change) -> str:
    """When AWS does it: at once, or in which maintenance window."""
    if change.after.get("apply_immediately"):
        return "at once"
    return f"in the maintenance window ({change.before.get('maintenance_window') or 'weekly'}, UTC)"
