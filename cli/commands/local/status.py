"""`./windlass local status`: the embedded AWS, the data plane and its containers, and the addresses."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from cli.command import command
from cli.console import output, print_json, show, table, warn
from cli.data_plane import show_containers
from cli.errors import FAILED, CommandError
from cli.front_door import Address, addresses
from cli.local_commands import apply_command, local_command
from cli.options import as_json, environment_option
from cli.project import Project
from cli.session import Session

if TYPE_CHECKING:
    from local.dataplane import DataPlaneStatus
    from local.embedded import EmbeddedAwsStatus


@command(
    examples=("./windlass local status", "./windlass local status --json"),
    exit_codes={0: "the embedded AWS runs and every container is healthy", 1: "something does not run"},
)
@environment_option
@as_json
@click.pass_obj
def status(project: Project, name: str, as_json: bool) -> int:
    """Show the embedded AWS, the data plane, every container service with its health and logs, and the addresses."""
    environment = project.environments.load(name)
    aws, plane = project.local.aws(environment).status(), project.local.data_plane(environment).status()
    reachable = _addresses(Session(project=project, environment=environment)) if aws.running else ()
    if as_json:
        print_json(
            {
                "embedded_aws": _aws_facts(aws),
                "data_plane": _plane_facts(plane),
                "addresses": [asdict(address) for address in reachable],
            }
        )
    else:
        _show(project, aws, plane, reachable)
        if not aws.running:
            warn(f"The embedded AWS does not run, so nothing is applied. To apply everything: {apply_command(name)}")
        elif not plane.running:
            warn(f"No containers run. To start them: {local_command('up', name)} --with web --with airflow")
    healthy = all(service.steady for service in plane.services) and not plane.problems
    return 0 if aws.running and healthy else FAILED


def _addresses(session: Session) -> tuple[Address, ...]:
    try:
        return addresses(session) if session.may_be_applied() else ()
    except CommandError:
        return ()  # `./windlass status` says why a state cannot be read


def _aws_facts(aws: "EmbeddedAwsStatus") -> dict[str, Any]:
    return {
        "running": aws.running,
        "endpoint_url": aws.endpoint_url,
        "pid": aws.pid,
        "started_at": aws.started_at,
        "memory_mib": aws.memory_mib,
        "log_path": aws.log_path,
    }


def _plane_facts(plane: "DataPlaneStatus") -> dict[str, Any]:
    return {
        "running": plane.running,
        "ready": plane.ready,
        "pid": plane.pid,
        "log_path": plane.log_path,
        "services": [asdict(service) for service in plane.services],
        "stores": [dict(store) for store in plane.stores],
        "problems": list(plane.problems),
    }


def _show(project: Project, aws: "EmbeddedAwsStatus", plane: "DataPlaneStatus", reachable: tuple[Address, ...]) -> None:
    processes = table("process", "state", "pid", "log")
    for name, running, state, pid, log in (
        ("embedded AWS", aws.running, aws.endpoint_url, aws.pid, aws.log_path),
        ("data plane", plane.running, "ready" if plane.ready else "starting", plane.pid, plane.log_path),
    ):
        shown = state if running else "not running"
        processes.add_row(name, shown, str(pid or ""), project.workspace.relative(log) if running else "")
    show(processes)
    if plane.running:
        output().print()
        stores = table("data store", "state", "address")
        for store in plane.stores:
            where = f"{store['address']}:{store['port']}" if store.get("address") else ""
            stores.add_row(
                store["identifier"], store["problem"] or ("running" if store["running"] else "starting"), where
            )
        show(stores)
        output().print()
        show_containers(project, plane)
    if reachable:
        output().print()
        places = table("address", "", "")
        for address in reachable:
            places.add_row(address.name, address.url, address.sign_in)
        show(places)
    for problem in plane.problems:
        warn(problem)
