"""`./windlass status`: what each layer holds, and how the services run."""

from typing import Any

import click

from cli.airflow_view import show_airflow
from cli.aws import release_errors
from cli.command import command
from cli.completion import services as complete_services
from cli.console import print_json, result, show, table, warn
from cli.errors import FAILED, CommandError
from cli.local_commands import apply_command, local_command
from cli.options import as_json, environment_argument
from cli.project import Project
from cli.release_session import aws_of, outputs, release_session
from cli.running.state_store import count_resources
from cli.running.work_lock import current_holder
from cli.session import Session, open_readonly
from release.airflow_status import AirflowStatus, airflow_status
from release.status_view import status_view
from release.strategies import statuses

UNREADABLE = "state cannot be read"


@command(
    changes="nothing",
    examples=("./windlass status prod", "./windlass status prod web --json"),
    exit_codes={1: "failure, or the state of a layer cannot be read"},
)
@environment_argument
@click.argument("service", metavar="[SERVICE]", required=False, shell_complete=complete_services)
@as_json
@click.pass_obj
def status(project: Project, name: str, service: str | None, as_json: bool) -> int:
    """Show the layers, how each service runs (live colour, health, alarms, last changes), and Airflow."""
    environment = project.environments.load(name)
    embedded = environment.aws.endpoint_url
    reachable = project.local.is_reachable(environment)
    session = open_readonly(project, name, needs_aws=False)
    layers = [_layer_status(session, layer, reachable=reachable) for layer in project.synthesis.layers(environment)]
    reasons = {one["layer"]: one.pop("reason") for one in layers}
    summary = {
        "environment": name,
        "account_id": environment.aws.account_id,
        "region": environment.aws.region,
        "endpoint_url": embedded,
        "reachable": reachable,
        "state": _state_place(session),
        "layers": layers,
    }
    # A state that cannot be read is no success: a script would take it for an environment without resources.
    code = FAILED if any(one["serial"] is None and one["resources"] is None for one in layers) else 0
    has_services = any(one["layer"] == "service" and one["outputs"] for one in layers)
    services = _services(session, service) if reachable and (service is not None or has_services) else []
    airflow = _airflow(session) if reachable and service is None and has_services else None
    if as_json:
        shown: dict[str, Any] = {"services": [one.json() for one in services]}
        if service is None:  # otherwise nobody looked, and null would say that there is none
            shown["airflow"] = airflow.json() if airflow else None
        print_json({**summary, **shown})
        return code
    place = f"embedded AWS at {embedded}" if embedded else f"account {environment.aws.account_id}"
    result(f"{name}: {place}, {environment.aws.region}; state in {summary['state']}")
    if not reachable:
        saved = project.local.aws(environment).saved.header() is not None
        how = local_command("up", name) if saved else apply_command(name)
        what = "What was applied is saved; to start it" if saved else "To apply everything"
        warn(f"The embedded AWS is not running. {what}: {how}")
    if service is None:
        rows = table("layer", "resources", "outputs", "serial", "lineage", "note")
        for one in layers:
            note = UNREADABLE if reasons[one["layer"]] else one["note"]
            cells = [one["layer"], one["resources"], one["outputs"], one["serial"], one["lineage"], note]
            rows.add_row(*("" if cell is None else str(cell) for cell in cells))
        show(rows)
        for reason in dict.fromkeys(filter(None, reasons.values())):
            named = ", ".join(layer for layer, one in reasons.items() if one == reason)
            warn(f"The state of {named} cannot be read: {reason}")
        working = current_holder(project.workspace.work_folder / "locks", name)
        if working is not None:
            warn(f"A command is working on {name} ({working}); what it has not applied yet is shown as never applied.")
    if services:
        show(status_view(services))
    if airflow is not None:
        show_airflow(airflow)
    return code


def _airflow(session: Session) -> AirflowStatus | None:
    """How Airflow runs; None where the environment has none."""
    with release_errors():
        return airflow_status(aws_of(session), outputs(session))


def _services(session: Session, service: str | None) -> list[Any]:
    """Read the status of the services."""
    published = outputs(session)
    with release_errors():
        return list(statuses(published, release_session(session, read_only=True), service=service))


def _layer_status(session: Session, layer: str, *, reachable: bool) -> dict[str, Any]:
    """One row, and the `reason` why a state cannot be read.

    Only `plan` can say whether AWS still agrees with the state, so `drift` is always unknown here.
    """
    row: dict[str, Any] = {
        "layer": layer,
        "folder": str(session.project.synthesis.folder(session.environment, layer)),
        "resources": None,
        "outputs": None,
        "serial": None,
        "lineage": None,
        "drift": "unknown",
        "note": "",
        "reason": "",
    }
    if not reachable:
        return {**row, "note": UNREADABLE}
    try:
        state = session.state(layer)
    except CommandError as error:
        # The message names the layer too; the cause is the same for all of them where there is no bucket.
        reason = str(error.__cause__ or error)
        return {**row, "note": _last_line(str(error)), "reason": _last_line(reason)}
    if not state:
        return {**row, "resources": 0, "outputs": 0, "note": "never applied"}
    note = "" if count_resources(state) else "empty" if state.get("serial") else "never applied"
    return {
        **row,
        "resources": count_resources(state),
        "outputs": len(state.get("outputs", {})),
        "serial": state["serial"],
        "lineage": state["lineage"],
        "note": note,
    }


def _last_line(text: str) -> str:
    return text.splitlines()[-1].strip()


def _state_place(session: Session) -> str:
    state = session.environment.state
    if state.backend == "s3":
        return f"s3://{state.bucket}"
    if state.backend == "terraform-cloud":
        return f"Terraform Cloud, organization {state.organization}"
    return str(session.project.workspace.root / state.path)
