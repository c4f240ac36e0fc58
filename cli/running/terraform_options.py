"""Options for Terraform's own plan, passed on by `plan` and `apply`."""

from collections.abc import Sequence

from cli.errors import BAD_CONFIGURATION, CommandError

ALLOWED = ("-replace", "-target", "-refresh", "-refresh-only")
"""Those that choose what to plan. Windlass sets others itself (`-out`, `-lock-timeout`, …), or they would plan what the
environment file does not describe (`-var`)."""


def checked(options: Sequence[str], *, layer: str | None) -> tuple[str, ...]:
    """The options, each written `-name` or `-name=value`.

    Raises:
        CommandError: one of them is not allowed, or no layer is named: they are for one plan.
    """
    for option in options:
        name = option.partition("=")[0].replace("--", "-", 1)
        if name not in ALLOWED:
            raise CommandError(
                f"{option!r} cannot be passed to Terraform; allowed are {', '.join(ALLOWED)}, each as -name=value.",
                exit_code=BAD_CONFIGURATION,
            )
    if options and layer is None:
        raise CommandError(
            f"{options[0]} needs --layer: it is an option for the plan of one layer.",
            exit_code=BAD_CONFIGURATION,
        )
    return tuple(options)
