"""Whatever happens to the caches, a synth gives the same JSON and prints nothing."""

import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.bindings.interpreter import STACK, SYNTH, VPC, Interpreter

pytestmark = pytest.mark.slow


def test_a_trimmed_assembly_is_reused(interpreter: Interpreter, expected: str) -> None:
    before = _times(interpreter.cache / "trimmed")
    assert interpreter.says(STACK + VPC + SYNTH) == expected
    assert _times(interpreter.cache / "trimmed") == before


@pytest.mark.parametrize("keep", [0, 1000, -1000], ids=["empty", "its beginning", "all but its end"])
def test_a_truncated_trimmed_assembly_is_recreated(interpreter: Interpreter, expected: str, keep: int) -> None:
    trimmed = _only(interpreter.cache / "trimmed")
    content = trimmed.read_bytes()
    spoil(trimmed, content[:keep])
    assert interpreter.says(STACK + VPC + SYNTH) == expected
    assert _only(interpreter.cache / "trimmed").read_bytes() == content


def test_a_damaged_unpacked_assembly_is_unpacked_again(interpreter: Interpreter, expected: str) -> None:
    for script in (interpreter.cache / "packages-1/@cdktf").rglob("vpc/index.js"):
        spoil(script, script.read_bytes()[:2000])
    assert interpreter.says(STACK + VPC + SYNTH) == expected


@pytest.mark.parametrize("package", ["cdktf", "constructs"])
def test_a_damaged_unpacked_package_is_unpacked_again(interpreter: Interpreter, expected: str, package: str) -> None:
    for folder in (interpreter.cache / "packages-1" / package).glob("*/*/lib"):
        shutil.rmtree(folder)
    assert interpreter.says(STACK + VPC + SYNTH) == expected


def test_damaged_bytecode_is_compiled_again(interpreter: Interpreter, expected: str) -> None:
    files = list((interpreter.cache / "bytecode").rglob("*.bin"))
    assert files
    for number, file in enumerate(files):
        content = file.read_bytes()
        spoil(file, [b"", content[:100], content[:-10], content[:-1] + b"\0"][number % 4])
    assert interpreter.says(STACK + VPC + SYNTH) == expected
    assert all(file.stat().st_size > 100 for file in files)


def test_a_damaged_kernel_program_is_copied_again(interpreter: Interpreter, expected: str) -> None:
    for program in interpreter.cache.glob("kernel-*/program.js"):
        spoil(program, b"throw new Error('damaged')")
    assert interpreter.says(STACK + VPC + SYNTH) == expected


def test_deleted_caches_are_recreated(interpreter: Interpreter, expected: str) -> None:
    shutil.rmtree(interpreter.cache)
    assert interpreter.says(STACK + VPC + SYNTH) == expected
    assert _only(interpreter.cache / "trimmed").exists()


def test_a_run_killed_at_any_moment_leaves_nothing_broken(cold: Interpreter, expected: str) -> None:
    for seconds in (0.3, 1.5, 3.0, 5.0):
        process = cold.start(STACK + VPC + SYNTH)
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert cold.says(STACK + VPC + SYNTH) == expected


def test_several_processes_fill_the_caches_at_once(cold: Interpreter, expected: str) -> None:
    processes = [cold.start(STACK + VPC + SYNTH) for _ in range(3)]
    results = [process.communicate(timeout=300) for process in processes]
    assert results == [(expected, "")] * 3
    assert not list(cold.cache.rglob(".*.tgz.*")), "a temporary file was left behind"


def test_a_read_only_folder_is_replaced_by_the_users_cache(tmp_path: Path, expected: str) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    interpreter = Interpreter(cache=blocked / "cache")
    assert interpreter.says(STACK + VPC + SYNTH, XDG_CACHE_HOME=str(tmp_path / "user")) == expected
    assert _only(tmp_path / "user/windlass/bindings/trimmed").exists()


def test_without_a_writable_folder_a_synth_is_slow_but_correct(tmp_path: Path, expected: str) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    interpreter = Interpreter(cache=blocked / "cache")
    assert interpreter.says(STACK + VPC + SYNTH, XDG_CACHE_HOME=str(blocked), TMPDIR=str(tmp_path)) == expected
    assert json.loads(expected)["resource"]["aws_vpc"]["vpc"]["cidr_block"] == "10.0.0.0/16"


def spoil(file: Path, content: bytes) -> None:
    """Put a file of this content in the place of another, which may be a link that other tests share."""
    file.unlink()
    file.write_bytes(content)


def _only(folder: Path) -> Path:
    files = list(folder.glob("*.tgz"))
    assert len(files) == 1, files
    return files[0]


def _times(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
