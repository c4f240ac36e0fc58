"""Command lines that messages about a local environment suggest."""

DEFAULT_ENVIRONMENT = "local"
"""What `make local` and `./windlass local …` mean without `--environment`."""


def apply_command(environment: str) -> str:
    """Starts the embedded AWS and applies everything."""
    return "make local" if environment == DEFAULT_ENVIRONMENT else local_command("apply", environment)


def clean_command(environment: str) -> str:
    """Removes everything again."""
    return "make clean-local" if environment == DEFAULT_ENVIRONMENT else local_command("clean", environment)


def local_command(name: str, environment: str) -> str:
    """`./windlass local NAME`, with the option that a particular environment needs."""
    option = "" if environment == DEFAULT_ENVIRONMENT else f" --environment {environment}"
    return f"./windlass local {name}{option}"
