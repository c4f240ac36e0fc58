"""What every command of `./windlass` has: an example, its exit codes, `--quiet` and `--verbose`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Literal

import click

from cli.console import Verbosity, set_verbosity

EXIT_CODES: Mapping[int, str] = {
    0: "success",
    1: "failure",
    2: "wrong command line or configuration",
    130: "interrupted",
}
"""Of every command that documents no others."""


def _set(verbosity: Verbosity) -> Callable[[click.Context, click.Parameter, bool], None]:
    def callback(_context: click.Context, _parameter: click.Parameter, chosen: bool) -> None:
        if chosen:
            set_verbosity(verbosity)

    return callback


def verbosity_options() -> list[click.Parameter]:
    """`--quiet` and `--verbose`."""
    return [
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            expose_value=False,
            callback=_set("quiet"),
            help="Print results, warnings and errors only.",
        ),
        click.Option(
            ["-v", "--verbose"],
            is_flag=True,
            expose_value=False,
            callback=_set("verbose"),
            help="Also print each Terraform command and its log.",
        ),
    ]


Changes = Literal["nothing", "release", "environment"]
"""What a command changes. `environment`: resources or the local platform, so only one such command runs at a time.
`release`: tasks, traffic weights or images, which must be possible while an apply is at work. On the embedded AWS, what
either has done is saved before it ends."""


class Command(click.Command):
    """A command with examples and exit codes in its help.

    Args:
        examples: command lines, each with or without `  # comment`.
        exit_codes: those that differ from `EXIT_CODES`.
        changes: what it changes of the environment `name`.
        needs_platform: it takes long and fails when the local platform is stopped; so does what changes a release.
        stops_platform: it stops the local platform, so it waits for no other command but is refused.
    """

    def __init__(
        self,
        *arguments: Any,
        examples: Sequence[str],
        changes: Changes,
        exit_codes: Mapping[int, str] | None = None,
        needs_platform: bool = False,
        stops_platform: bool = False,
        **settings: Any,
    ) -> None:
        super().__init__(*arguments, **settings)
        self.changes = changes
        self.needs_platform, self.stops_platform = needs_platform or changes == "release", stops_platform
        self.examples = tuple(examples)
        self.exit_codes = dict(sorted({**EXIT_CODES, **(exit_codes or {})}.items()))
        self.params += verbosity_options()

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, under the lock of the environment where it changes that; then save what it changed."""
        project, name = ctx.obj, ctx.params.get("name")
        is_guarded = self.changes != "nothing" or self.needs_platform
        if not is_guarded or not isinstance(name, str) or not project.environments.exists(name):
            return super().invoke(ctx)
        # Most commands need none of these.
        from cli.local_saves import continue_after, save
        from cli.running.platform_use import platform_use, refuse_while_in_use
        from cli.running.work_lock import work_lock

        locks, words = project.workspace.work_folder / "locks", ctx.command_path.partition(" ")[2]
        with ExitStack() as stack:
            if self.changes == "environment":
                timeout_seconds = ctx.params.get("lock_timeout")
                killed = stack.enter_context(work_lock(locks, name, words, timeout_seconds=timeout_seconds))
                if self.stops_platform:
                    refuse_while_in_use(locks, name)
                if killed is not None:
                    continue_after(project, name, killed)
            if self.needs_platform:
                stack.enter_context(platform_use(locks, name, words))
            try:
                return super().invoke(ctx)
            finally:
                if self.changes != "nothing":
                    save(project, name)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write examples and exit codes."""
        write_examples(formatter, self.examples)
        write_exit_codes(formatter, self.exit_codes)


def command(name: str | None = None, **settings: Any) -> Callable[[Callable[..., Any]], Command]:
    """`click.command` for a `Command`, with its arguments."""
    return click.command(name, cls=Command, **settings)


def write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    """A section with command lines, one a line."""
    with formatter.section("Examples" if len(examples) > 1 else "Example"):
        for example in examples:
            formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


def write_exit_codes(formatter: click.HelpFormatter, codes: Mapping[int, str]) -> None:
    """A section with what each exit code means."""
    with formatter.section("Exit codes"):
        formatter.write_dl([(str(code), meaning) for code, meaning in codes.items()])
