"""The commands of the runbooks that need Terraform, on the applied platform; each leaves it as it was."""

import subprocess
from collections.abc import Callable
from threading import Timer

from tests.docs import runbooks
from tests.support.held_lock import LOCK_ID, locked
from tests.support.platform import Platform
from tests.support.terminal import run_in_terminal

OnThePlatform = Callable[[Platform, str], None]
ON_THE_PLATFORM: dict[str, OnThePlatform] = {}
"""Command, as the runbook has it → what goes before, and what must come of it."""


def on_the_platform(*commands: str) -> Callable[[OnThePlatform], OnThePlatform]:
    def register(function: OnThePlatform) -> OnThePlatform:
        ON_THE_PLATFORM.update(dict.fromkeys(commands, function))
        return function

    return register


def typed(applied: Platform, command: str, **values: str) -> subprocess.CompletedProcess[str]:
    """The command in the project's folder, as in an interactive terminal, with no answer to any prompt."""
    text = runbooks.filled(command, {"ENV": "local", "SERVICE": "web", **values})
    return run_in_terminal(["bash", "-c", text], folder=applied.root, variables=applied.variables, timeout_seconds=300)


@on_the_platform("./windlass plan ENV --layer LAYER", "./windlass apply ENV --layer LAYER")
def nothing_differs(applied: Platform, command: str) -> None:
    layer = "service" if " plan " in command else "network"
    done = typed(applied, command, LAYER=layer)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "local: nothing to change." in done.stdout


@on_the_platform("./windlass bootstrap ENV", "./windlass apply ENV")
def everything_is_as_the_file_says(applied: Platform, command: str) -> None:
    done = typed(applied, command)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "local: nothing to change." in done.stdout


@on_the_platform("./windlass output ENV --layer data")
def where_the_database_is(applied: Platform, command: str) -> None:
    done = typed(applied, command)
    assert done.returncode == 0, done.stderr
    assert "database_address" in done.stdout


@on_the_platform("./windlass plan ENV --layer LAYER --lock-timeout 10m")
def wait_for_the_lock(applied: Platform, command: str) -> None:
    with locked(applied, "network") as (_, free):
        release = Timer(8, free)
        release.start()
        done = typed(applied, command, LAYER="network")
        release.join()
    assert done.returncode == 0, done.stdout + done.stderr


@on_the_platform("cd cdktf.out/stacks/ENV-LAYER && terraform force-unlock -force LOCK_ID")
def free_the_lock(applied: Platform, command: str) -> None:
    with locked(applied, "network") as (is_locked, _):
        done = typed(applied, command, LAYER="network", LOCK_ID=LOCK_ID)
        assert done.returncode == 0, done.stdout + done.stderr
        assert not is_locked()
