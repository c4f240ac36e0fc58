"""Taplo, which editors use, reads the JSON Schema of an environment file."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.test_schema import ENVIRONMENTS
from tests.support.documents import ROOT

TAPLO = Path(sys.executable).with_name("taplo")


def lint(*paths: Path) -> subprocess.CompletedProcess[str]:
    """Taplo, the program behind editors' TOML support, with the schema that the files name."""
    return subprocess.run(
        [str(TAPLO), "lint", *map(str, paths)], capture_output=True, text=True, check=False, timeout=60, cwd=ROOT
    )


def test_taplo_accepts_the_shipped_environments() -> None:
    run = lint(*ENVIRONMENTS)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("multi_az = false", "multi_az = 1", "is not of type"),
        ("multi_az = false", "multi_za = false", "multi_za"),
        ('instance_class = "db.t4g.medium"', 'instance_class = "t4g.medium"', "does not match"),
        ('instance_class = "db.t4g.medium"', "", "is a required property"),
        ('kind = "staging"', 'kind = "stage"', "is not one of"),
        ("[database]", "[database]\nport = 80", "is less than the minimum"),
        ('backend = "terraform-cloud"', 'backend = "gcs"', "is not valid under any of the"),
    ],
)
def test_taplo_underlines_a_mistake_where_it_is(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (ROOT / "environments" / "staging.toml").read_text(encoding="utf-8")
    schema = ROOT / "docs" / "reference" / "environment.schema.json"
    assert old in text
    path = tmp_path / "tried.toml"
    path.write_text(text.replace(old, new, 1).replace("../docs/reference/environment.schema.json", str(schema), 1))
    run = lint(path)
    assert run.returncode != 0
    assert says in run.stdout + run.stderr
