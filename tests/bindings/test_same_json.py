"""Both loadings write the same bytes for every environment."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

SYNTH_ALL = """
import bindings
bindings.install()
import json
from pathlib import Path
from config import load
from config import environment_names
from layers.synthesis import terraform_json
root = Path.cwd()
print(json.dumps({name: terraform_json(load(name, root)) for name in environment_names(root)}))
"""


def _written(**environment: str) -> str:
    """The JSON of every environment, written by one process, keys in the order in which they came."""
    command = [sys.executable, "-c", SYNTH_ALL]
    # Without a buffer Python drops the rest of a text of which a pipe takes only a part.
    variables = {**os.environ, "PYTHONUNBUFFERED": "", **environment}
    result = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
def test_every_environment_is_the_same_with_the_stock_bindings() -> None:
    fast = _written(WINDLASS_STOCK_BINDINGS="")
    stock = _written(WINDLASS_STOCK_BINDINGS="1")
    assert set(json.loads(fast)) == {file.stem for file in (ROOT / "environments").glob("*.toml")}
    for name, layers in json.loads(stock).items():
        for layer, document in layers.items():
            assert json.dumps(json.loads(fast)[name][layer]) == json.dumps(document), f"{name}-{layer} differs"
    assert fast == stock
