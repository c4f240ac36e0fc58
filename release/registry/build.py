"""Builds an image with podman or docker, and saves it as an archive."""

import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from release.errors import BadRequestError, FailedError, RefusedError
from release.registry.manifest import Platform

ENGINES = ("podman", "docker")
_LAST_LINES = 20


@dataclass(frozen=True, kw_only=True)
class Build:
    """What to build."""

    file: Path
    """The Dockerfile."""
    context: Path
    """Folder with the files that it copies."""
    platform: Platform
    target: str | None = None
    """Stage of the Dockerfile. Default: the last one."""

    def __post_init__(self) -> None:
        """Refuse a file or folder that is not there."""
        if not self.file.is_file():
            raise BadRequestError(f"{self.file} is not a file; give a Dockerfile.")
        if not self.context.is_dir():
            raise BadRequestError(f"{self.context} is not a folder.")


@contextmanager
def built_archive(build: Build, *, show_output: bool) -> Iterator[Path]:
    """Build the image; the archive, and the image in the engine, are gone afterwards.

    Args:
        build: what to build.
        show_output: pass the engine's output to standard error.

    Raises:
        RefusedError: there is neither podman nor docker.
        FailedError: the engine failed.
    """
    engine = next(filter(None, map(shutil.which, ENGINES)), None)
    if engine is None:
        raise RefusedError(
            f"{build.file} can only be built with podman or docker, and neither is installed here. Install one, or "
            "build the image elsewhere and push it with --image: an archive of `docker save`, or a reference."
        )
    tag = f"localhost/windlass-push:{secrets.token_hex(8)}"
    arguments = ["build", "--platform", str(build.platform), "--file", str(build.file), "--tag", tag]
    arguments += [f"--target={build.target}"] if build.target is not None else []
    _run([engine, *arguments, str(build.context)], show_output=show_output)
    try:
        with tempfile.TemporaryDirectory(prefix="windlass-push-") as folder:
            archive = Path(folder) / "image.tar"
            form = ["--format", "oci-archive"] if Path(engine).name == "podman" else []
            _run([engine, "save", *form, "--output", str(archive), tag], show_output=show_output)
            yield archive
    finally:
        subprocess.run([engine, "rmi", tag], capture_output=True, check=False)


def _run(command: Sequence[str], *, show_output: bool) -> None:
    last: list[str] = []
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            last = [*last, line.rstrip()][-_LAST_LINES:]
            if show_output:
                sys.stderr.write(line)
    if process.returncode != 0:
        said = "" if show_output else "\n" + "\n".join(last)
        raise FailedError(f"{Path(command[0]).name} {command[1]} failed with {process.returncode}.{said}")
