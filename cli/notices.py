"""Notices of an environment, as commands print them: last, on standard error, and in `--json`. They stop nothing."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from cli.console import warn

if TYPE_CHECKING:
    from config import Environment
    from config.notices import Notice


def today() -> date:
    """The day that decides which versions are near their end."""
    return date.today()


def notices_of(environment: "Environment") -> "tuple[Notice, ...]":
    """The notices of today."""
    from config.notices import notices  # pydantic and the models, which an environment has loaded already

    return notices(environment, today())


def notices_json(environment: str, notices: "Sequence[Notice]") -> list[dict[str, str]]:
    """Notices for scripts: file, key and message."""
    file = f"environments/{environment}.toml"
    return [{"file": file, "key": each.key, "message": each.message} for each in notices]


def print_notices(notices: "Sequence[Notice]") -> None:
    """Print notices under a heading; nothing if there are none."""
    if notices:
        warn("\n\n".join(["Notices:", *map(str, notices)]))
