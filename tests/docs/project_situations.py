"""The commands of the runbooks that hand something to Terraform for a whole environment, on a made-up project."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.fake_terraform import FakeTerraform
from tests.cli.test_apply import APPLIED, HOLDS_SOMETHING, PLANNED, layers_of
from tests.docs.database_commands import DESTROY, REPLACE

Windlass = Callable[..., Any]
InAProject = Callable[[Windlass, FakeTerraform], None]


class Keyboard(io.StringIO):
    """Somebody types in a terminal."""

    def isatty(self) -> bool:
        return True


def replace_the_database(windlass: Windlass, terraform: FakeTerraform) -> None:
    terraform.follow(PLANNED, APPLIED)
    assert windlass(REPLACE, ENV="dev", LAYER="data").code == 0
    (plan,) = terraform.calls("plan")
    assert "-replace=aws_db_instance.database_instance" in plan["arguments"]
    assert layers_of(terraform.calls("apply")) == ["data"]


def destroy_everything(windlass: Windlass, terraform: FakeTerraform) -> None:
    terraform.follow(PLANNED, APPLIED, HOLDS_SOMETHING)
    assert windlass(DESTROY, ENV="dev").code == 0
    assert layers_of(terraform.calls("apply")) == ["service", "data", "network"]


IN_A_PROJECT: dict[str, tuple[str, InAProject]] = {
    REPLACE: ("y\n", replace_the_database),
    DESTROY: ("dev\n", destroy_everything),
}
"""Command → what is typed, and what must come of it."""


def keyboard(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(typed))
