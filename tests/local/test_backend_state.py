"""Extensions keep their state in moto's backends."""

import ast
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.ecr.models import ecr_backends
from moto.ecs.models import ecs_backends

import local
from local.extensions import EXTENDED_SERVICES, extend
from local.extensions.backend_state import state_of
from local.extensions.dataplane import observations, tasks_in, tasks_of

FOLDER = Path(local.__file__).parent
HERE, THERE = ("111111111111", "eu-west-1"), ("222222222222", "us-east-1")
REGISTRY = {"PullThroughCacheRules": "pullThroughCacheRules"}
IMMUTABLE = (ast.Constant, ast.Tuple, ast.Attribute, ast.Name, ast.JoinedStr, ast.BinOp, ast.Subscript, ast.Lambda)


class Backend:
    """Stands for any backend of moto: they keep everything in their attributes."""


def test_the_state_of_an_extension_belongs_to_one_backend() -> None:
    one, other = Backend(), Backend()
    state_of(one, "rules", dict)["a"] = 1
    assert state_of(one, "rules", dict) == {"a": 1}
    assert state_of(other, "rules", dict) == {}
    assert state_of(one, "tags", dict) == {}


@pytest.fixture
def task() -> Iterator[Callable[[tuple[str, str]], str]]:
    for service in ("ecs", "ecr", "applicationautoscaling"):
        extend(service)

    def start(region: tuple[str, str]) -> str:
        account, name = region
        arn = f"arn:aws:ecs:{name}:{account}:task/main/0123"
        tasks_in(region)[arn] = {"taskArn": arn, "lastStatus": "PROVISIONING", "desiredStatus": "RUNNING"}
        return arn

    yield start
    for account, name in (HERE, THERE):
        ecs_backends[account][name].reset()


def test_tasks_of_two_accounts_do_not_meet(task: Callable[[tuple[str, str]], str]) -> None:
    here, there = task(HERE), task(THERE)
    assert list(tasks_in(HERE)) == [here]
    assert list(tasks_in(THERE)) == [there]

    running = {"taskArn": here, "lastStatus": "RUNNING", "desiredStatus": "RUNNING"}
    observations.replace({"services": {}, "targets": {}, "tasks": {here: running}})
    try:
        assert tasks_in(HERE)[here]["lastStatus"] == "RUNNING"
        assert tasks_in(THERE)[there]["lastStatus"] == "PROVISIONING", "requested, and not seen by the data plane yet"
    finally:
        observations.forget()
    assert (tasks_in(HERE), tasks_in(THERE)) == ({}, {})


def test_a_reset_clears_the_state_and_a_pickle_holds_it(task: Callable[[tuple[str, str]], str]) -> None:
    arn = task(HERE)
    backend = ecs_backends[HERE[0]][HERE[1]]
    assert list(tasks_of(pickle.loads(pickle.dumps(backend)))) == [arn]
    backend.reset()
    assert tasks_of(backend) == {}


@pytest.mark.parametrize(
    ("backends", "name"),
    [(ecr_backends, "pull_through_cache_rules"), (applicationautoscaling_backends, "tags_by_arn")],
    ids=["ecr", "applicationautoscaling"],
)
def test_the_state_of_an_extension_can_be_pickled_and_is_reset_with_its_backend(backends: Any, name: str) -> None:
    """These backends of moto also contain a lock, so they cannot be pickled as a whole."""
    backend = backends[HERE[0]][HERE[1]]
    state_of(backend, name, dict)["a"] = {"b": "c"}
    assert pickle.loads(pickle.dumps(vars(backend)[f"windlass_{name}"])) == {"a": {"b": "c"}}
    backend.reset()
    assert state_of(backend, name, dict) == {}


def _lower_case_globals(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            # Capitals are constants; __all__ is Python's; types are written like classes.
            yield from (name for name in names if name.islower() and not name.startswith("__"))


def test_no_extension_keeps_state_in_a_module_global() -> None:
    files = list((FOLDER / "extensions").glob("*.py"))
    assert len(files) > len(set(EXTENDED_SERVICES.values()))
    assert {(path.name, name) for path in files for name in _lower_case_globals(path)} == {
        ("dataplane.py", "observations"),  # what the data plane reports again after a restart
    }
