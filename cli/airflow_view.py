"""Shows the status of Airflow to people."""

from typing import TYPE_CHECKING

from cli.console import output, show, table

if TYPE_CHECKING:
    from release.airflow_status import AirflowStatus


def show_airflow(status: "AirflowStatus") -> None:
    """A heading with the address, a table of components and workers, and the alarms."""
    from rich.text import Text

    word, style = ("healthy", "green") if status.is_healthy else ("needs attention", "yellow")
    output().print(Text.assemble(("\nairflow", "bold"), ": ", (word, style), f", {status.url}"))
    components = table("component", "tasks", "state")
    for component in status.components:
        tasks = f"{component.running_count}/{component.desired_count}"
        state = component.problem or ("runs" if component.desired_count else "no tasks desired")
        components.add_row(component.component, tasks, state)
    show(components)
    alarms = ", ".join(status.alarms) or f"none of {status.alarm_count}"
    output().print(Text(f"in ALARM: {alarms}", style="red" if status.alarms else ""))
