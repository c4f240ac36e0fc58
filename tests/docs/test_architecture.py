"""The pictures and answers of `docs/architecture.md` match the code."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from itertools import product

from tests.support.documents import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ENTRY_POINTS = {"main", "scripts"}
"""They may import everything, and are not in the picture."""
NO_PACKAGES_OF_WINDLASS = {"docker", "tests"}
QUESTIONS = 20


def packages() -> set[str]:
    """Top-level packages and modules with code that is not a test."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = {path.split("/")[0].removesuffix(".py") for path in listed.stdout.splitlines()}
    return names - NO_PACKAGES_OF_WINDLASS


def imports() -> Iterator[tuple[str, str]]:
    """(importer, imported) between the packages of the picture."""
    known = packages() - ENTRY_POINTS
    for name in known:
        files = [ROOT / f"{name}.py"] if (ROOT / f"{name}.py").exists() else (ROOT / name).rglob("*.py")
        for file in files:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                for module in _modules(node):
                    imported = module.split(".")[0]
                    if imported in known and imported != name:
                        yield name, imported


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def drawn() -> set[tuple[str, str]]:
    section = PAGE.split("## Packages")[1].split("```")[1]
    arrows = re.findall(r"^ +([a-z]+) --> ([a-z& ]+)$", section, flags=re.MULTILINE)
    return {pair for importer, imported in arrows for pair in product([importer], imported.split(" & "))}


def test_the_picture_of_the_packages_shows_every_import_and_no_other() -> None:
    assert drawn() == set(imports())


def test_every_arrow_of_the_picture_points_downwards_in_the_contract_of_make_lint() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = [each for each in contracts if each["id"] == "layers"]
    rank = {name: number for number, row in enumerate(contract["layers"]) for name in row.split(" | ")}
    # Modules alone, which import-linter does not take; they import nothing.
    rank |= dict.fromkeys(("times", "workspace"), len(rank))
    assert packages() - {"main"} == set(rank)
    assert [(importer, imported) for importer, imported in drawn() if rank[importer] >= rank[imported]] == []


def test_every_package_is_described() -> None:
    table = PAGE.split("| package | holds |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `([a-z]+)` \|", table, flags=re.MULTILINE)) == packages() - ENTRY_POINTS


def test_every_question_is_answered_by_a_file() -> None:
    rows = re.findall(r"^\| (.*\?) \| (.*) \|$", PAGE, flags=re.MULTILINE)
    assert len(rows) == QUESTIONS
    for question, answer in rows:
        assert "](../" in answer, question
