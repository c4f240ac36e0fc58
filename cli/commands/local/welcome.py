"""The last screens of `./windlass local apply` and `up`: where everything is, and what to do next."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rich.text import Text

from aws.image_reference import ImageReference
from cli.console import output
from cli.local_access import addresses, dag_repositories, trust_hints
from cli.local_commands import clean_command, local_command
from cli.session import Session
from config.services import BlueGreenService


def show_addresses(session: Session) -> None:
    """Print addresses, sign-in and trust, on standard output."""
    reachable = addresses(session)
    if reachable:
        _heading("Open in a browser")
        _columns([(address.name, address.url, address.sign_in) for address in reachable])
        for hint in trust_hints(session):
            _line(hint)


def show_welcome(session: Session) -> None:
    """Print addresses, the way for DAGs, and the next commands, on standard output."""
    show_addresses(session)
    repositories = dag_repositories(session)
    if repositories:
        _heading("Your own DAGs")
        for repository in repositories:
            _line(f"git clone {repository.folder}")
        _line(f"Commit and push; Airflow polls every {repositories[0].poll_seconds} s.")
    _heading("Next")
    _columns(next_commands(session))


def next_commands(session: Session) -> list[tuple[str, str]]:
    """Commands, each with what it does; a release takes two."""
    name = session.environment.name
    change = [("Show that nothing would change", f"./windlass plan {name}")]
    for service, settings in session.environment.services.items():
        if isinstance(settings, BlueGreenService):
            newer = _newer(ImageReference.parse(settings.green.image))
            image = local_command(f"image {newer.repository}:{newer.tag}", name)
            deploy = f"./windlass deploy {name} {service} --switch --image {newer}"
            change = [("Make a new image known", image), ("Deploy it to the idle colour and switch", deploy)]
            break
    return [
        ("Show layers, services and Airflow", f"./windlass status {name}"),
        *change,
        ("Remove everything", clean_command(name)),
    ]


def _newer(image: ImageReference) -> ImageReference:
    """The same image with the next minor version: 0.2.0 after 0.1.0."""
    match = re.fullmatch(r"(\d+)\.(\d+)(\.\d+)?", image.tag or "")
    tag = f"{match[1]}.{int(match[2]) + 1}{'.0' if match[3] else ''}" if match else "next"
    return replace(image, tag=tag, digest=None)


def _columns(rows: Sequence[Sequence[str]]) -> None:
    """Rows in columns. A line that is wider than the terminal is not cut or folded, so that it can be copied."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        _line("   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _heading(text: str) -> None:
    output().print(Text(f"\n{text}", style="bold"))


def _line(text: str) -> None:
    output().print(Text(f"  {text}"), soft_wrap=True)
