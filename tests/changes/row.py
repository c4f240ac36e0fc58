"""A row of the matrix of changes: what is changed, and what is expected."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.changes.environment_file import Edit
from tests.changes.load import Host


@dataclass(frozen=True, kw_only=True)
class Step:
    """A part of a change; each edit is planned, applied and waited for before the next step."""

    edit: Edit | None = None
    """Of the environment file."""
    command: Sequence[str] = ()
    """Of `./windlass`, instead of an edit."""
    begins: Host | None = None
    """A host name that gets requests once the step is done."""
    leaves: str = ""
    """A host name that gets none from before the step on."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One change that an environment file allows."""

    id: str
    """Stays the same; results are kept under it."""
    title: str
    steps: Sequence[Step]
    keys: Sequence[str]
    """Keys of the environment file that it changes, as the schema's test names them."""
    interrupts: str = ""
    """The host name whose requests may fail. Default: none may."""
    says: Sequence[str] = ()
    """Parts of sentences that `plan` must have."""
    note: str = ""
    """What a reader should know, as a sentence."""
