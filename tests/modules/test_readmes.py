"""The example in each module's README runs unchanged and creates the resources that the README lists."""

import re
from pathlib import Path

import pytest

from tests.support.stack import module_stack, synthesised

ROOT = Path(__file__).resolve().parents[2]
READMES = sorted((ROOT / "modules").glob("*/README.md"))


def block(text: str, language: str) -> str:
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1, f"{len(blocks)} blocks of {language}; exactly one is expected"
    return str(blocks[0])


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_the_example_of_a_module_makes_what_its_readme_says(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    wanted = dict(line.split(" = ") for line in block(text, "inventory").splitlines() if line)
    with module_stack() as stack:
        exec(compile(block(text, "python"), str(readme), "exec"), {"stack": stack})
        result = synthesised(stack)
    assert result.inventory() == {name: int(count) for name, count in wanted.items()}


def test_every_module_has_a_readme() -> None:
    modules = {path.parent.name for path in (ROOT / "modules").glob("*/__init__.py")}
    assert {path.parent.name for path in READMES} == modules
