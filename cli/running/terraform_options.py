"""Options for Terraform's own plan, handed on by `plan` and `apply`."""

from collections.abc import Sequence

from cli.errors import BAD_CONFIGURATION, CommandError

ALLOWED = ("-replace", "-target", "-refresh", "-refresh-only")
"""Those that say what to plan. The others are Windlass's own business (`-out`, `-lock-timeout`, …), or make a plan that
the environment file does not describe (`-var`)."""


def checked(options: Sequence[str], *, layer: str | None) -> tuple[str, ...]:
    """The options, each written `-name` or `-name=value`.

    Raises:
        CommandError: one of them is not allowed, or no layer is named: addresses are those of one layer.
    """
    for option in options:
        name = option.partition("=")[0].replace("--", "-", 1)
        if name not in ALLOWED:
            raise CommandError(
                f"{option!r} cannot be handed to Terraform; allowed are {', '.join(ALLOWED)}, each as -name=value.",
                exit_code=BAD_CONFIGURATION,
            )
    if options and layer is None:
        raise CommandError(
            f"Say with --layer which layer {options[0]} is for.",
            exit_code=BAD_CONFIGURATION,
        )
    return tuple(options)
