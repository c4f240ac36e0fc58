"""`./windlass local up --empty`: an embedded AWS in which images and DNS are left to people."""

from collections.abc import Callable
from typing import Any

import pytest

from cli.local_images import adds_images
from cli.session import Session
from tests.cli.fake_project import FakeProject
from tests.cli.test_local import local
from tests.cli.test_local_saves import write

__all__ = ["local"]


def test_an_account_is_started_empty_once_and_stays_so(windlass: Callable[..., Any], local: FakeProject) -> None:
    for _ in range(2):
        ended = windlass("local", "up", "--empty", on=local)
        assert ended.code == 0, ended.err
        assert "Next: ./windlass bootstrap local (docs/first-apply.md)" in ended.out
    assert local.embedded_aws.account.is_empty()
    again = windlass("local", "up", on=local)
    assert "./windlass bootstrap local" in again.out


def test_what_is_applied_is_not_made_empty(windlass: Callable[..., Any], local: FakeProject) -> None:
    write(local.embedded_aws, b"something")
    ended = windlass("local", "up", "--empty", on=local)
    assert ended.code == 1
    assert "./windlass local reset, then ./windlass local up --empty" in ended.err
    assert not local.embedded_aws.account.is_empty()


@pytest.mark.parametrize(("empty", "adds"), [(False, True), (True, False)])
def test_images_of_the_file_are_added_only_where_people_are_not_asked(
    local: FakeProject, empty: bool, adds: bool
) -> None:
    local.embedded_aws.account.empty = empty
    assert adds_images(Session(project=local, environment=local.known["local"])) is adds


def test_on_aws_nothing_is_added(project: FakeProject) -> None:
    assert not adds_images(Session(project=project, environment=project.known["dev"]))
