"""The last screen of `./windlass local apply`: where everything is, and what to do next."""

from collections.abc import Sequence

from rich.text import Text

from cli.console import output
from cli.local_access import addresses, dag_repositories, trust_hints
from cli.local_commands import clean_command
from cli.session import Session
from config.services import BlueGreenService


def show_welcome(session: Session) -> None:
    """Print addresses, sign-in, trust, the way for DAGs, and the next commands, on standard output."""
    reachable = addresses(session)
    if reachable:
        _heading("Open in a browser")
        _columns([(address.name, address.url, address.sign_in) for address in reachable])
        for hint in trust_hints(session):
            _line(hint)
    repositories = dag_repositories(session)
    if repositories:
        _heading("Your own DAGs")
        for repository in repositories:
            _line(f"git clone {repository.folder}")
        _line(f"Commit and push; Airflow polls every {repositories[0].poll_seconds} s.")
    _heading("Next")
    _columns(next_commands(session))


def next_commands(session: Session) -> list[tuple[str, str]]:
    """Three commands, each with what it does."""
    name = session.environment.name
    change = ("Show that nothing would change", f"./windlass plan {name}")
    for service, settings in session.environment.services.items():
        if isinstance(settings, BlueGreenService):
            command = f"./windlass deploy {name} {service} --switch --image {settings.green.image}"
            change = ("Deploy to the idle colour and switch", command)
            break
    return [
        ("Show layers, services and Airflow", f"./windlass status {name}"),
        change,
        ("Remove everything", clean_command(name)),
    ]


def _columns(rows: Sequence[Sequence[str]]) -> None:
    """Rows in columns. A line that is wider than the terminal is not cut or folded, so that it can be copied."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        _line("   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _heading(text: str) -> None:
    output().print(Text(f"\n{text}", style="bold"))


def _line(text: str) -> None:
    output().print(Text(f"  {text}"), soft_wrap=True)
