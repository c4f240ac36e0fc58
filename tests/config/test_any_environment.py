"""Whatever goes in: out comes a valid environment and a synth that the guards accept, or a clear error."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import guards
from config import ConfigurationError, Environment, load
from layers.guard_intent import run_guards
from layers.synthesis import SynthesisError, terraform_json
from tests.config.test_wrong_files import FIX
from tests.support.environments import REPEATABLE, broken_environments, environments
from tests.support.wrong import toml_text

pytestmark = pytest.mark.slow

SLOW_TO_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.fixture(autouse=True, scope="module")
def _no_variables() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("WINDLASS_"):
                patch.delenv(name)
        yield


def loaded(content: bytes, variables: dict[str, str] | None = None) -> Environment | ConfigurationError:
    """What `load` says of a file with this content; anything but an environment or its own error goes on up."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for name, value in (variables or {}).items():
            patch.setenv(name, value)
        path = Path(folder) / "environments" / "any.toml"
        path.parent.mkdir()
        path.write_bytes(content)
        try:
            return load("any", Path(folder))
        except ConfigurationError as error:
            return error


def toml_bytes(data: dict[str, Any]) -> bytes:
    return toml_text(data).encode()


@settings(REPEATABLE, max_examples=50, suppress_health_check=SLOW_TO_DRAW)
@given(environments())
def test_what_is_right_is_accepted(data: dict[str, Any]) -> None:
    result = loaded(toml_bytes(data))
    assert isinstance(result, Environment), str(result)
    assert result.services.keys() == data["services"].keys()
    assert result == Environment.model_validate_json(result.model_dump_json())


@settings(REPEATABLE, max_examples=150, suppress_health_check=SLOW_TO_DRAW)
@given(broken_environments())
def test_what_is_broken_is_accepted_or_refused_with_what_to_do(data: dict[str, Any]) -> None:
    result = loaded(toml_bytes(data))
    if isinstance(result, ConfigurationError):
        assert result.problems
        for problem in result.problems:
            assert FIX.search(problem.message), problem
            assert "Traceback" not in str(result)


@settings(REPEATABLE, max_examples=100)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_bytes_that_are_no_environment_are_refused(content: bytes) -> None:
    assert isinstance(loaded(content), ConfigurationError)


@pytest.mark.parametrize(
    "content",
    [
        b"a = " + b"[" * 100_000,
        b"a." * 2_000 + b"b = 1",
        b"network.cidr = " + b"9" * 10_000,
        b"network.cidr = 0x" + b"f" * 10_000,
        b"network.cidr = nan",
        b"network.cidr = inf",
        b"network.cidr = 1979-05-27T07:32:00Z",
    ],
    ids=lambda content: str(content[:30]),
)
def test_what_toml_can_say_and_json_cannot_is_refused(content: bytes) -> None:
    assert isinstance(loaded(content), ConfigurationError)


VARIABLES = (
    "PROJECT",
    "TAGS",
    "TAGS__A",
    "DATABASE__MULTI_AZ",
    "NETWORK__ZONES",
    "SERVICES__WEB__CPU",
    "X__Y",
    "STATE",
)
REAL = (Path(__file__).parent / "right" / "production.toml").read_bytes()


@settings(REPEATABLE, max_examples=80)
@given(st.sampled_from(VARIABLES), st.text(st.characters(exclude_characters="\0"), max_size=40))
def test_any_variable_is_accepted_or_refused(name: str, value: str) -> None:
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return
    result = loaded(REAL, {f"WINDLASS_{name}": value})
    assert isinstance(result, Environment) or str(result)


def test_a_variable_that_is_not_text_is_refused() -> None:
    assert isinstance(loaded(REAL, {"WINDLASS_PROJECT": os.fsdecode(b"\xff\xfe")}), ConfigurationError)


@pytest.mark.slow
@settings(REPEATABLE, max_examples=5, suppress_health_check=SLOW_TO_DRAW)
@given(environments())
def test_what_is_right_becomes_terraform_that_the_guards_accept(data: dict[str, Any]) -> None:
    environment = loaded(toml_bytes(data))
    assert isinstance(environment, Environment)
    documents = terraform_json(environment)
    run_guards(environment, documents)
    assert json.loads(json.dumps(documents)) == documents


@pytest.mark.slow
@settings(REPEATABLE, max_examples=4, suppress_health_check=[*SLOW_TO_DRAW, HealthCheck.filter_too_much])
@given(broken_environments().map(toml_bytes).map(loaded).filter(lambda result: isinstance(result, Environment)))
def test_what_is_accepted_although_it_was_changed_is_synthesised_or_refused_with_a_message(
    environment: Environment,
) -> None:
    try:
        run_guards(environment, terraform_json(environment))
    except (SynthesisError, guards.GuardError) as error:
        assert str(error)
