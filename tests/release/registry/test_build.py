"""Images that podman or docker builds: a stand-in plays the engine."""

import json
from pathlib import Path

import pytest

from release.errors import BadRequestError, FailedError, RefusedError
from release.registry.build import Build, built_archive
from release.registry.manifest import Platform
from tests.release.registry.images import Image, tar_of

ENGINE = """#!/bin/sh
echo "$*" >> {log}
case "$1" in
  build) echo "STEP 1: FROM scratch"; {build} ;;
  save) for last; do :; done; while [ "$1" != --output ]; do shift; done; cp {archive} "$2" ;;
esac
"""


def engine(folder: Path, name: str, *, build: str = ":") -> Path:
    """A program with the name of an engine; returns its log of command lines."""
    log, archive = folder / f"{name}.log", folder / "built.tar"
    archive.write_bytes(tar_of(Image.of("arm64").layout()))
    program = folder / name
    program.write_text(ENGINE.format(log=log, archive=archive, build=build))
    program.chmod(0o755)
    return log


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for program in ("cp",):
        (folder / program).symlink_to(f"/bin/{program}")
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def build(tmp_path: Path) -> Build:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Dockerfile").write_text("FROM scratch\n")
    return Build(
        file=tmp_path / "web" / "Dockerfile",
        context=tmp_path / "web",
        platform=Platform(architecture="arm64"),
        target="final",
    )


def test_podman_is_taken_first_and_gives_an_oci_archive(bin_folder: Path, build: Build) -> None:
    log = engine(bin_folder, "podman")
    engine(bin_folder, "docker")
    with built_archive(build, show_output=False) as archive:
        assert archive.stat().st_size > 1000
    assert not archive.exists()
    built, saved, removed = log.read_text().splitlines()
    assert built.startswith(f"build --platform linux/arm64 --file {build.file} --tag localhost/windlass-push:")
    assert built.endswith(f" --target=final {build.context}")
    assert saved.startswith("save --format oci-archive --output ")
    assert removed.split()[0] == "rmi"


def test_docker_saves_in_its_own_form(bin_folder: Path, build: Build, capfd: pytest.CaptureFixture[str]) -> None:
    log = engine(bin_folder, "docker")
    with built_archive(build, show_output=True):
        pass
    assert log.read_text().splitlines()[1].startswith("save --output ")
    assert "STEP 1: FROM scratch" in capfd.readouterr().err


def test_a_build_that_fails_shows_what_the_engine_said(bin_folder: Path, build: Build) -> None:
    engine(bin_folder, "podman", build="echo 'no such file: app.py' >&2; exit 125")
    with (
        pytest.raises(FailedError, match=r"(?s)podman build failed with 125.*no such file: app\.py"),
        built_archive(build, show_output=False),
    ):
        pass


@pytest.mark.usefixtures("bin_folder")
def test_without_an_engine_it_says_what_to_do(build: Build) -> None:
    with (
        pytest.raises(RefusedError, match=r"podman or docker, and neither is installed here.*push it with --image"),
        built_archive(build, show_output=False),
    ):
        pass


def test_file_and_folder_have_to_be_there(tmp_path: Path) -> None:
    platform = Platform(architecture="arm64")
    with pytest.raises(BadRequestError, match="is not a file; give a Dockerfile"):
        Build(file=tmp_path / "Dockerfile", context=tmp_path, platform=platform)
    (tmp_path / "Dockerfile").write_text(json.dumps("FROM scratch"))
    with pytest.raises(BadRequestError, match="is not a folder"):
        Build(file=tmp_path / "Dockerfile", context=tmp_path / "no", platform=platform)
