"""What stands in for a container image: a program on this machine, and how it is told where to listen."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, kw_only=True)
class Program:
    """The parts of an image that a process needs; words are looked up on a PATH that begins with this Python's."""

    command: tuple[str, ...]
    """What the image runs where the task definition says nothing (its CMD)."""
    entry_point: tuple[str, ...] = ()
    """What the image puts before the command (its ENTRYPOINT)."""
    working_folder: Path = PROJECT
    """The image's WORKDIR."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The image's ENV."""
    told: Mapping[str, str] = field(default_factory=dict)
    """Variables that win over the task definition's, because two tasks share one machine: `{port}` is the port of this
    task that stands for the container's first port. Where there are none, the program keeps the container's port, and
    only one task of it can run."""


def programs() -> dict[str, Program]:
    """Last part of the repository's name → program."""
    return {
        "web": Program(
            command=("python", "-m", "web"),
            working_folder=PROJECT / "docker" / "web",
            environment={"PYTHONUNBUFFERED": "1"},
            # gunicorn's own variable keeps it on loopback; its configuration says 0.0.0.0, right for a container.
            told={"PORT": "{port}", "GUNICORN_CMD_ARGS": "--bind 127.0.0.1:{port}"},
        ),
    }


class UnknownImageError(LookupError):
    """No program stands in for an image."""


def program_of(image: str, table: Mapping[str, Program]) -> Program:
    """The program for an image reference such as `registry/windlass-local/web:0.1.0`.

    Raises:
        UnknownImageError: the table has no entry for the last part of the repository's name.
    """
    repository = image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    if repository not in table:
        raise UnknownImageError(f"image {image}: no program stands in for {repository!r} (known: {', '.join(table)})")
    return table[repository]


def search_path() -> str:
    """The PATH of every container: this Python's programs, then the system's."""
    return f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
