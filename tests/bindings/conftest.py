"""Caches for the tests of the bindings: filled once, with links to them for each test that may spoil its own."""

import os
import shutil
from pathlib import Path

import pytest

from tests.bindings.interpreter import STACK, SYNTH, VPC, Interpreter


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Caches as a first run leaves them."""
    cache = tmp_path_factory.mktemp("bindings") / "cache"
    Interpreter(cache=cache).says(STACK + VPC + SYNTH)
    return cache


@pytest.fixture(scope="session")
def expected(filled: Path) -> str:
    """What a stack with one VPC is, by caches in order."""
    return Interpreter(cache=filled).says(STACK + VPC + SYNTH)


@pytest.fixture
def interpreter(filled: Path, tmp_path: Path) -> Interpreter:
    """An interpreter with caches of its own, warm.

    Its files are links to the filled ones, since copying three thousand of them takes longer than a synth. Tests that
    damage a file replace it (`spoil`).
    """
    shutil.copytree(filled, tmp_path / "cache", symlinks=True, copy_function=os.link)
    return Interpreter(cache=tmp_path / "cache")


@pytest.fixture
def cold(tmp_path: Path) -> Interpreter:
    """An interpreter that starts without caches."""
    return Interpreter(cache=tmp_path / "cache")
