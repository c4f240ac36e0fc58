"""Command lines that messages about a local environment suggest."""

from pathlib import Path

from workspace import WINDLASS_FOLDER

DEFAULT_ENVIRONMENT = "local"
"""What `make local` and `./windlass local …` mean without `--environment`."""


def apply_command(environment: str) -> str:
    """Starts the embedded AWS and applies everything."""
    return "make local" if _has_target(environment) else local_command("apply", environment)


def clean_command(environment: str) -> str:
    """Removes everything again."""
    return "make clean-local" if _has_target(environment) else local_command("clean", environment)


def _has_target(environment: str) -> bool:
    """Whether the Makefile's targets mean this environment: it is in the clone, and in no other folder of a user."""
    return environment == DEFAULT_ENVIRONMENT and Path.cwd() == WINDLASS_FOLDER


def local_command(name: str, environment: str) -> str:
    """`./windlass local NAME`, with the option that a particular environment needs."""
    option = "" if environment == DEFAULT_ENVIRONMENT else f" --environment {environment}"
    return f"./windlass local {name}{option}"
