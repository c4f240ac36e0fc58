"""A real container engine: podman, with images of its own that no one else on this machine sees.

No registry is needed: the base image is a file system that `podman import` packs, made of this machine's shell and the
libraries that it loads. Steps run in a chroot, which buildah offers for machines on which no container can be started,
such as a CI job that is a container itself.
"""

import os
import platform
import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

BASE_IMAGE = "localhost/windlass-test-base:1"
PROGRAMS = ("/bin/sh", "/bin/cat")
ARCHITECTURES = {"x86_64": "X86_64", "aarch64": "ARM64"}
_LIBRARY = re.compile(r"/\S+(?= \()")


def require_podman() -> None:
    """Skip the test where podman cannot build, and say what a person would do about it; in CI it fails instead."""
    if shutil.which("podman") is None:
        message = "building an image needs an engine: apt-get install podman crun"
    elif os.geteuid() != 0 and shutil.which("newuidmap") is None:
        message = "podman of a user who is not root needs newuidmap: apt-get install uidmap"
    else:
        return
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@dataclass(frozen=True, kw_only=True)
class Podman:
    """An engine whose images are in one folder."""

    folder: Path

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make it this process's engine, with the base image, and give the web service this machine's architecture."""
        storage = self.folder / "storage.conf"
        places = f'graphroot = "{self.folder}/images"\nrunroot = "{self.folder}/run"\n'
        storage.write_text(f'[storage]\ndriver = "vfs"\n{places}')
        logins = self.folder / "auth.json"
        logins.write_text("{}")
        monkeypatch.setenv("CONTAINERS_STORAGE_CONF", str(storage))
        monkeypatch.setenv("REGISTRY_AUTH_FILE", str(logins))
        monkeypatch.setenv("BUILDAH_ISOLATION", "chroot")
        # The programs of the base image are this machine's, and run while it builds.
        monkeypatch.setenv("WINDLASS_SERVICES__WEB__CPU_ARCHITECTURE", ARCHITECTURES[platform.machine()])
        self.run("import", str(_base_system(self.folder)), BASE_IMAGE)

    def run(self, *arguments: str) -> str:
        """What a command of podman prints."""
        done = subprocess.run(["podman", *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def pull(self, registry: str, name: str, password: str) -> str:
        """Pull an image from a registry that speaks HTTP; returns the digest of its manifest."""
        reference = f"{registry}/{name}"
        self.run("pull", "--quiet", "--tls-verify=false", "--creds", f"AWS:{password}", reference)
        return self.run("image", "inspect", "--format", "{{.Digest}}", reference)

    def file_of(self, image: str, path: str) -> str:
        """The text of a file in an image."""
        mounted = Path(self.run("image", "mount", image))
        try:
            return (mounted / path.lstrip("/")).read_text(encoding="utf-8")
        finally:
            self.run("image", "unmount", image)


def _base_system(folder: Path) -> Path:
    """An archive with a file system that is just enough for a shell."""
    archive = folder / "base.tar"
    with tarfile.open(archive, "w") as packed:
        libraries = {each for program in PROGRAMS for each in _LIBRARY.findall(_loads(program))}
        for path in (*PROGRAMS, *sorted(libraries)):
            packed.add(Path(path).resolve(), path)
    return archive


def _loads(program: str) -> str:
    return subprocess.check_output(["ldd", program], text=True)
