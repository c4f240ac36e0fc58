"""The message for a run of Terraform that failed."""

import signal
from pathlib import Path

from cli.errors import INTERRUPTED, CommandError, TerraformKilledError
from cli.running.machine_ui import MachineUi
from cli.running.process import Finished
from cli.running.state_lock import is_about_lock, lock_holder, lock_message
from cli.running.state_store import NO_BUCKET

_LAST_LINES = 20
"""Of other output, where Terraform names no error."""


def failure(
    command: str, ui: MachineUi, finished: Finished, *, layer: str, folder: Path, lock_table: str | None
) -> CommandError:
    """The error of a run, to be raised.

    Args:
        command: Terraform's, such as `apply`.
        ui: what the run said.
        finished: how it ended.
        layer: name of the layer.
        folder: of the stack.
        lock_table: DynamoDB table with the lock of the state; `None` where there is none.
    """
    if finished.exit_code < 0 and not finished.interrupted:
        return TerraformKilledError(
            f"terraform {command} on {layer} was killed ({signal.Signals(-finished.exit_code).name}); this "
            f"happens when memory runs out. Run the command again.\nTerraform's output until then: {finished.log}"
        )
    parts: list[str] = []
    interrupted = finished.interrupted
    holder = lock_holder(ui.errors)
    if holder is not None:
        parts.append(lock_message(holder, layer=layer, stack_folder=str(folder), lock_table=lock_table))
    if interrupted:
        parts.append(f"Stopped while terraform {command} ran on {layer}. Run the command again to carry on.")
    elif holder is None:
        parts.append(f"terraform {command} failed on {layer}.")
    # After a Ctrl-C Terraform reports "execution halted" for each resource that it did not start.
    # What it says about the lock, `-lock=false` included, is in the message above.
    text = [
        one
        for one in ui.errors
        if not (holder and is_about_lock(one)) and not (interrupted and one.summary == "execution halted")
    ]
    parts += [one.text() for one in text] or ([] if holder else ui.other_text[-_LAST_LINES:])
    if any("bucket" in one.summary + one.detail and "exist" in one.detail for one in ui.errors):
        parts.append(NO_BUCKET)
    parts.append(f"Terraform's whole output: {finished.log}")
    return CommandError("\n".join(parts), exit_code=INTERRUPTED if interrupted else 1)
