"""Decisions that the layers make in one file each: task definitions, subnets of tasks, ARNs, the section [airflow]."""

import re
from pathlib import Path

import pytest

from layers.outputs import DataOutputs, NetworkOutputs, ServiceOutputs
from tests.support.documents import ROOT

LAYERS = ROOT / "layers"


def files_with(pattern: str, folder: Path = LAYERS) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in folder.rglob("*.py")
        if re.search(pattern, path.read_text("utf-8"))
    }


@pytest.mark.parametrize("inputs", ["ServiceInputs", "TaskDefinitionInputs", "NetworkInputs"])
def test_an_ecs_service_and_its_task_definition_are_assembled_in_one_place(inputs: str) -> None:
    assert files_with(rf"\becs\.{inputs}\(") == {"layers/ecs_service.py"}


def test_the_subnets_of_tasks_are_chosen_in_one_place() -> None:
    choice = r"public_subnet_ids if .*\n?.*else .*private_subnet_ids|private_subnet_ids if .* else .*public_subnet_ids"
    # The load balancer chooses its subnets by its scheme, not by the egress of tasks.
    assert files_with(choice) == {"layers/context.py", "layers/service.py"}


def test_the_optional_section_of_airflow_is_not_unwrapped_inside_layers_airflow() -> None:
    assert files_with(r"environment\.airflow\b", LAYERS / "airflow") == set()


def test_no_layer_writes_an_arn_by_hand() -> None:
    assert files_with(r"f\"arn:\{") == set()
    assert files_with(r"f\"arn:\{", ROOT / "backend") == set()


def test_nothing_untyped_crosses_a_layer() -> None:
    assert files_with(r"-> dict\[str, Any\]", LAYERS / "airflow") == set()
    typed = {"layers/data.py", "layers/service.py", "layers/network.py", "layers/delivery.py"}
    assert files_with(r"\bAny\b") & typed == set()


def test_the_outputs_of_a_layer_name_the_layers_that_read_them() -> None:
    readers: dict[str, set[str]] = {}
    for path in sorted((ROOT / "layers").glob("*.py")):
        for published in re.findall(r"self\.outputs_of\(\"(\w+)\", ", path.read_text()):
            readers.setdefault(published, set()).add(path.stem)
    for published, cls in {"network": NetworkOutputs, "data": DataOutputs, "service": ServiceOutputs}.items():
        said = set(re.findall(r"`(\w+)`", str(cls.__doc__).partition("read by")[2]))
        assert said == readers.get(published, set()), published
