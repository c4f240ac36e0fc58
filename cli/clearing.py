"""Refuses a destroy that AWS would stop halfway, or clears its way where the environment may be thrown away (S05)."""

from collections.abc import Callable

from cli.aws import release_errors
from cli.console import say
from cli.errors import CommandError
from cli.obstacles import KINDS, Obstacle, States, obstacles
from cli.protected_tasks import ProtectedTasks, end_tasks, protected_tasks
from cli.release_session import aws_of
from cli.running.state_store import managed_resources
from cli.session import Session
from release.counted import counted


def clear_the_way(session: Session, states: States) -> Callable[[], None]:
    """Look for what blocks a destroy.

    Args:
        session: of the environment.
        states: of the layers that would be destroyed.

    Returns:
        Ends the tasks that protect themselves, in an environment to throw away; to be called once nobody objects.

    Raises:
        CommandError: something blocks it; names each thing with its commands. Nothing was changed.
    """
    if not any(managed_resources(state, kind) for state in states.values() for kind in KINDS):
        return lambda: None
    environment, aws = session.environment, aws_of(session)
    region = environment.aws.region
    with release_errors():
        blocking = [*obstacles(aws, region, states)]
        tasks = [*protected_tasks(aws, states)]
    if not environment.is_throw_away:
        blocking += [each.obstacle(region) for each in tasks]
    if blocking:
        raise _refusal(session, blocking)

    def end_protected() -> None:
        with release_errors():
            for each in tasks:
                end_tasks(aws, each)
                say(f"{each.service}: ended {counted(len(each.arns), 'task')} that {_were(each)} protected")

    return end_protected


def _were(tasks: ProtectedTasks) -> str:
    return "was" if len(tasks.arns) == 1 else "were"


def _refusal(session: Session, blocking: list[Obstacle]) -> CommandError:
    environment = session.environment
    name = environment.name
    lines = "\n".join(line for each in blocking for line in each.lines())
    hint = ""
    if environment.kind == "development":
        done = "is not applied yet" if environment.throw_away else "deletes all of it with the environment"
        hint = f"throw_away = true in environments/{name}.toml {done}: ./windlass apply {name}\n"
    return CommandError(
        f"{name} has what AWS does not delete as it is, so a destroy would stop halfway:\n{lines}\n"
        f"Nothing was destroyed. {hint}All steps: docs/runbooks/destroy.md"
    )
