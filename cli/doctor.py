"""What this machine lacks for a local platform, and what a crash left on it."""

import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cli.console import warn
from cli.errors import CommandError
from cli.local_commands import local_command
from cli.local_ports import local_ports, refuse_unusable_ports
from cli.project import Project
from cli.running.work_lock import killed_holder
from local.dataplane.containers import namespaces
from local.dataplane.stores.postgres_place import abandoned_homes
from local.uv_tool import uv_command

if TYPE_CHECKING:
    from config import Environment

State = Literal["ok", "warning", "failure", "fixed"]
NEEDED_MEMORY_MIB = 3000
"""A whole platform uses 2.2 GiB; Terraform and its provider need the rest while layers are applied."""
NEEDED_DISK_MIB = 4000
"""Airflow's packages 1.2 GiB, PostgreSQL, the provider 0.7 GiB, and a saved platform."""
MEMORY_FILE = Path("/proc/meminfo")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of one check."""

    name: str
    state: State
    detail: str
    """What was seen."""
    advice: str = ""
    """What to do about it. Default: nothing has to be done."""
    fix: Callable[[], None] | None = None
    """Removes the cause. Default: only a person can."""


def examine(project: Project, environment: "Environment") -> Iterator[Finding]:
    """Run every check, one after the other.

    Args:
        project: with the workspace.
        environment: on the embedded AWS, whose ports and processes are looked at.
    """
    yield _system()
    yield _terraform(project, environment)
    yield _containers()
    yield _memory(project, environment)
    yield _disk(project)
    yield _ports(project, environment)
    yield from _leftovers(project, environment)


def require_machine(project: Project, environment: "Environment") -> None:
    """Check that containers can run here, before minutes are spent on an apply; warn of too little memory and disk.

    Raises:
        CommandError: names everything that is missing, and what to do.
    """
    findings = [_system(), _containers(), _memory(project, environment), _disk(project)]
    for each in findings:
        if each.state == "warning":
            warn(f"{each.name}: {each.detail}. {each.advice}")
    missing = [f"{each.name}: {each.detail}. {each.advice}" for each in findings if each.state == "failure"]
    if missing:
        raise CommandError("\n".join(["This machine lacks what a local platform needs.", *missing]))


def _system() -> Finding:
    name, python = "system", f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    if sys.platform == "win32":
        advice = "Use WSL 2, and clone into its own file system. Without WSL: check, synth, cost and schema work."
        return Finding(name=name, state="failure", detail=python, advice=advice)
    return Finding(name=name, state="ok", detail=python)


def _terraform(project: Project, environment: "Environment") -> Finding:
    try:
        terraform = project.stacks.terraform(environment)
    except CommandError as error:
        return Finding(name="terraform", state="failure", detail="missing or too old", advice=str(error))
    return Finding(name="terraform", state="ok", detail=f"{terraform.version} ({terraform.binary})")


def _containers() -> Finding:
    try:
        namespaces.check()
    except namespaces.NamespacesError as error:
        return Finding(name="containers", state="failure", detail="cannot run here", advice=str(error))
    try:
        uv_command()
    except (OSError, RuntimeError) as error:
        return Finding(name="containers", state="failure", detail="uv is missing", advice=f"make install ({error})")
    return Finding(name="containers", state="ok", detail="user, mount and PID namespaces can be created")


def _memory(project: Project, environment: "Environment") -> Finding:
    available = _available_memory_mib()
    if project.local.aws(environment).status().running:
        return Finding(name="memory", state="ok", detail="the platform has what it needs: it runs")
    if available is None:
        return Finding(name="memory", state="ok", detail="not measured: this system does not say what is available")
    detail = f"{available} MiB available, {NEEDED_MEMORY_MIB} needed"
    if available >= NEEDED_MEMORY_MIB:
        return Finding(name="memory", state="ok", detail=detail)
    advice = f"End other programs, or leave Airflow out: {local_command('up --with web', environment.name)}"
    return Finding(name="memory", state="warning", detail=detail, advice=advice)


def _available_memory_mib() -> int | None:
    try:
        lines = MEMORY_FILE.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _disk(project: Project) -> Finding:
    free = shutil.disk_usage(project.workspace.root).free // 1024**2
    detail = f"{free} MiB free in {project.workspace.root}, {NEEDED_DISK_MIB} needed for a first run"
    if free >= NEEDED_DISK_MIB:
        return Finding(name="disk", state="ok", detail=detail)
    advice = "Free some space. Saving a platform fails without it, and what was saved before stays."
    return Finding(name="disk", state="warning", detail=detail, advice=advice)


def _ports(project: Project, environment: "Environment") -> Finding:
    ports = local_ports(environment)
    running = {
        "aws.": project.local.aws(environment).status().running,
        "load_balancer.": project.local.data_plane(environment).status().running,
    }
    needed = [key for key in ports if not any(key.startswith(part) for part, runs in running.items() if runs)]
    try:
        refuse_unusable_ports(environment, needed)
    except CommandError as error:
        return Finding(name="ports", state="failure", detail="not all are usable", advice=str(error))
    own = [port for key, port in ports.items() if key not in needed]
    kinds = {"free": [ports[key] for key in needed], "in use by this platform": own}
    listed = "; ".join(f"{', '.join(map(str, numbers))}: {kind}" for kind, numbers in kinds.items() if numbers)
    return Finding(name="ports", state="ok", detail=listed)


def _leftovers(project: Project, environment: "Environment") -> Iterator[Finding]:
    name = environment.name
    killed = killed_holder(project.workspace.work_folder / "locks", name)
    if killed is not None:
        yield Finding(
            name="killed command",
            state="warning",
            detail=f"{killed} was killed",
            advice="The next command that changes the environment restores what it left half-applied.",
        )
    data_plane = project.local.data_plane(environment)
    if not data_plane.status().running and (count := data_plane.count_leftovers()):
        yield Finding(
            name="processes",
            state="warning",
            detail=f"{count} of a data plane that was killed still run",
            advice="./windlass doctor --fix ends them; their data is kept.",
            fix=data_plane.end_leftovers,
        )
    for folder in _unfinished_installations(project):
        yield _removable([folder], f"{folder}: an installation that did not finish")
    if homes := abandoned_homes():
        what = "the data of a platform whose checkout is gone"
        others = f", and of {len(homes) - 1} more" if homes[1:] else ""
        yield _removable(homes, f"{homes[0]}: {what}{others}")


def _unfinished_installations(project: Project) -> list[Path]:
    root = project.workspace.windlass_folder
    return [folder for folder in (root / ".venv-airflow.new", root / ".venv-airflow.old") if folder.exists()]


def _removable(folders: Sequence[Path], detail: str) -> Finding:
    def remove() -> None:
        for folder in folders:
            shutil.rmtree(folder)

    them = "them" if folders[1:] else "it"
    return Finding(
        name="files", state="warning", detail=detail, advice=f"./windlass doctor --fix deletes {them}.", fix=remove
    )
