"""The last screens of `./windlass local apply` and `up`: where everything is, and what to do next."""

import re
from collections.abc import Sequence
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError
from rich.text import Text

from aws.image_reference import ImageReference
from cli.console import output
from cli.local_access import addresses, dag_repositories, name_hints, trust_hints
from cli.local_commands import clean_command, local_command
from cli.parts import PARTS
from cli.release_session import outputs
from cli.session import Session
from config.services import BlueGreenService


def show_addresses(session: Session, parts: Sequence[str] = PARTS) -> None:
    """Print addresses, sign-in and trust, on standard output.

    Args:
        session: of the environment.
        parts: those whose containers run. Default: all.
    """
    reachable = addresses(session, parts)
    if reachable:
        _heading("Open in a browser")
        _columns([(address.name, address.url, address.sign_in) for address in reachable])
        for hint in (*name_hints(reachable), *trust_hints(session)):
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
    """Commands, each with what it does; a release takes two, and can be undone."""
    name = session.environment.name
    change = [("Show that nothing would change", f"./windlass plan {name}")]
    for service, settings in session.environment.services.items():
        if isinstance(settings, BlueGreenService):
            newer = _newest_of(_images(session, service) or [settings.blue.image, settings.green.image])
            image = local_command(f"image {newer.repository}:{newer.tag}", name)
            deploy = f"./windlass deploy {name} {service} --switch --image {newer}"
            change = [
                ("Make a new image known", image),
                ("Deploy it to the idle colour and switch", deploy),
                ("Switch back, in seconds", f"./windlass switch {name} {service} --rollback"),
            ]
            break
    return [
        ("Show layers, services and Airflow", f"./windlass status {name}"),
        *change,
        ("Remove everything", clean_command(name)),
    ]


def _images(session: Session, service: str) -> list[str]:
    """What both colours run by now, as their parameters say; none where a parameter cannot be read."""
    applied = (outputs(session).get("services") or {}).get(service) or {}
    names = [applied[colour]["image_parameter"] for colour in ("blue", "green") if colour in applied]
    if not names:
        return []
    try:
        read = session.project.local.client(session.environment, "ssm").get_parameters(Names=names)
    except (BotoCoreError, ClientError):
        return []
    return [parameter["Value"] for parameter in read["Parameters"]]


def _newest_of(images: Sequence[str]) -> ImageReference:
    """The version after the newest one, so that nothing is suggested that is there already."""
    return _newer(max(map(ImageReference.parse, images), key=_version))


def _version(image: ImageReference) -> tuple[int, ...]:
    match = re.fullmatch(r"\d+(\.\d+)*", image.tag or "")
    return tuple(map(int, match[0].split("."))) if match else ()


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
