"""Command lines in documents exist: command, arguments and options; and every command is in the README's table."""

import re
from pathlib import Path

import click
import pytest

from cli.app import windlass
from tests.cli.test_help import COMMANDS
from tests.docs.test_links import PAGES

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"\./windlass ((?:\\\||[^`\n|])+)")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def lines(page: Path) -> list[str]:
    """Command lines of a page, without what a shell does with them."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    return [re.split(r" +#| 2?>|;| && |[)\"]", match)[0].strip() for match in LINE.findall(text)]


def unknown(line: str) -> list[str]:
    """Words of a line that no command takes."""
    line = re.sub(r"[\[\]…,.:]", " ", line.split(" -- ")[0].replace("\\|", " ")).replace("'", "")
    words = line.split()
    command: click.Command = windlass
    path: tuple[str, ...] = ()
    while words and (*path, words[0]) in COMMANDS:
        path = (*path, words.pop(0))
        command = COMMANDS[path]
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    problems = [word for word in words if word.startswith("-") and word.split("=")[0] not in {*options, "--help", "-h"}]
    return problems if path or not words or words[0].startswith("-") or words[0].isupper() else [words[0], *problems]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_command_lines_of_documents_exist(page: Path) -> None:
    unknown_words = {line: problems for line in lines(page) if (problems := unknown(line))}
    assert unknown_words == {}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_is_in_the_readme(path: tuple[str, ...]) -> None:
    *group, name = path
    rows = [row for row in README.splitlines() if row.startswith("|") and " ".join(["`./windlass", *group]) in row]
    assert any(re.search(rf"\b{name}\b", row.split("|")[2]) for row in rows), path
