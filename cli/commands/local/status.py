"""`./windlass local status`: the embedded AWS, the data plane and its containers, and the addresses."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from cli.command import command
from cli.console import output, print_json, show, table, warn
from cli.data_plane import show_containers
from cli.errors import FAILED, CommandError
from cli.local_access import Address, addresses
from cli.local_commands import apply_command, local_command
from cli.options import as_json, environment_option
from cli.project import Project
from cli.running.progress import duration
from cli.session import Session

if TYPE_CHECKING:
    from local.dataplane import DataPlaneStatus
    from local.embedded import EmbeddedAwsStatus


@command(
    changes="nothing",
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
            if aws.saved_at is None:
                warn(
                    f"The embedded AWS is not running, and nothing is saved. To apply everything: {apply_command(name)}"
                )
            else:
                warn(f"What was applied is saved ({_ago(aws.saved_at)}). To start it: {local_command('up', name)}")
        elif not plane.running:
            applied = bool(reachable)
            how = local_command("up", name) if applied else apply_command(name)
            warn(f"No containers run. To {'start them' if applied else 'apply everything'}: {how}")
    healthy = plane.running and all(service.steady for service in plane.services) and not plane.problems
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
        "saved_at": aws.saved_at,
        "save_problem": aws.save_problem,
        "denied_calls": [asdict(call) for call in aws.denied_calls],
        "log_path": aws.log_path,
    }


def _ago(saved_at: datetime) -> str:
    """Such as `12s ago`."""
    return f"{duration(max(0, (datetime.now(UTC) - saved_at).total_seconds()))} ago"


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
    processes = table("process", "state", "saved", "memory", "pid", "log")
    saved = _ago(aws.saved_at) if aws.saved_at else "never"
    plane_state = "ready" if plane.ready else "not ready" if plane.problems else "starting"
    memory = f"{aws.memory_mib} MiB" if aws.memory_mib else ""
    for name, running, state, last_save, used, pid, log in (
        ("embedded AWS", aws.running, aws.endpoint_url, saved, memory, aws.pid, aws.log_path),
        ("data plane", plane.running, plane_state, "", "", plane.pid, plane.log_path),
    ):
        shown = state if running else "not running"
        where = project.workspace.relative(log) if running else ""
        processes.add_row(name, shown, last_save, used, str(pid or ""), where)
    show(processes)
    if aws.save_problem:
        warn(f"Later changes are not saved: {aws.save_problem}")
    if plane.running:
        output().print()
        stores = table("data store", "state", "address")
        for store in plane.stores:
            where = f"{store['address']}:{store['port']}" if store.get("address") else ""
            state = store["problem"] or ("running" if store["running"] else "starting")
            stores.add_row(f"{store['kind']} {store['identifier']}", state, where)
        show(stores)
        output().print()
        show_containers(project, plane)
    if reachable:
        output().print()
        places = table("name", "address", "sign-in")
        for address in reachable:
            places.add_row(address.name, address.url, address.sign_in)
        show(places)
    _show_denied(aws)
    for problem in plane.problems:
        warn(problem)


def _show_denied(aws: "EmbeddedAwsStatus") -> None:
    """The calls of roles that IAM denied: on AWS they would fail too."""
    if not aws.denied_calls:
        return
    output().print()
    calls = table("denied to role", "action", "resource", "times")
    for call in aws.denied_calls:
        calls.add_row(call.role, call.action, call.resource, str(call.count))
    show(calls)
    kinds = "one kind" if len(aws.denied_calls) == 1 else f"{len(aws.denied_calls)} kinds"
    warn(f"IAM denied {kinds} of calls, as AWS would. The reasons are in ./windlass local status --json")
