"""The page of what is proven names tests that exist and commands that AWS and Windlass have."""

import ast
import re
from pathlib import Path

import pytest
from click import Context

from cli.app import windlass
from local.interruptions import SHORTENED_BY
from tests.support import options
from tests.support.aws_command import AwsCommand
from tests.support.documents import ENVIRONMENTS, ROOT, documents

PAGE = ROOT / "docs" / "aws-proof.md"
_, PROVEN, DOCUMENTED, IN_USE, CHANGING, _ = re.split(r"^## .+$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
TEST = re.compile(r"\[(test_\w+\.py)::(test_\w+)\]\(([^)]+)\)")
WORD = re.compile(r"\b[A-Z]{3,}(?:_[A-Z]+)*\b")
ARNS = {
    "ROLE_ARN": "arn:aws:iam::123456789012:role/shop-prod-web-task",
    "TASK_DEFINITION_ARN": "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-prod-web-blue:*",
}
COMMAND = re.compile(r"`((?:aws|\./windlass) [^`]+)`")


def rows(section: str) -> list[list[str]]:
    """The cells of each row of the section's table, without its head."""
    lines = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in cells] for cells in lines[1:]]


def commands() -> list[str]:
    return sorted({command for cells in rows(DOCUMENTED) for command in COMMAND.findall(" ".join(cells))})


@pytest.mark.parametrize("cells", rows(PROVEN), ids=lambda cells: cells[0][:40])
def test_what_is_proven_names_a_test_that_exists(cells: list[str]) -> None:
    named = TEST.findall(cells[2])
    assert named, "no test"
    for file, function, link in named:
        path = (PAGE.parent / link).resolve()
        assert path.name == file
        assert function in _functions(path)


@pytest.mark.parametrize("cells", rows(DOCUMENTED), ids=lambda cells: cells[0][:40])
def test_what_is_documented_only_has_a_source_and_a_command(cells: list[str]) -> None:
    what, source, verify, right = cells
    assert COMMAND.search(verify)
    assert all(len(cell) > 10 for cell in (what, source, right))


@pytest.mark.parametrize("cells", rows(IN_USE), ids=lambda cells: f"{cells[0][:40]} {cells[2][:40]}")
def test_what_is_refused_in_use_has_a_source_and_a_test_or_says_that_it_has_none(cells: list[str]) -> None:
    what, refusal, source, here = cells
    assert all(len(cell) > 5 for cell in (what, refusal, source))
    named = TEST.findall(here)
    assert bool(named) != here.startswith("*documentation only*")
    for _file, function, link in named:
        assert function in _functions((PAGE.parent / link).resolve())


@pytest.mark.parametrize("cells", rows(CHANGING), ids=lambda cells: f"{cells[0][:40]} {cells[2][:40]}")
def test_what_is_interrupted_has_a_source_and_a_test(cells: list[str]) -> None:
    what, interruption, source, here = cells
    assert all(len(cell) > 5 for cell in (what, interruption, source))
    named = TEST.findall(here)
    assert named
    for _file, function, link in named:
        assert function in _functions((PAGE.parent / link).resolve())


def test_the_page_names_how_much_shorter_interruptions_are() -> None:
    assert f"AWS's seconds divided by {SHORTENED_BY:g} (`SHORTENED_BY`" in " ".join(CHANGING.split())


@pytest.mark.slow
def test_no_type_of_resource_is_forgotten_where_use_is_refused() -> None:
    named = {word for cells in rows(IN_USE) for word in re.findall(r"`(aws_\w+)`", cells[0])}
    stacks = [options.documents(name) for name in options.NAMES] + [documents(name) for name in ENVIRONMENTS]
    types = {kind for layers in stacks for document in layers.values() for kind in document.get("resource", {})}
    assert types - named == set()


@pytest.mark.parametrize("command", [each for each in commands() if each.startswith("aws ")])
def test_a_command_of_aws_is_one_that_aws_accepts(command: str) -> None:
    filled = WORD.sub(lambda word: ARNS.get(word[0], word[0].lower()), command)
    assert AwsCommand.parse(filled).violations() == []


@pytest.mark.parametrize("command", [each for each in commands() if each.startswith("./")])
def test_a_command_of_windlass_exists_with_its_options(command: str) -> None:
    _, name, *words = command.split()
    parsed = windlass.get_command(Context(windlass), name)
    assert parsed is not None
    options = {option for parameter in parsed.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def test_a_command_that_is_not_aws_is_noticed() -> None:
    for wrong in ("aws rds describe-everything", "aws nothing at-all", "aws rds describe-db-proxies --colour red"):
        with pytest.raises(ValueError, match=r"has no (service|operation|option)"):
            AwsCommand.parse(wrong)
    assert AwsCommand.parse("aws iam get-role").violations() == ["roleName must not be null"]


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
