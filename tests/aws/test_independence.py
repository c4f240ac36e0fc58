"""The package imports nothing else of this project, and nothing that is slow to load."""

import ast
import sys
from pathlib import Path

import pytest

import aws

FILES = sorted(Path(aws.__file__).parent.glob("**/*.py"))


def imported(file: Path) -> set[str]:
    """Top-level names of everything that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level
            assert node.module
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_facts_about_aws_import_the_standard_library_alone(file: Path) -> None:
    assert imported(file) <= {"aws", *sys.stdlib_module_names}
