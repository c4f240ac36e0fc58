"""The generated JSON of every environment is stored in `tests/snapshots`, so that a review sees what a change does.

After a change that you meant: `make snapshots`, then read the diff.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.documents import ENVIRONMENTS, documents, inventory, readable_document

SNAPSHOTS = Path(__file__).resolve().parents[1] / "snapshots"


def compare(path: Path, value: Any, update: bool) -> None:
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{path} is missing; run `make snapshots`"
    assert json.loads(path.read_text()) == value, f"{path} differs; run `make snapshots` and read the diff"
    assert path.read_text() == text


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_json_of_every_layer_is_the_one_in_the_snapshots(name: str, update_snapshots: bool) -> None:
    for layer, document in documents(name).items():
        compare(SNAPSHOTS / name / f"{layer}.json", readable_document(document), update_snapshots)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_inventory_is_the_one_in_the_snapshots(name: str, update_snapshots: bool) -> None:
    inventories = {layer: inventory(document) for layer, document in documents(name).items()}
    compare(SNAPSHOTS / name / "inventory.json", inventories, update_snapshots)


def test_there_is_no_snapshot_of_something_that_is_gone() -> None:
    wanted = {f"{name}/{layer}.json" for name in ENVIRONMENTS for layer in (*documents(name), "inventory")}
    assert {path.relative_to(SNAPSHOTS).as_posix() for path in SNAPSHOTS.rglob("*.json")} == wanted


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_no_snapshot_holds_a_hash_of_cdktf_or_an_unresolved_token(name: str) -> None:
    text = json.dumps(documents(name))
    assert "TfToken" not in text
    for resource in json.loads(text).values():
        for bodies in resource.get("resource", {}).values():
            assert not [key for key in bodies if key[-9:-8] == "_" and key[-8:].isupper() and key[-8:].isalnum()]
