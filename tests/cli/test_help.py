"""Help that helps: a short line for each command, an example, exit codes, and nothing cut off."""

import re
from collections.abc import Iterator

import click
import pytest

from cli.app import TOPICS, windlass
from cli.command import Command
from cli.lazy_group import LazyGroup
from config.overrides import RESERVED

SHORT_HELP_LIMIT = 50
WIDTH = 80
Path = tuple[str, ...]
"""The words of a command, such as `local apply`."""


def commands(group: LazyGroup = windlass, path: Path = ()) -> Iterator[tuple[Path, click.Command]]:
    """Every command below a group, groups included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, LazyGroup):
            yield from commands(command, (*path, name))


COMMANDS = dict(commands())
IDS = [" ".join(path) for path in COMMANDS]
each_command = pytest.mark.parametrize("path", COMMANDS, ids=IDS)


def help_of(path: Path) -> str:
    context = click.Context(windlass, info_name="windlass", **windlass.context_settings)
    for depth in range(1, len(path) + 1):
        context = click.Context(COMMANDS[path[:depth]], info_name=path[depth - 1], parent=context)
    return COMMANDS[path].get_help(context)


def groups() -> list[LazyGroup]:
    return [windlass, *(command for command in COMMANDS.values() if isinstance(command, LazyGroup))]


def test_commands_are_grouped_by_what_people_want_to_do() -> None:
    assert list(TOPICS) == ["Get started", "Change", "Release", "Look", "Operate", "Local"]
    shown = windlass.get_help(click.Context(windlass))
    places = [shown.index(f"\n{heading}:\n") for heading in TOPICS]
    assert places == sorted(places)


@pytest.mark.parametrize("group", groups(), ids=lambda group: str(group.name))
def test_short_help_is_a_line_that_is_never_cut_off(group: LazyGroup) -> None:
    shown = group.get_help(click.Context(group))
    for name, command in group.lazy_commands.items():
        assert 10 < len(command.short_help) < SHORT_HELP_LIMIT
        assert not command.short_help.endswith((".", "…"))
        assert re.search(rf"\n  {name} +{re.escape(command.short_help)}\n", shown + "\n"), name


@each_command
def test_the_name_in_the_list_is_the_commands_own(path: Path) -> None:
    assert COMMANDS[path].name == path[-1]


@each_command
def test_help_fits_a_terminal_and_nothing_is_cut_off(path: Path) -> None:
    shown = help_of(path)
    assert [line for line in shown.splitlines() if len(line) > WIDTH] == []
    assert "..." not in re.sub(r"\[ARGS\]\.\.\.|COMMAND\.\.\.|OPTION\.\.\.", "", shown)


@each_command
def test_an_example_and_the_exit_codes_are_shown(path: Path) -> None:
    command = COMMANDS[path]
    if isinstance(command, LazyGroup):
        return  # its commands have them
    assert isinstance(command, Command)
    shown = help_of(path)
    assert command.examples
    for example in command.examples:
        assert f"  {example}\n" in shown
        assert f"./windlass {' '.join(path)}" in example
    for code, meaning in command.exit_codes.items():
        assert re.search(rf"\n  {code} +{re.escape(meaning)}", shown)


@each_command
def test_every_option_is_explained(path: Path) -> None:
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.opts
            assert parameter.help[0].isupper(), parameter.help


@each_command
def test_defaults_are_shown(path: Path) -> None:
    shown = " ".join(help_of(path).split())
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Option) and isinstance(parameter.default, str) and parameter.default:
            assert f"[default: {parameter.default}" in shown, parameter.opts


@each_command
def test_examples_are_command_lines_that_are_understood(path: Path) -> None:
    command = COMMANDS[path]
    if not isinstance(command, Command):
        return
    for example in command.examples:
        words = re.split(r"  #|[|<>)]", example.partition("./windlass ")[2])[0].replace('"', "").split()
        assert tuple(words[: len(path)]) == path
        with command.make_context(path[-1], words[len(path) :], resilient_parsing=False) as context:
            assert context.params is not None


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from cli.app import main

    assert main(["--version"]) == 0
    assert re.fullmatch(r"windlass \d+\.\d+\.\d+\n", capsys.readouterr().out)


ACRONYMS = {"AWS", "DNS", "ECS", "JSON", "HTTPS", "DAG", "DAGS", "API", "USD", "TLS"}


@each_command
def test_a_word_in_capitals_is_one_that_the_usage_shows(path: Path) -> None:
    command = COMMANDS[path]
    usage = help_of(path).split("\n\n")[0]
    shown = {word for parameter in command.params for word in _words(f"{parameter.metavar} {usage}")}
    assert set(_words(command.help or "")) - shown <= ACRONYMS


def _words(text: str) -> list[str]:
    return re.findall(r"\b[A-Z]{3,}\b", text)


def test_environment_variables_of_windlass_are_explained() -> None:
    shown = " ".join(windlass.get_help(click.Context(windlass)).split())
    assert "WINDLASS_ENVIRONMENT what main.py and cdktf synth write; default: local" in shown
    assert RESERVED - {"WINDLASS_STOCK_BINDINGS"} <= set(re.findall(r"WINDLASS_[A-Z_]+", shown)), (
        "that one is for tests"
    )
